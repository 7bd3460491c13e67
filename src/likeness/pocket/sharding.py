"""Training pictures in shards: rendered in parallel, resumable shard by shard, read back as one array.

A shard is an uncompressed `.npz` of `pictures`, uint8 (n, size, size, 3), `captions`, JSON text of n lists of texts,
and `attributes`, CSV text of n rows.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from likeness.datasets.work import WorkFolder

Pictures = NDArray[np.uint8]
Renderer = Callable[..., tuple[Pictures, list[list[str]], pd.DataFrame]]

# One thread in each process: the processes already take all cores.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")} | {
    "OPENCV_FOR_THREADS_NUM": "1"
}


@dataclass(frozen=True)
class ShardOptions:
    """What a shard is rendered with.

    Attributes:
        renderer: `module:function`, called as `likeness.synthetic.pictures.render_batch` is: with indices, `seed` and
            `size`; it returns pictures, alternative captions of each, and their attributes, by (seed, index) alone.
        seed: of all pictures.
        size: of a picture's side, in pixels.
        pictures: in a shard.
    """

    renderer: str
    seed: int
    size: int
    pictures: int


def shard_name(number: int) -> str:
    """File of a shard, by its number."""
    return f"shard-{number:05d}.npz"


def load_renderer(name: str) -> Renderer:
    """Import the renderer that `module:function` names.

    Raises:
        ValueError: there is none.
    """
    try:
        renderer: Renderer = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"Parameter renderer: {name!r} cannot be imported ({error}). Expected module:function, and the project "
            "installed with its synthetic extra."
        ) from error
    return renderer


def render_shards(
    numbers: Sequence[int], options: ShardOptions, work: WorkFolder, *, processes: int | None = None
) -> None:
    """Render those shards that are not there yet.

    Args:
        numbers: of the shards wanted; shard k holds the pictures k · pictures up to (k + 1) · pictures.
        options: what to render.
        work: where the shards are kept.
        processes: at once; None for one a core, 1 for none beside this one.
    """
    wanted = [number for number in numbers if not work.has(shard_name(number))]
    jobs = [(number, options, work) for number in wanted]
    processes = min(processes or os.cpu_count() or 1, max(1, len(jobs)))
    bar = tqdm(total=len(jobs), desc="pictures", unit="shard")
    if processes == 1:
        with bar:
            for job in jobs:
                _render_shard(job)
                bar.update()
        return
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with multiprocessing.get_context("spawn").Pool(processes) as pool, bar:
            for _ in pool.imap_unordered(_render_shard, jobs):
                bar.update()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def read_pictures(folder: Path, numbers: Sequence[int]) -> Pictures:
    """All pictures of some shards, uint8 (n, size, size, 3)."""
    first = _read(folder, numbers[0], "pictures")
    pictures = np.empty((len(numbers), *first.shape), dtype=np.uint8)
    pictures[0] = first
    for position, number in enumerate(numbers[1:], start=1):
        pictures[position] = _read(folder, number, "pictures")
    return pictures.reshape(-1, *first.shape[1:])


def read_captions(folder: Path, numbers: Sequence[int]) -> list[list[str]]:
    """The alternative captions of each picture of some shards."""
    return [texts for number in numbers for texts in json.loads(str(_read(folder, number, "captions")))]


def read_attributes(folder: Path, numbers: Sequence[int]) -> pd.DataFrame:
    """What was rendered, one row a picture of some shards."""
    tables = [pd.read_csv(io.StringIO(str(_read(folder, number, "attributes")))) for number in numbers]
    return pd.concat(tables, ignore_index=True)


def _read(folder: Path, number: int, array: str) -> NDArray[np.generic]:
    path = folder / shard_name(number)
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not in {folder}: render the pictures again, with `synthetic_images`.")
    with np.load(path, allow_pickle=False) as shard:
        content: NDArray[np.generic] = shard[array]
    return content


def _render_shard(job: tuple[int, ShardOptions, WorkFolder]) -> None:
    number, options, work = job
    indices = range(number * options.pictures, (number + 1) * options.pictures)
    pictures, captions, attributes = load_renderer(options.renderer)(indices, seed=options.seed, size=options.size)
    expected = (options.pictures, options.size, options.size, 3)
    if pictures.shape != expected or pictures.dtype != np.uint8 or len(captions) != options.pictures:
        raise ValueError(
            f"{options.renderer} gave {pictures.dtype} pictures {pictures.shape} with {len(captions)} captions; "
            f"expected uint8 {expected} with a list of captions each."
        )
    with work.writing(shard_name(number)) as path, path.open("wb") as file:
        np.savez(file, pictures=pictures, captions=json.dumps(captions), attributes=attributes.to_csv(index=False))
