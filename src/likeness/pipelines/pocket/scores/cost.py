"""What a picture costs: seconds and memory on a CPU, in a process of its own; and the bytes of the model."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
import torch

from likeness.datasets import BaseModel, Checkpoint
from likeness.diffusion.model import open_model
from likeness.diffusion.sampling import generate
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.table import Score, mean_score, single_score

POLL_SECONDS = 0.02
MEGABYTE = 1e6


class CostError(RuntimeError):
    """The process that draws for the clock ended before it had drawn."""


def cost_scores(model: Checkpoint, options: ReportOptions) -> Iterator[Score]:
    """Yield seconds a picture, the peak of a process that only draws, and the model's size on disk."""
    seconds, peak = measure_drawing(model.path, options)
    yield mean_score("seconds_a_picture", np.array(seconds) / options.cost_batch_size, options)
    yield single_score("peak_memory_mb", peak / MEGABYTE, len(seconds))
    files = [model.path / name for name in model.files()]
    yield single_score("disk_mb", sum(file.stat().st_size for file in files) / MEGABYTE, len(files))


def measure_drawing(folder: Path, options: ReportOptions) -> tuple[list[float], int]:
    """Draw `cost_batches` full batches on a CPU in a fresh process, after one that warms it up.

    Returns:
        Seconds of each batch, decoding included; and the process's highest resident memory, in bytes: Python, its
        libraries and the model.

    Raises:
        CostError: the process failed; its own error is on stderr.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_draw, args=(folder, options, theirs), name="cost")
    process.start()
    theirs.close()
    watched, peak = psutil.Process(process.pid), 0
    # The operating system's own record of the highest value would count the process that started this one.
    while not ours.poll(POLL_SECONDS):
        with suppress(psutil.NoSuchProcess):
            peak = max(peak, watched.memory_info().rss)
    try:
        seconds: list[float] = ours.recv()
    except EOFError as error:
        raise CostError(f"The process that measures what {folder} costs ended early: see its error above.") from error
    finally:
        process.join()
    return seconds, peak


def _draw(folder: Path, options: ReportOptions, result: Connection) -> None:
    torch.set_num_threads(options.threads)
    model = open_model(BaseModel(str(folder)), device="cpu", dtype="float32")
    prompts = [options.template.format(age=options.ages[0].prompt)] * options.cost_batch_size
    seconds = []
    for _ in range(1 + options.cost_batches):
        began = time.perf_counter()
        pictures = generate(
            model,
            prompts,
            list(range(options.cost_batch_size)),
            steps=options.steps,
            guidance_scale=options.guidance_scale,
            batch_size=options.cost_batch_size,
        )
        for _ in pictures:
            pass
        seconds.append(time.perf_counter() - began)
    result.send(seconds[1:])
    result.close()
