"""One of the processes whose training is timed, started by `likeness.pipelines.benchmark.processes.training_rates`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.personalise.data_parallel import Rank
from likeness.personalise.draws import own_randomness
from likeness.personalise.launching import working
from likeness.pipelines.benchmark.dreambooth import ours, training_options
from likeness.pipelines.benchmark.measure import measured
from likeness.pipelines.benchmark.options import ProcessesBenchmarkOptions
from likeness.pipelines.benchmark.processes import JOB, RESULT
from likeness.pipelines.benchmark.shapes import random_model, random_pictures


def main(folder: Path) -> None:
    """Time the steps that a folder's job asks for; the first process writes what they took."""
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    options = ProcessesBenchmarkOptions(**job["options"])
    base = BaseModel(*job["tokenizer_of"])
    with working(folder, torch.device(job["device"])) as (rank, device), own_randomness(options.seed, device):
        result = _measured(base, options, rank, device, WorkFolder(folder, "benchmark", "latents"))
        if rank.is_first:
            (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")


def _measured(
    base: BaseModel, options: ProcessesBenchmarkOptions, rank: Rank, device: torch.device, cache: WorkFolder
) -> dict[str, Any]:
    """Train, and give step_seconds, one number a round, opening_seconds and the losses."""
    settings = training_options(options)
    begun = time.perf_counter()
    kinds = [random_pictures(options.pictures, options.resolution, seed=options.seed)]
    model = random_model(options.shape, base, device=device, dtype=torch.float32, seed=options.seed)
    with rank.after_the_first():
        way = ours(model, kinds, settings, cache, rank)

    def seconds(count: int) -> float:
        def work() -> None:
            for _ in range(count):
                way.step()

        return measured(work, device).seconds / count

    seconds(options.warm_up)
    opening = time.perf_counter() - begun
    steps = [seconds(options.steps) for _ in range(options.repeats)]
    return {"step_seconds": steps, "opening_seconds": opening, "losses": way.losses()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
