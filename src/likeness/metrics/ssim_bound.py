"""Which pairs of pictures can have a high SSIM at all: an upper bound from a few numbers a picture.

In every window SSIM is at most l·c, its luminance and contrast terms (Wang et al. 2004, equations 6 and 9), for a
covariance never exceeds the product of the deviations. So 1 - SSIM is at least
1 - l = (μ_a - μ_b)² / (μ_a² + μ_b² + C1), and at least 1 - c, the same of deviations with C2. Over a block of windows
Cauchy and Schwarz give mean(u² / v) >= mean(u)² / mean(v), so that means of μ, μ², σ and σ² over blocks are enough.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from likeness.metrics.ssim import SsimOptions, window_radius

_GRIDS = (8, 16, 32)  # blocks a side; a pair that a coarse grid rules out never comes to a finer one
_ROUNDING = 1e-4  # far more than single precision loses
_ROWS, _PAIRS = 128, 4096  # compared at a time


def block_moments(picture: NDArray[np.generic], options: SsimOptions) -> NDArray[np.float32]:
    """Return what the bound needs of a picture.

    Args:
        picture: (h, w) or (h, w, 3) in 0..255.
        options: the window.

    Returns:
        (4, channels, g, g): means over blocks of the local mean, its square, the local deviation and the variance, for
        pictures in 0..1. g is 32, or less where there are fewer windows.
    """
    channels = np.atleast_3d(picture).transpose(2, 0, 1)
    mean, variance = np.stack([_local_moments(channel, options) for channel in channels], axis=1)
    maps = np.stack([mean, mean**2, np.sqrt(variance), variance])
    grid = max([grid for grid in _GRIDS if grid <= min(maps.shape[2:])], default=1)
    rows, columns = (_edges(side, grid) for side in maps.shape[2:])
    sums = np.add.reduceat(np.add.reduceat(maps, rows[:-1], axis=2), columns[:-1], axis=3)
    return np.asarray(sums / np.outer(np.diff(rows), np.diff(columns)), dtype=np.float32)


def candidate_pairs(
    moments: NDArray[np.float32], shape: tuple[int, int], limit: float, options: SsimOptions
) -> NDArray[np.intp]:
    """Return every pair of pictures whose SSIM may exceed a limit, and few others.

    Args:
        moments: of all pictures, (n, 4, channels, g, g).
        shape: height and width of the pictures.
        limit: SSIM, -1..1.
        options: window and constants.

    Returns:
        (pairs, 2) places of pictures, the first below the second, in order.
    """
    count, least = len(moments), 1.0 - limit + _ROUNDING
    levels = list(_levels(moments, shape, options))
    found = [np.empty((0, 2), dtype=np.intp)]
    with tqdm(total=count, desc="ruling out pairs", unit="picture", delay=1, disable=None) as bar:
        for top in range(0, count, _ROWS):
            coarse, weights = levels[0]
            block = slice(top, min(top + _ROWS, count))
            apart = np.zeros((block.stop - top, count - top), dtype=np.float32)
            for place, weight in enumerate(weights):
                values = coarse[:, :, place]
                apart += weight * _apart(values[block, :, None], values[top:].T[None], options)
            first, second = np.nonzero(np.triu(apart <= least, k=1))
            pairs = np.stack([first, second], axis=1) + top
            for values, weights in levels[1:]:
                kept = [
                    chunk[_apart(values[chunk[:, 0]], values[chunk[:, 1]], options) @ weights <= least]
                    for chunk in np.split(pairs, range(_PAIRS, len(pairs), _PAIRS))
                ]
                pairs = np.concatenate(kept)
            found.append(pairs)
            bar.update(block.stop - top)
    return np.concatenate(found)


def _local_moments(picture: NDArray[np.generic], options: SsimOptions) -> NDArray[np.float64]:
    """Mean and variance in every window that lies wholly within the picture, (2, h - 2 r, w - 2 r)."""
    radius = window_radius(options)
    exact = picture.astype(np.float64) / 255.0
    taps = (2 * radius + 1, 2 * radius + 1)
    overall = exact.mean()
    mean, square = (
        cv2.GaussianBlur(values, taps, options.sigma)[radius:-radius, radius:-radius]
        for values in (exact - overall, (exact - overall) ** 2)
    )
    return np.stack([mean + overall, np.maximum(square - mean**2, 0.0)])


def _apart(a: NDArray[np.float32], b: NDArray[np.float32], options: SsimOptions) -> NDArray[np.float32]:
    """The least that 1 - SSIM can be in blocks; moments are the second axis of both."""
    luminance = (a[:, 0] - b[:, 0]) ** 2 / (a[:, 1] + b[:, 1] + np.float32(options.k1**2))
    contrast = (a[:, 2] - b[:, 2]) ** 2 / (a[:, 3] + b[:, 3] + np.float32(options.k2**2))
    return np.maximum(luminance, contrast)


def _levels(
    moments: NDArray[np.float32], shape: tuple[int, int], options: SsimOptions
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Moments (n, 4, blocks) and the blocks' shares of the picture, from the coarsest grid to the finest."""
    count, kinds, channels, finest, _ = moments.shape
    margin = 2 * window_radius(options)
    sides = [np.diff(_edges(side - margin, finest)) for side in shape]
    areas = np.outer(*sides).astype(np.float64)
    for grid in sorted({grid for grid in (*_GRIDS, finest) if grid <= finest}):
        step = finest // grid
        parts = (grid, step, grid, step)
        area = areas.reshape(parts).sum(axis=(1, 3))
        sums = (moments * areas).reshape(count, kinds, channels, *parts).sum(axis=(4, 6))
        weights = np.tile(area.ravel() / area.sum(), channels) / channels
        yield (sums / area).reshape(count, kinds, -1).astype(np.float32), weights.astype(np.float32)


def _edges(side: int, grid: int) -> NDArray[np.intp]:
    return np.linspace(0, side, grid + 1).astype(np.intp)
