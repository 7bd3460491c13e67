"""Several processes, timed against one: DreamBooth's training, and drawing pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from diffusers import StableDiffusionPipeline
from tqdm import tqdm

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.placement import choose_dtype
from likeness.diffusion.progress import no_file_bars
from likeness.drawing.drawer import Drawer
from likeness.drawing.pictures import Request, Settings
from likeness.drawing.together import draw_together
from likeness.personalise.launching import launch
from likeness.pipelines.benchmark.measure import machine
from likeness.pipelines.benchmark.options import ProcessesBenchmarkOptions
from likeness.pipelines.benchmark.shapes import random_model

WORKER = "likeness.pipelines.benchmark.training_worker"
JOB, RESULT = "job.json", "result.json"


@dataclass(frozen=True)
class Rates:
    """What so many processes did.

    Attributes:
        per_second: pictures a second, one number a round.
        opening_seconds: before the first picture: of opening the model, and what else comes once.
        batch_size: pictures of one process at once.
    """

    per_second: list[float]
    opening_seconds: float
    batch_size: int


def processes_table(base_model: BaseModel, device: torch.device, options: ProcessesBenchmarkOptions) -> pd.DataFrame:
    """Time training and drawing by one process and by several, every one with the same work.

    Args:
        base_model: whose tokenizer is used.
        device: of all models; one each.
        options: what is measured, and how often.

    Returns:
        One row a case and number of processes with the columns case, processes, pictures_per_second (median over
        rounds, of all processes together, without opening), its least and most, ratio (to one process), opening_seconds
        (of the slowest process, before its first picture), batch_size (of a process), and what was measured on.
    """
    measured = {"training": training_rates, "drawing": drawing_rates}
    rows: list[dict[str, Any]] = []
    bar = tqdm([(case, count) for case in measured for count in (1, options.processes)], desc="processes", disable=None)
    for case, count in bar:
        rates = measured[case](base_model, device, options, count)
        median = float(np.median(rates.per_second))
        one = median if count == 1 else rows[-1]["pictures_per_second"]
        rows.append(
            {
                "case": case,
                "processes": count,
                "pictures_per_second": median,
                "pictures_per_second_least": min(rates.per_second),
                "pictures_per_second_most": max(rates.per_second),
                "ratio": median / one,
                "opening_seconds": rates.opening_seconds,
                "batch_size": rates.batch_size,
            }
        )
    told = {"shape", "resolution", "mixed_precision", "steps", "sampling_steps", "repeats"}
    return pd.DataFrame(rows).assign(**options.model_dump(include=told), **machine(device))


def training_rates(
    base_model: BaseModel, device: torch.device, options: ProcessesBenchmarkOptions, processes: int
) -> Rates:
    """Train in workers that `accelerate launch` starts, as DreamBooth does; a step's pictures grow with them."""
    with TemporaryDirectory() as folder:
        described = {
            "options": options.model_dump(mode="json"),
            "tokenizer_of": [base_model.source, base_model.revision],
            "device": device.type,
        }
        Path(folder, JOB).write_text(json.dumps(described), encoding="utf-8")
        launch(WORKER, Path(folder), processes)
        result = json.loads(Path(folder, RESULT).read_text(encoding="utf-8"))
    rates = [processes * options.batch_size / seconds for seconds in result["step_seconds"]]
    return Rates(rates, result["opening_seconds"], options.batch_size)


def drawing_rates(
    base_model: BaseModel, device: torch.device, options: ProcessesBenchmarkOptions, processes: int
) -> Rates:
    """Draw pictures into a work folder, as the pipelines do; the slowest process counts.

    A process's first batch, in which kernels are loaded and chosen, is counted as opening.
    """
    size = options.drawn_at_once
    requests = [
        Request(f"{number:04}.png", f"a photo of a man, {number % 10}", number, options.guidance_scale, "random")
        for number in range(size * (1 + options.batches) * processes)
    ]
    with TemporaryDirectory() as folder:
        save_random_model(base_model, Path(folder, "model"), device, options)
        work = WorkFolder(folder, "pictures", "key")
        settings = Settings(options.sampling_steps, "", options.resolution, size)
        drawer = Drawer(BaseModel(str(Path(folder, "model"))))
        reports = draw_together(drawer, requests, settings, work, processes, device=device.type)
    seconds = max(report.saved_seconds[-1] - report.saved_seconds[size - 1] for report in reports)
    opening = max(report.opening_seconds + report.saved_seconds[size - 1] for report in reports)
    return Rates([size * options.batches * processes / seconds], opening, size)


def save_random_model(
    tokenizer_of: BaseModel, folder: Path, device: torch.device, options: ProcessesBenchmarkOptions
) -> None:
    """Write a model of the shape with random weights, in diffusers' layout, in the format that it draws in."""
    dtype = choose_dtype("auto", device)
    model = random_model(options.shape, tokenizer_of, device=device, dtype=dtype, seed=options.seed)
    for part in (model.unet, model.vae, model.text_encoder):
        # safetensors stores no memory layout.
        part.to(memory_format=torch.contiguous_format)
    pipeline = StableDiffusionPipeline(
        vae=model.vae,
        text_encoder=model.text_encoder,
        tokenizer=model.tokenizer,
        unet=model.unet,
        scheduler=model.scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    with no_file_bars():
        pipeline.save_pretrained(folder)
