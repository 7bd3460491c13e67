"""What curation costs as photographs grow many: time and memory of each of `avatar`'s own nodes, on made-up input."""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import pandas as pd
from kedro.pipeline.node import Node
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import nnls

from likeness.datasets import ImageSet
from likeness.faces.recogniser import EMBEDDING_COLUMNS
from likeness.metrics.ssim import SsimOptions, stack_pictures
from likeness.peak_memory import PeakMemory
from likeness.pipelines.avatar.options import CurationOptions, VerificationOptions
from likeness.pipelines.avatar.pipeline import curated_photos
from likeness.pipelines.benchmark.options import CurationSizeBenchmarkOptions

TOTAL, READING, FACES = "all", "read_photos", "find_photo_faces"
FORMULA = "seconds = a + b photos + c photos², none below 0, over the sizes; quadratic_share = c photos² / seconds"

T = TypeVar("T")


def curation_size_table(
    verification: VerificationOptions, curation: CurationOptions, options: CurationSizeBenchmarkOptions
) -> pd.DataFrame:
    """Run curation on more and more synthetic photographs.

    The faces are not looked for but drawn, since their cost grows with the photographs alone: `benchmark_recognisers`
    says by how much.

    Args:
        verification: `avatar`'s, as its nodes take them.
        curation: likewise.
        options: the sizes, and the pictures.

    Returns:
        One row a size and part, and one for all parts: photos, part, seconds, peak_megabytes (resident memory beyond
        that before the part), pictures_megabytes (what all pictures would take at the size they are compared at) and
        quadratic_share; empty with fewer than three sizes.
    """
    parameters = {"params:avatar.verification": verification, "params:avatar.curation": curation}
    ssim = verification.ssim
    nodes = [node for node in curated_photos().nodes if node.name != FACES]
    rows = [row for size in options.sizes for row in _rows(size, nodes, parameters, ssim, options)]
    table = pd.DataFrame(rows)
    together = table.groupby("photos", as_index=False).agg(seconds=("seconds", "sum"), peak=("peak_megabytes", "max"))
    total = together.rename(columns={"peak": "peak_megabytes"}).assign(part=TOTAL)
    table = pd.concat([table, total], ignore_index=True).sort_values("photos", kind="stable", ignore_index=True)
    channels = 1 if ssim.grey else 3
    table["pictures_megabytes"] = table["photos"] * ssim.size**2 * channels / 1e6
    table["quadratic_share"] = np.nan
    for _, part in table.groupby("part"):
        table.loc[part.index, "quadratic_share"] = quadratic_share(part["photos"].tolist(), part["seconds"].tolist())
    return table.assign(cores=os.cpu_count(), formula=FORMULA)


def quadratic_share(sizes: Sequence[int], seconds: Sequence[float]) -> NDArray[np.float64]:
    """Fit a + b n + c n² by least squares of relative errors, none below 0, and return c n² / seconds at every size.

    Args:
        sizes: numbers of photographs.
        seconds: what each took.

    Returns:
        Shares in 0..1; NaN with fewer than three sizes.
    """
    if len(sizes) < 3:
        return np.full(len(sizes), np.nan)
    taken, powers = np.asarray(seconds), np.vander(np.asarray(sizes, dtype=float), 3, increasing=True)
    coefficients, _ = nnls(powers / taken[:, None], np.ones(len(sizes)))
    return np.asarray(np.minimum(coefficients[2] * powers[:, 2] / taken, 1.0))


def draw_photos(folder: Path, count: int, side: int, generator: np.random.Generator) -> None:
    """Write JPEGs of clouds and grain, each of its own brightness and contrast; one in a hundred is the one before.

    A repeated one is compressed more, so that it is a near-duplicate and no equal file.
    """
    picture = np.empty(0)
    for place in range(count):
        again = place % 100 == 99
        if not again:
            clouds = cv2.resize(generator.normal(size=(8, 8, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
            grain = generator.uniform(2, 20) * generator.normal(size=(side, side, 1))
            picture = np.clip(generator.uniform(60, 190) + generator.uniform(10, 60) * clouds + grain, 0, 255)
        image = Image.fromarray(picture.astype(np.uint8))
        image.save(folder / f"{place:06}.jpg", quality=92 if again else 95)


def draw_embeddings(files: Sequence[str], people: int, set_name: str, generator: np.random.Generator) -> pd.DataFrame:
    """Make a face's embedding for every file, 128 numbers about the centre of its person; people take turns."""
    centres = generator.normal(size=(people, 128))
    points = centres[np.arange(len(files)) % people] + generator.normal(scale=0.4, size=(len(files), 128))
    faces = {"recogniser": "Dlib", "detector": "dlib", "expand_percentage": 25, "align": True, "face": 0, "faces": 1}
    box = {"confidence": 1.0, "x": 0, "y": 0, "w": 100, "h": 100, "reason": ""}
    table = pd.DataFrame({"file": files, "embedding": points.tolist(), **faces, **box})
    return table[list(EMBEDDING_COLUMNS)].assign(set=set_name)


def _rows(
    size: int,
    nodes: Sequence[Node],
    parameters: dict[str, Any],
    ssim: SsimOptions,
    options: CurationSizeBenchmarkOptions,
) -> list[dict[str, Any]]:
    generator = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photos"
        photos.mkdir()
        draw_photos(photos, size, options.side, generator)
        rows: list[dict[str, Any]] = []

        def read() -> ImageSet:
            images = ImageSet.from_folder(photos)
            for _, image in images:
                stack_pictures([image], ssim)
            return images

        sitter_photos = _measured(READING, read, rows)
        files = sitter_photos.manifest["file"].tolist()
        impostors = [f"impostor_{place}" for place in range(options.impostors)]
        data = {
            **parameters,
            "params:work_folder": folder,
            "sitter_photos": sitter_photos,
            "photo_embeddings": pd.concat(
                [
                    draw_embeddings(files, 1, "sitter", generator),
                    draw_embeddings(impostors, options.impostors, "impostor", generator),
                ],
                ignore_index=True,
            ),
        }
        for node in nodes:
            inputs = {name: data[name] for name in node.inputs}
            data |= _measured(node.name, partial(node.run, inputs), rows)
        return [{"photos": size, **row} for row in rows]


def _measured(part: str, work: Callable[[], T], rows: list[dict[str, Any]]) -> T:
    """Do a part of the work, and add a row of what it took."""
    gc.collect()
    memory = PeakMemory(interval=0.02)
    memory.begin(part)
    before = memory.megabytes[part]
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    memory.end(part)
    memory.close()
    rows.append({"part": part, "seconds": seconds, "peak_megabytes": memory.megabytes[part] - before})
    return result
