"""Pictures that are asked for, drawn one batch after the other and kept in a work folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from likeness.datasets.picture import save_picture
from likeness.datasets.work import WorkFolder
from likeness.diffusion.acceleration import Acceleration
from likeness.diffusion.memory import enough_memory
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.safety import SafetyChecker
from likeness.diffusion.sampling import generate


@dataclass(frozen=True)
class Settings:
    """How pictures are drawn.

    Attributes:
        steps: of the sampler.
        negative_prompt: what guidance steers away from.
        resolution: px a side; None: the model's own.
        batch_size: pictures drawn at once.
        acceleration: of the UNet on a GPU.
        safety_checker: whether the base model's looks at every picture.
    """

    steps: int
    negative_prompt: str
    resolution: int | None
    batch_size: int
    acceleration: Acceleration = "none"
    safety_checker: bool = False


@dataclass(frozen=True)
class Request:
    """One picture.

    Attributes:
        file: its name in the work folder.
        prompt: what it shows.
        seed: of its noise.
        guidance_scale: weight of classifier-free guidance.
        model: what the model is called in the picture's text.
    """

    file: str
    prompt: str
    seed: int
    guidance_scale: float
    model: str


def in_batches(requests: Sequence[Request], settings: Settings) -> list[list[Request]]:
    """The requests in batches of one guidance scale each, in their order; the last one of a scale may be smaller."""
    size = settings.batch_size
    kinds: dict[float, list[Request]] = {}
    for request in requests:
        kinds.setdefault(request.guidance_scale, []).append(request)
    return [kind[start : start + size] for kind in kinds.values() for start in range(0, len(kind), size)]


def draw(
    model: DiffusionModel,
    requests: Sequence[Request],
    settings: Settings,
    work: WorkFolder,
    checker: SafetyChecker | None = None,
) -> Iterator[Request]:
    """Draw pictures and save them, each with how it was made in its text; yields what is done.

    Args:
        model: open.
        requests: what is wanted.
        settings: how it is drawn.
        work: where pictures are kept.
        checker: whose flagged pictures are saved black, with `withheld` in their text.

    Raises:
        GpuMemoryError: memory ran out.
    """
    kept = f"Pictures that are done stay in {work.path}: run again to go on with the others."
    with enough_memory("drawing", model.device, now=f"batch_size: {settings.batch_size}", kept=kept):
        for scale in dict.fromkeys(request.guidance_scale for request in requests):
            wanted = [request for request in requests if request.guidance_scale == scale]
            pictures = generate(
                model,
                [request.prompt for request in wanted],
                [request.seed for request in wanted],
                steps=settings.steps,
                guidance_scale=scale,
                height=settings.resolution,
                width=settings.resolution,
                batch_size=settings.batch_size,
                negative_prompt=settings.negative_prompt,
                acceleration=settings.acceleration,
            )
            for request, picture in zip(wanted, pictures, strict=True):
                made_by = {
                    "prompt": request.prompt,
                    "seed": request.seed,
                    "model": request.model,
                    "steps": settings.steps,
                    "guidance_scale": scale,
                    "negative_prompt": settings.negative_prompt,
                    "sampler": "DPM++ 2M",
                }
                if checker is not None:
                    picture, made_by["withheld"] = checker.passed(picture)
                save_picture(work.file(request.file), picture, made_by)
                yield request
