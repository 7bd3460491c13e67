"""All near-duplicates among many photographs, without comparing every pair and without holding every picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from likeness.metrics.ssim import SsimOptions, pairwise_ssim
from likeness.metrics.ssim_bound import block_moments, candidate_pairs
from likeness.pipelines.avatar.similarity import Views


def similar_pairs(views: Views, limit: float, options: SsimOptions, work_folder: str) -> pd.DataFrame:
    """Return every pair of pictures whose SSIM exceeds a limit.

    Pictures are opened one by one and kept on disk at the size they are compared at; a pair is compared only where a
    bound does not rule it out (`likeness.metrics.ssim_bound`).

    Args:
        views: the pictures, as they are compared.
        limit: SSIM, -1..1.
        options: window and size.
        work_folder: where the pictures lie meanwhile.

    Returns:
        photo_a, photo_b, ssim; photo_a the earlier one, in order.
    """
    columns = ["photo_a", "photo_b", "ssim"]
    with _kept(views, work_folder) as (pictures, moments):
        pairs = candidate_pairs(moments, (options.size, options.size), limit, options)
        rows = []
        with tqdm(total=len(pairs), desc="comparing look-alikes", unit="pair", delay=1, disable=None) as bar:
            for first, group in groupby(pairs.tolist(), key=lambda pair: pair[0]):
                others = [second for _, second in group]
                values = pairwise_ssim(pictures.read([first]), pictures.read(others), options)[0]
                rows += [
                    (views.files[first], views.files[other], value)
                    for other, value in zip(others, values.tolist(), strict=True)
                    if value > limit
                ]
                bar.update(len(others))
    return pd.DataFrame(rows, columns=columns).astype({"photo_a": object, "photo_b": object, "ssim": float})


class _PicturesOnDisk:
    """Pictures of one shape in a file, read in any order; unlike a memory map they never count as held."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...]) -> None:
        self._file, self._shape, self._bytes = file, shape, int(np.prod(shape))

    def read(self, places: list[int]) -> NDArray[np.uint8]:
        """Return pictures by their places, (n, ...)."""
        pictures = np.empty((len(places), *self._shape), dtype=np.uint8)
        for row, place in enumerate(places):
            self._file.seek(place * self._bytes)
            pictures[row] = np.frombuffer(self._file.read(self._bytes), dtype=np.uint8).reshape(self._shape)
        return pictures


@contextmanager
def _kept(views: Views, work_folder: str) -> Iterator[tuple[_PicturesOnDisk, NDArray[np.float32]]]:
    """Put all pictures into a file that is gone afterwards, and take their moments."""
    Path(work_folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=work_folder) as file:
        moments: list[NDArray[np.float32]] = []
        shape: tuple[int, ...] = ()
        for picture in tqdm(views.each(), total=len(views.files), desc="reading pictures", delay=1, disable=None):
            file.write(picture.tobytes())
            moments.append(block_moments(picture, views.options))
            shape = picture.shape
        yield _PicturesOnDisk(file, shape), np.stack(moments)
