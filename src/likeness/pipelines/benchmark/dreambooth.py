"""DreamBooth, timed: as it is here, with and without replay, against the usual script's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image
from tqdm import tqdm

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.draws import own_randomness
from likeness.personalise.dreambooth_training import make_lesson, prepare_training
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.trainable import make_trainable
from likeness.pipelines.benchmark.arithmetic import matrix_product_rate, training_flops
from likeness.pipelines.benchmark.inversion import largest_difference
from likeness.pipelines.benchmark.measure import GIB, PeakMemory, machine, measured
from likeness.pipelines.benchmark.options import DreamBoothBenchmarkOptions, ProcessesBenchmarkOptions
from likeness.pipelines.benchmark.shapes import random_pictures
from likeness.pipelines.benchmark.usual_dreambooth import UsualDreamBooth

PROMPTS = ("a photo of sks man", "a photo of a man")
USUAL = "usual way"
MakeModel = Callable[[], DiffusionModel]
Kinds = list[list[Image.Image]]


@dataclass(frozen=True)
class Way:
    """One way of training, under way.

    Attributes:
        step: takes the next step.
        losses: of the steps so far.
    """

    step: Callable[[], None]
    losses: Callable[[], list[float]]


@dataclass(frozen=True)
class Timed:
    """What a way of training took.

    Attributes:
        seconds: of a step, on average over each round.
        losses: of all steps.
        allocated: most bytes in tensors at once, everything counted; NaN on a CPU.
        reserved: most bytes held by torch.
    """

    seconds: list[float]
    losses: list[float]
    allocated: float
    reserved: float


def dreambooth_table(make_model: MakeModel, device: torch.device, options: DreamBoothBenchmarkOptions) -> pd.DataFrame:
    """Time the training of a whole UNet on the same noise, timesteps and pictures in several ways.

    Each way has the device for itself, one after the other, so that its memory is all that is in use.

    Args:
        make_model: gives a new model of the shape in float32, with the same weights every time.
        device: of the models.
        options: of the training, and how often it is measured.

    Returns:
        One row a way, without and with class pictures, with the columns case, prior, step_ms (median over rounds), its
        least and most, pictures_per_second (training and class pictures), ratio (to the usual way's), compute_share (of
        the rate of the device's bfloat16 matrix product, in the UNet's operations), peak_gib (most memory in tensors at
        once, weights included; NaN on a CPU), memory_ratio, reserved_gib (most memory that torch held),
        largest_loss_difference (over the first steps, as a share of the usual way's loss), losses_agree (within the
        tolerance), unet_tflop (of a step), tflops_per_second (of the matrix product), and what was trained and measured
        on.
    """
    rate = matrix_product_rate(options.product_side, device)
    rows = [row for prior in (False, True) for row in _rows(make_model, device, options, prior, rate)]
    told = {"shape", "resolution", "batch_size", "mixed_precision", "steps", "repeats"}
    return pd.DataFrame(rows).assign(**options.model_dump(include=told), **machine(device))


def _rows(
    make_model: MakeModel, device: torch.device, options: DreamBoothBenchmarkOptions, prior: bool, rate: float
) -> list[dict[str, Any]]:
    """The ways without, or with, class pictures."""
    kinds = [
        random_pictures(options.pictures, options.resolution, seed=options.seed + kind) for kind in range(1 + prior)
    ]
    seen = options.batch_size * len(kinds)
    flops = training_flops(options.shape, batch_size=seen, latent_side=options.resolution // 8)
    ways: dict[str, Callable[[], Way]] = {USUAL: lambda: _usual(make_model(), kinds, options)}
    with TemporaryDirectory() as folder:
        cache = WorkFolder(folder, "benchmark", "dreambooth")
        for name, settings in _settings(options).items():
            ways[name] = lambda settings=settings: ours(make_model(), kinds, settings, cache)  # type: ignore[misc]
        bar = tqdm(ways.items(), desc="dreambooth, class pictures" if prior else "dreambooth", unit="way", disable=None)
        timed = {name: _timed(start, device, options) for name, start in bar}
    usual = timed[USUAL]
    compared = slice(options.compared_steps)
    rows = []
    for name, one in timed.items():
        seconds = float(np.median(one.seconds))
        difference = largest_difference(one.losses[compared], usual.losses[compared])
        rows.append(
            {
                "case": name,
                "prior": prior,
                "step_ms": 1e3 * seconds,
                "step_ms_least": 1e3 * min(one.seconds),
                "step_ms_most": 1e3 * max(one.seconds),
                "pictures_per_second": seen / seconds,
                "ratio": float(np.median(usual.seconds)) / seconds,
                "compute_share": flops / seconds / rate,
                "peak_gib": one.allocated / GIB,
                "memory_ratio": one.allocated / usual.allocated,
                "reserved_gib": one.reserved / GIB,
                "largest_loss_difference": difference,
                "losses_agree": difference <= options.loss_tolerance,
                "unet_tflop": flops / 1e12,
                "tflops_per_second": rate / 1e12,
            }
        )
    return rows


def _timed(start: Callable[[], Way], device: torch.device, options: DreamBoothBenchmarkOptions) -> Timed:
    with PeakMemory(device) as memory, own_randomness(options.seed, device):
        way = start()
        memory.keep()

        def seconds(count: int) -> float:
            def work() -> None:
                for _ in range(count):
                    way.step()

            found = measured(work, device)
            memory.keep()
            return found.seconds / count

        seconds(options.warm_up)
        return Timed(
            [seconds(options.steps) for _ in range(options.repeats)], way.losses(), memory.allocated, memory.reserved
        )


def training_options(options: DreamBoothBenchmarkOptions | ProcessesBenchmarkOptions) -> DreamBoothOptions:
    """Options of a training with as many steps as are timed."""
    return DreamBoothOptions(
        steps=options.warm_up + options.repeats * options.steps,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        mixed_precision=options.mixed_precision,
        resolution=options.resolution,
        seed=options.seed,
    )


def _settings(options: DreamBoothBenchmarkOptions) -> dict[str, DreamBoothOptions]:
    """Our ways, and the options of each."""
    plain = training_options(options).model_copy(update={"replay": False})
    replayed = plain.model_copy(update={"replay": True})
    ways = {"bfloat16 and float32 masters": plain, "the same, replayed": replayed}
    if options.compiled:
        ways["the same, compiled"] = replayed.model_copy(update={"compile": "default"})
    return ways


def _usual(model: DiffusionModel, kinds: Kinds, options: DreamBoothBenchmarkOptions) -> Way:
    settings = next(iter(_settings(options).values()))
    training = UsualDreamBooth(model, kinds, PROMPTS[: len(kinds)], settings)
    return Way(training.step, lambda: training.losses)


def ours(
    model: DiffusionModel, kinds: Kinds, settings: DreamBoothOptions, cache: WorkFolder, rank: Rank = ALONE
) -> Way:
    """Our way of training on pictures and, optionally, class pictures, in one process or as one of several."""
    lessons = [
        make_lesson("pictures", pictures, prompt, (), settings.batch_size)
        for pictures, prompt in zip(kinds, PROMPTS, strict=False)
    ]
    parts = make_trainable(model, settings)
    training = prepare_training(model, parts, lessons, BaseModel(model.name), settings, cache, rank)

    def losses() -> list[float]:
        found = training.state.records["losses"][: training.state.step]
        return (found[:, 0] + settings.prior_weight * found[:, 1].nan_to_num()).tolist()

    return Way(training.step, losses)
