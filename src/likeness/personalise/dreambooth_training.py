"""Everything that a DreamBooth training needs, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import torch
from PIL import Image
from torch import nn
from torch.nn import Parameter

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder, digest_of
from likeness.diffusion.emphasis import Region, region_weights
from likeness.diffusion.model import DiffusionModel
from likeness.personalise.compiling import compiled
from likeness.personalise.conditioning import Conditioning, FrozenConditioning, TrainedConditioning
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.ema import MovingAverage
from likeness.personalise.gradient_averaging import GradientAveraging
from likeness.personalise.latents import cached_moments, picture_digest
from likeness.personalise.master_adamw import copied, learning_copies
from likeness.personalise.objective import NoiseSchedule
from likeness.personalise.optimiser import make_optimiser
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.picture_sizes import size_conditions
from likeness.personalise.records import new_records
from likeness.personalise.training import DenoisingTraining, TrainingSet, mixed_precision
from likeness.personalise.training_state import TrainingState


@dataclass(frozen=True)
class Lesson:
    """Pictures, and the prompt and the face of each."""

    pictures: Sequence[Image.Image]
    prompts: Sequence[str]
    faces: Sequence[Region | None]
    batch_size: int

    @property
    def digest(self) -> str:
        """Digest of pixels, prompts and faces."""
        pixels = [picture_digest(picture) for picture in self.pictures]
        return digest_of(pixels, list(self.prompts), list(self.faces), self.batch_size)


def make_lesson(
    parameter: str,
    pictures: Sequence[Image.Image],
    prompts: str | Sequence[str],
    faces: Sequence[Region | None],
    batch_size: int,
) -> Lesson:
    """Put pictures, prompts and faces together.

    Args:
        parameter: where the pictures come from, for messages.
        pictures: at least one.
        prompts: one for all, or one for each.
        faces: one for each, or none at all.
        batch_size: pictures seen at once.

    Raises:
        ValueError: there are no pictures, or prompts or faces that do not match them.
    """
    one_each = [prompts] * len(pictures) if isinstance(prompts, str) else list(prompts)
    if not pictures:
        raise ValueError(f"{parameter}: there are none to fine-tune on. Give at least one picture.")
    if len(one_each) != len(pictures):
        raise ValueError(
            f"{parameter}: {len(pictures)} pictures but {len(one_each)} prompts. Give one, or one for each."
        )
    if not all(prompt.strip() for prompt in one_each):
        raise ValueError(f"{parameter}: a prompt is empty. Say what the pictures show.")
    if faces and len(faces) != len(pictures):
        raise ValueError(f"faces: {len(pictures)} pictures but {len(faces)} faces. Give one for each, or none at all.")
    return Lesson(pictures, one_each, faces or [None] * len(pictures), batch_size)


def prepare_training(
    model: DiffusionModel,
    parts: Mapping[str, Mapping[str, Parameter]],
    lessons: Sequence[Lesson],
    base: BaseModel,
    options: DreamBoothOptions,
    cache: WorkFolder,
    rank: Rank = ALONE,
) -> DenoisingTraining:
    """Everything the loop needs, with the pictures and, if they stay as they are, the prompts encoded once for all.

    In bfloat16 the networks that learn are computed by copies, and their own weights are the masters; weights that are
    shared out are the masters in any case.

    Args:
        model: opened in float32; what does not compute any more is moved to the CPU.
        parts: the weights that learn, of `make_trainable`.
        lessons: the training pictures and, optionally, the class pictures.
        base: the model's reference, which names its VAE in the cache.
        options: of the training.
        cache: where encoded pictures are kept.
        rank: of this process among those that train together.
    """
    distinct = list(dict.fromkeys(prompt for lesson in lessons for prompt in lesson.prompts))
    replays = options.replays and model.device.type == "cuda"
    sets = [_training_set(model, lesson, distinct, base, options, cache, replays) for lesson in lessons]
    model.vae.to("cpu")  # it has done its work, and its memory is wanted
    precision = mixed_precision(options.mixed_precision, model.device)
    conditioning: Conditioning | None = None
    if set(parts) == {"unet"}:
        conditioning = FrozenConditioning(model, distinct)
        for encoder in model.text_encoders.values():
            encoder.to("cpu")
    computing, copies = model, None
    is_sharded = options.sharding == "full"
    if precision == torch.bfloat16 and not is_sharded:
        computing = replace(model, unet=copied(model.unet, precision))
        if conditioning is None:
            computing.change_text_encoders(lambda encoder: copied(encoder, precision))
        copies = learning_copies(_networks(model), _networks(computing))
        for network in _networks(model):
            _set_aside(network)
    if conditioning is None:
        embedding = replace(computing)
        embedding.change_text_encoders(lambda encoder: compiled(encoder, options, model.device))
        conditioning = TrainedConditioning(embedding, distinct, once=not replays)
    parameters = {f"{part}/{name}": value for part, named in parts.items() for name, value in named.items()}
    state = TrainingState(
        parameters=parameters,
        optimiser=make_optimiser(parts, options, copies),
        average=MovingAverage(parameters, options.ema_decay) if options.ema_decay else None,
        scaler=torch.amp.GradScaler(model.device.type, enabled=precision == torch.float16),
        records=new_records(options.steps, model.device),
    )
    averaging = None
    if rank.count > 1 and not is_sharded:
        learners = chain.from_iterable(network.parameters() for network in _networks(computing))
        averaging = GradientAveraging(learners, options.gradient_accumulation)
    return DenoisingTraining(
        compiled(computing.unet, options, model.device),
        conditioning,
        NoiseSchedule(model.scheduler.alphas_cumprod.to(model.device), model.scheduler.config.prediction_type),
        sets,
        state,
        options,
        model.device,
        options.prior_weight,
        replays,
        rank,
        averaging,
        precision if is_sharded else None,
    )


def _networks(model: DiffusionModel) -> list[nn.Module]:
    """Those that may learn."""
    return [model.unet, *model.text_encoders.values()]


def _training_set(
    model: DiffusionModel,
    lesson: Lesson,
    distinct: Sequence[str],
    base: BaseModel,
    options: DreamBoothOptions,
    cache: WorkFolder,
    replays: bool,
) -> TrainingSet:
    resolution = options.resolution or model.resolution
    moments = cached_moments(
        model,
        lesson.pictures,
        model_digest=base.digest,
        resolution=resolution,
        mirrored=options.horizontal_flip,
        cache=cache,
    )
    emphasis = region_weights(
        lesson.faces, moments.mean.shape[-1], options.face_weight, mirrored=options.horizontal_flip
    ).to(model.device)
    prompts = torch.tensor([[distinct.index(prompt)] for prompt in lesson.prompts])
    sizes = size_conditions(lesson.pictures, resolution).to(model.device) if model.second else None
    return TrainingSet(moments, prompts.to(model.device) if replays else prompts, emphasis, lesson.batch_size, sizes)


def _set_aside(network: nn.Module) -> None:
    """Move what does not learn to the CPU, where it waits to be stored: a copy computes in its place."""
    for parameter in network.parameters():
        if not parameter.requires_grad:
            parameter.data = parameter.data.to("cpu")
