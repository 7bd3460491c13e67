"""All near-duplicates among many photographs, without comparing every pair and without holding every picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from likeness.metrics.ssim import SsimOptions, paired_ssim, window_radius
from likeness.metrics.ssim_screening import WindowMoments, cut_windows, draw_windows, sampled_ssim, shortfall
from likeness.pipelines.avatar.similarity import Views

_WINDOWS = 512  # of a picture: enough to rule out pairs that are .14 below the limit
# Pictures on each side of a block of pairs. Those of a side take 63 MB as windows, and 320 MB as moments at 512 px.
_SCREENED, _COMPARED = 256, 64


def similar_pairs(views: Views, limit: float, options: SsimOptions, work_folder: str, seed: int) -> pd.DataFrame:
    """Return every pair of pictures whose SSIM exceeds a limit.

    Pictures are opened one by one and kept on disk at the size they are compared at. A pair is compared only where some
    of its windows, drawn at random, do not rule it out (`likeness.metrics.ssim_screening`, which says how seldom they
    rule out a pair wrongly).

    Args:
        views: the pictures, as they are compared.
        limit: SSIM, -1..1.
        options: window and size.
        work_folder: where the pictures lie meanwhile.
        seed: of the windows' drawing.

    Returns:
        photo_a, photo_b, ssim; photo_a the earlier one, in order.
    """
    columns = ["photo_a", "photo_b", "ssim"]
    with _kept(views, options, work_folder, seed) as (pictures, windows):
        pairs = _screened(windows, len(views.files), limit, options)
        values = _compared(pictures, pairs, options)
    alike = values > limit
    similar = sorted(zip(map(tuple, pairs[alike].tolist()), values[alike].tolist(), strict=True))
    rows = [(views.files[first], views.files[second], value) for (first, second), value in similar]
    return pd.DataFrame(rows, columns=columns).astype({"photo_a": object, "photo_b": object, "ssim": float})


def _screened(windows: _OnDisk, count: int, limit: float, options: SsimOptions) -> NDArray[np.intp]:
    """The pairs that are not ruled out, (m, 2), the first below the second."""
    least = limit - shortfall(_WINDOWS)
    starts = range(0, count, _SCREENED)
    blocks = [range(start, min(start + _SCREENED, count)) for start in starts]
    found = [np.empty((0, 2), dtype=np.intp)]
    with tqdm(total=count * (count - 1) // 2, desc="ruling out pairs", unit="pair", delay=1, disable=None) as bar:
        for place, block in enumerate(blocks):
            rows = WindowMoments.of(windows.read(block), options)
            for other in blocks[place:]:
                columns = rows if other is block else WindowMoments.of(windows.read(other), options)
                possible = sampled_ssim(rows, columns, options) >= least
                first, second = np.nonzero(np.triu(possible, k=1) if other is block else possible)
                found.append(np.stack([first + block.start, second + other.start], axis=1))
                bar.update(len(block) * (len(block) - 1) // 2 if other is block else len(block) * len(other))
    return np.concatenate(found)


def _compared(pictures: _OnDisk, pairs: NDArray[np.intp], options: SsimOptions) -> NDArray[np.float64]:
    """The SSIM of each pair, (m,); pairs of the same pictures are compared together."""
    values = np.empty(len(pairs))
    first, second = (pairs // _COMPARED).T
    order = np.lexsort((second, first))
    begins = np.flatnonzero(np.diff(first[order]) | np.diff(second[order])) + 1
    with tqdm(total=len(pairs), desc="comparing look-alikes", unit="pair", delay=1, disable=None) as bar:
        for chosen in np.split(order, begins):
            places, local = np.unique(pairs[chosen], return_inverse=True)
            values[chosen] = paired_ssim(pictures.read(places.tolist()), local.reshape(-1, 2), options)
            bar.update(len(chosen))
    return values


class _OnDisk:
    """Bytes of one shape a picture in a file, read in any order; unlike a memory map they never count as held."""

    def __init__(self, file: IO[bytes], shape: tuple[int, ...]) -> None:
        self._file, self._shape, self._bytes = file, shape, int(np.prod(shape))

    def read(self, places: Sequence[int]) -> NDArray[np.uint8]:
        """Return those of some pictures, (n, ...)."""
        found = np.empty((len(places), *self._shape), dtype=np.uint8)
        for row, place in enumerate(places):
            self._file.seek(place * self._bytes)
            found[row] = np.frombuffer(self._file.read(self._bytes), dtype=np.uint8).reshape(self._shape)
        return found


@contextmanager
def _kept(views: Views, options: SsimOptions, work_folder: str, seed: int) -> Iterator[tuple[_OnDisk, _OnDisk]]:
    """Put all pictures, and the windows of each, into files that are gone afterwards."""
    Path(work_folder).mkdir(parents=True, exist_ok=True)
    side = views.options.size
    shape = (side, side) if views.options.grey else (side, side, 3)
    windows = draw_windows(shape, _WINDOWS, options, seed)
    with tempfile.TemporaryFile(dir=work_folder) as whole, tempfile.TemporaryFile(dir=work_folder) as cut:
        for picture in tqdm(views.each(), total=len(views.files), desc="reading pictures", delay=1, disable=None):
            whole.write(picture.tobytes())
            cut.write(cut_windows(picture, windows, options).tobytes())
        taps = 2 * window_radius(options) + 1
        yield _OnDisk(whole, shape), _OnDisk(cut, (_WINDOWS, taps**2))
