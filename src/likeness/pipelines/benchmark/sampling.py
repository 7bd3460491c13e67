"""Many pictures, timed: in batches, against each drawn alone by diffusers' own pipeline."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from diffusers import StableDiffusionPipeline
from PIL import Image
from tqdm import tqdm

from likeness.diffusion.acceleration import Acceleration, accelerated
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.sampling import generate, initial_latents
from likeness.diffusion.solvers import default_solver
from likeness.pipelines.benchmark.measure import MIB, Measured, machine, measured
from likeness.pipelines.benchmark.options import SamplingBenchmarkOptions

# As many as the avatar study has ages.
DISTINCT_PROMPTS = 10
# Enough for every kernel to have run.
WARM_UP_STEPS = 2
ALONE = "each picture alone"


@dataclass(frozen=True)
class Case:
    """One way of drawing.

    Attributes:
        name: in the table.
        batch_size: pictures drawn at once.
        pictures: that a round measures: whole batches.
        acceleration: of the UNet.
    """

    name: str
    batch_size: int
    pictures: int
    acceleration: Acceleration = "none"

    def measured(self, model: DiffusionModel, options: SamplingBenchmarkOptions) -> Measured:
        """Draw the pictures that a round measures, drop them, and say what it took."""
        return measured(lambda: deque(self.drawn(model, options), maxlen=0), model.device)

    def drawn(self, model: DiffusionModel, options: SamplingBenchmarkOptions) -> Iterator[Image.Image]:
        """Yield the pictures that a round measures."""
        prompts = [f"{options.prompt}, {number % DISTINCT_PROMPTS}" for number in range(self.pictures)]
        seeds = range(options.seed, options.seed + self.pictures)
        how: dict[str, Any] = {"steps": options.steps, "guidance_scale": options.guidance_scale}
        side = options.resolution
        if self.name == ALONE:
            return usual_pictures(model, prompts, seeds, resolution=side, **how)
        size, way = self.batch_size, self.acceleration
        return generate(model, prompts, seeds, height=side, width=side, batch_size=size, acceleration=way, **how)

    def seconds_for(self, pictures: int, seconds: float) -> float:
        """Seconds that so many pictures take, by those of a round; the last batch is filled up."""
        batches = -(-pictures // self.batch_size)
        return seconds * batches * self.batch_size / self.pictures


def sampling_table(model: DiffusionModel, options: SamplingBenchmarkOptions) -> pd.DataFrame:
    """Time the drawing of pictures, from their prompts, in three ways or four.

    The ways take turns, so that what slows the machine for a while slows all of them. What comes before, such as
    compiling, is told by itself.

    Args:
        model: of any weights, with one text encoder.
        options: what is drawn, and how often.

    Returns:
        One row a case with the columns case, pictures_per_second (median), its least and most, ratio (to that of each
        picture alone), seconds (of all pictures asked for, at that rate), warm_up_seconds (of the runs before, of few
        steps), peak_mib (most memory at once above the weights, NaN on a CPU), pictures_measured (a
        round), batch_size, and what was drawn and measured on.
    """
    cases = _cases(options)
    short = options.model_copy(update={"steps": min(options.steps, WARM_UP_STEPS)})
    warm_ups = {case: sum(case.measured(model, short).seconds for _ in range(options.warm_up)) for case in cases}
    rounds = [
        {case: case.measured(model, options) for case in cases}
        for _ in tqdm(range(options.repeats), desc="sampling", unit="round", disable=None)
    ]
    rows = [_row(case, [one[case] for one in rounds], warm_ups[case], options.pictures) for case in cases]
    table = pd.DataFrame(rows)
    table.insert(4, "ratio", table["pictures_per_second"] / table["pictures_per_second"].iloc[0])
    settings = options.model_dump(include={"shape", "resolution", "steps", "guidance_scale", "pictures", "repeats"})
    return table.assign(**settings, dtype=str(model.dtype).removeprefix("torch."), **machine(model.device))


def usual_pictures(
    model: DiffusionModel,
    prompts: Sequence[str],
    seeds: Sequence[int],
    *,
    steps: int,
    guidance_scale: float,
    resolution: int,
) -> Iterator[Image.Image]:
    """Yield the pictures that `generate` draws, one by one by diffusers' `StableDiffusionPipeline`.

    Args:
        model: with one text encoder.
        prompts: n prompts.
        seeds: n seeds.
        steps: of DPM-Solver++(2M).
        guidance_scale: weight of classifier-free guidance.
        resolution: side in pixels.
    """
    pipeline = StableDiffusionPipeline(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=model.tokenizer,
        unet=model.unet,
        scheduler=default_solver(model),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    for prompt, seed in zip(prompts, seeds, strict=True):
        # The UNet may have been compiled for another case.
        with accelerated(model, "none"):
            pictures = pipeline(
                prompt,
                num_inference_steps=steps,
                guidance_scale=guidance_scale,
                height=resolution,
                width=resolution,
                latents=initial_latents(model, [seed], resolution, resolution).to(model.dtype),
            ).images
        yield pictures[0]


def _cases(options: SamplingBenchmarkOptions) -> list[Case]:
    size = options.batch_size
    cases = [
        Case(ALONE, 1, options.single_pictures),
        Case("batches", size, size * options.batches),
        Case("batches, quickest kernels", size, size * options.batches, "kernels"),
        Case("batches, compiled", size, size * options.batches, "compile"),
    ]
    return cases if options.compiled else cases[:-1]


def _row(case: Case, rounds: list[Measured], warm_up: float, pictures: int) -> dict[str, object]:
    seconds = [one.seconds for one in rounds]
    rates = [case.pictures / one for one in seconds]
    return {
        "case": case.name,
        "pictures_per_second": float(np.median(rates)),
        "pictures_per_second_least": min(rates),
        "pictures_per_second_most": max(rates),
        "seconds": case.seconds_for(pictures, float(np.median(seconds))),
        "warm_up_seconds": warm_up,
        "peak_mib": max(one.peak for one in rounds) / MIB,
        "pictures_measured": case.pictures,
        "batch_size": case.batch_size,
    }
