"""Which pairs of many pictures can have a high SSIM at all, from some of its windows drawn at random.

SSIM is the mean of a local similarity over all windows (Wang et al. 2004, equation 12). The mean over `n` windows drawn
uniformly, with what is negative taken for 0, falls short of it by more than sqrt(ln(1 / p) / 2 n) with a probability
below p, whatever the pictures are (Hoeffding 1963, theorem 2). A pair that lies further than this below a limit is
ruled out; every other has to be compared in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from likeness.metrics.ssim import SsimOptions, window_radius

MISSED = 1e-9  # probability with which a pair above the limit is ruled out
_TOGETHER = 4  # windows compared at a time: their similarities stay in a core's cache


def draw_windows(shape: tuple[int, ...], count: int, options: SsimOptions, seed: int) -> NDArray[np.intp]:
    """Draw windows uniformly and independently among all that lie wholly within a picture.

    Args:
        shape: of the pictures, (h, w) or (h, w, channels).
        count: of windows.
        options: the window.
        seed: of the drawing.

    Returns:
        (count, 3) row, column and channel of each window's first pixel.

    Raises:
        ValueError: the pictures are smaller than the window.
    """
    height, width, channels = (*shape, 1)[:3]
    margin = 2 * window_radius(options)
    if min(height, width) <= margin:
        raise ValueError(f"pictures of {width} x {height} px are smaller than the {margin + 1} px window")
    return np.random.default_rng(seed).integers(0, (height - margin, width - margin, channels), (count, 3))


def cut_windows(picture: NDArray[np.uint8], windows: NDArray[np.intp], options: SsimOptions) -> NDArray[np.uint8]:
    """Return the pixels of each window, (count, taps²), of a picture (h, w) or (h, w, channels)."""
    taps = 2 * window_radius(options) + 1
    channels = picture if picture.ndim == 3 else picture[..., None]
    views = np.lib.stride_tricks.sliding_window_view(channels, (taps, taps), axis=(0, 1))
    return np.asarray(views[tuple(windows.T)].reshape(len(windows), -1), dtype=np.uint8)


@dataclass(frozen=True)
class WindowMoments:
    """The windows of n pictures as they are compared; float32.

    Attributes:
        centred: pixels about their window's mean, times the roots of twice the window's weights, (count, n, taps²): the
            product of two is 2 σ_ab.
        mean: of each window, (count, n).
        variance: of each window, (count, n).
    """

    centred: Tensor
    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], options: SsimOptions) -> Self:
        """Take them of windows that were cut, (n, count, taps²)."""
        taps = 2 * window_radius(options) + 1
        kernel = cv2.getGaussianKernel(taps, options.sigma, cv2.CV_64F)
        weights = torch.from_numpy(np.outer(kernel, kernel).ravel()).float()
        values = torch.from_numpy(pixels).transpose(0, 1).float() / 255.0
        mean = values @ weights
        centred = (values - mean[..., None]) * (2.0 * weights).sqrt()
        return cls(centred, mean, centred.square().sum(2) / 2.0)


def sampled_ssim(rows: WindowMoments, columns: WindowMoments, options: SsimOptions) -> NDArray[np.float32]:
    """Return the mean of the local SSIM over the windows, below 0 taken for 0; (n, m), of every row and column."""
    c1, c2 = torch.tensor(options.k1**2), torch.tensor(options.k2**2)
    total = torch.zeros(rows.mean.shape[1], columns.mean.shape[1])
    for part in _parts(len(rows.mean)):
        mean_a, mean_b = rows.mean[part, :, None], columns.mean[part, None]
        local = torch.baddbmm(c2, rows.centred[part], columns.centred[part].transpose(1, 2))
        local *= torch.addcmul(c1, mean_a, mean_b, value=2.0)
        local /= mean_a.square() + (mean_b.square() + c1)
        local /= rows.variance[part, :, None] + (columns.variance[part, None] + c2)
        total += local.clamp_(min=0.0).sum(0)
    return np.asarray(total / len(rows.mean))


def shortfall(windows: int) -> float:
    """By how much a sampled SSIM may lie below the true one, but for a probability of `MISSED`."""
    return float(np.sqrt(-np.log(MISSED) / (2.0 * windows)))


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _TOGETHER) for start in range(0, count, _TOGETHER))
