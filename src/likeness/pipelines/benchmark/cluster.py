"""The fan-out of `avatar`, fine-tuning and drawing of several models, on worker processes against one process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, update_wrapper
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from likeness.datasets import BaseModel, Checkpoint, ImageSet, WorkFolder
from likeness.diffusion.model import open_model
from likeness.diffusion.sampling import generate
from likeness.personalise.dreambooth import fine_tune
from likeness.personalise.options import DreamBoothOptions
from likeness.pipelines.benchmark.options import ClusterBenchmarkOptions
from likeness.runners import DaskRunner

PROMPT = "a photo of sks man"


@dataclass(frozen=True)
class Case:
    """How many processes share the work, and how many threads each has."""

    processes: int
    threads: int

    @property
    def name(self) -> str:
        """As the table shows it."""
        return f"processes: {self.processes}, threads of each: {self.threads}"


def cluster_table(base_model: BaseModel, photos: ImageSet, options: ClusterBenchmarkOptions) -> pd.DataFrame:
    """Time the same work in every case, each with an empty work folder and processes that have loaded the libraries.

    Returns:
        One row a case: case, processes, threads, start_seconds (until the processes are ready), seconds, ratio (the
        first case's seconds, of one process and thread, divided by this one's) and largest_difference (share of a
        step's loss by which the training differs from the first case's).
    """
    cases = [Case(1, 1), Case(options.processes, 1), Case(1, options.processes)]
    rows, losses = [], []
    for case in cases:
        with TemporaryDirectory() as folder:
            started, seconds, learned = run_case(case, base_model, photos, options, Path(folder))
        rows.append(
            {
                "case": case.name,
                "processes": case.processes,
                "threads": case.threads,
                "start_seconds": started,
                "seconds": seconds,
            }
        )
        losses.append(learned)
    table = pd.DataFrame(rows)
    table["ratio"] = table["seconds"].iloc[0] / table["seconds"]
    table["largest_difference"] = [float(np.max(np.abs(one / losses[0] - 1))) for one in losses]
    return table


def run_case(
    case: Case, base_model: BaseModel, photos: ImageSet, options: ClusterBenchmarkOptions, folder: Path
) -> tuple[float, float, np.ndarray]:
    """Seconds until the processes are ready, seconds of the work, and the losses of all models and steps."""
    from distributed import Client

    from likeness.runners.cluster import local_cluster

    begun = time.perf_counter()
    with (
        local_cluster(case.processes, case.threads, gpus=0) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(case.processes)
        client.run(_load_libraries, base_model)
        ready = time.perf_counter()
        pipeline, catalog = work_of(options, base_model, photos, folder)
        outputs = DaskRunner(address=cluster.scheduler_address).run(pipeline, catalog)
        done = time.perf_counter()
    learned = [outputs[f"losses_{model}"].load()["loss"].to_numpy() for model in range(options.models)]
    return ready - begun, done - ready, np.concatenate(learned)


def work_of(
    options: ClusterBenchmarkOptions, base_model: BaseModel, photos: ImageSet, folder: Path
) -> tuple[Pipeline, DataCatalog]:
    """A pipeline that fine-tunes some models and draws with each, and where it keeps them."""
    nodes: list[Node] = []
    entries = {}
    for model in range(options.models):
        checkpoint, portraits = f"checkpoint_{model}", f"portraits_{model}"
        tune = update_wrapper(partial(tune_one, model=model), tune_one)
        nodes += [
            Node(
                tune, ["base_model", "photos", "options", "work"], [checkpoint, f"losses_{model}"], name=f"tune_{model}"
            ),
            Node(draw_with, [checkpoint, "options", "work"], portraits, name=f"draw_{model}"),
        ]
        for name, kind in ((checkpoint, "CheckpointDataset"), (portraits, "ImageSetDataset")):
            entries[name] = {"type": f"likeness.datasets.{kind}", "filepath": str(folder / name), "versioned": True}
    catalog = DataCatalog.from_config(entries)
    given = {"base_model": base_model, "photos": photos, "options": options, "work": str(folder / "work")}
    for name, value in given.items():
        catalog[name] = MemoryDataset(value)
    return Pipeline(nodes), catalog


def tune_one(
    base_model: BaseModel, photos: ImageSet, options: ClusterBenchmarkOptions, work: str, *, model: int
) -> tuple[Checkpoint, pd.DataFrame]:
    """Fine-tune on photographs of the model's own."""
    files: Sequence[str] = np.roll(photos.manifest["file"], -model * options.photos)[: options.photos].tolist()
    tuned = fine_tune(
        base_model,
        [photos.open(file) for file in files],
        PROMPT,
        options=DreamBoothOptions(
            steps=options.steps,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            checkpoint_every=options.steps,
            seed=options.seed + model,
        ),
        work=WorkFolder(work, "fine_tuning", "benchmark"),
    )
    made_from: dict[str, object] = {"base_model": {"source": base_model.source, "revision": base_model.revision}}
    return Checkpoint(tuned.folder, made_from | {"model": model}), tuned.losses


def draw_with(checkpoint: Checkpoint, options: ClusterBenchmarkOptions, work: str) -> ImageSet:
    """Draw portraits."""
    folder = WorkFolder(work, "pictures", checkpoint.digest)
    seeds = list(range(options.seed, options.seed + options.portraits))
    pictures = generate(
        open_model(checkpoint),
        [PROMPT] * len(seeds),
        seeds,
        steps=options.sampling_steps,
        guidance_scale=options.guidance_scale,
        batch_size=options.portraits,
    )
    for seed, picture in zip(seeds, pictures, strict=True):
        picture.save(folder.file(f"{seed}.png"))
    return ImageSet.from_folder(str(folder.path))


def _load_libraries(base_model: BaseModel) -> None:
    open_model(base_model)
