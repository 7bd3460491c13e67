"""Structural similarity, SSIM (Wang, Bovik, Sheikh & Simoncelli 2004, equations 6-13), of one pair or of all pairs.

Local moments are taken in a Gaussian window of σ 1.5 and 11 taps; the variances are those of the population, and the
mean leaves out the border that the window does not cover. scikit-image computes the same with `gaussian_weights=True,
sigma=1.5, use_sample_covariance=False, data_range=255`.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pydantic import BaseModel, ConfigDict, Field

_TRUNCATE = 3.5  # the window's radius in σ, as scikit-image and SciPy cut it: 5 pixels at σ 1.5
_BLOCK = 128  # pictures whose moments are held at a time, twice: 5 MB each at 512 px


class SsimOptions(BaseModel):
    """What an SSIM was computed with; recorded beside every score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(512, ge=11, description="Side in pixels that pictures are cropped (centre) and scaled to.")
    sigma: float = Field(1.5, gt=0, description="Standard deviation of the Gaussian window, in pixels.")
    k1: float = Field(0.01, gt=0, description="Constant K1, which keeps the luminance term stable.")
    k2: float = Field(0.03, gt=0, description="Constant K2, which keeps the contrast term stable.")
    grey: bool = Field(True, description="Compare luma; otherwise the mean over red, green and blue.")


def stack_pictures(images: Iterable[Image.Image], options: SsimOptions | None = None) -> NDArray[np.uint8]:
    """Bring pictures to one size: the central square, scaled; (n, size, size) grey or (n, size, size, 3) RGB."""
    options = options or SsimOptions()
    mode = "L" if options.grey else "RGB"
    square = (options.size, options.size)
    pictures = [np.asarray(ImageOps.fit(image, square, Image.Resampling.LANCZOS).convert(mode)) for image in images]
    shape = (0, *square) if options.grey else (0, *square, 3)
    return np.stack(pictures) if pictures else np.empty(shape, dtype=np.uint8)


def ssim(a: NDArray[np.generic], b: NDArray[np.generic], options: SsimOptions | None = None) -> float:
    """Return the SSIM of two pictures of equal shape, (h, w) or (h, w, 3) in 0..255; 1 where they are equal."""
    return float(pairwise_ssim(a[None], b[None], options)[0, 0])


def ssim_map(a: NDArray[np.generic], b: NDArray[np.generic], options: SsimOptions | None = None) -> NDArray[np.float64]:
    """Return the local SSIM in every window that lies wholly within the pictures; its mean is their SSIM.

    Args:
        a: Picture, (h, w) or (h, w, 3) in 0..255.
        b: Picture of the same shape.
        options: Window and constants.

    Returns:
        (h - 2 r, w - 2 r) with r the window's radius; entry (y, x) is that of the window around pixel (y + r, x + r).
        Of colours, the mean.

    Raises:
        ValueError: If the pictures differ in shape or are smaller than the window.
    """
    options = options or SsimOptions()
    _check(a[None], b[None], options)
    channels = [...] if a.ndim == 2 else [(..., channel) for channel in range(a.shape[2])]
    maps = [_local_ssim(_moments(a[channel], options), _moments(b[channel], options), options) for channel in channels]
    return np.asarray(np.mean(maps, axis=0, dtype=np.float64))


def pairwise_ssim(
    stack_a: NDArray[np.generic], stack_b: NDArray[np.generic] | None = None, options: SsimOptions | None = None
) -> NDArray[np.float64]:
    """Return the SSIM of every picture of `a` with every one of `b`, or of all pairs within `a`.

    Every picture's local mean and variance are taken once, which leaves one filter a pair instead of five. Computed in
    single precision: it differs from scikit-image's double precision by less than 1e-5.

    Args:
        stack_a: Pictures, (n, h, w) or (n, h, w, 3) in 0..255.
        stack_b: Pictures of the same height, width and channels, (m, ...); None for `a` itself.
        options: Window and constants; `size` and `grey` do not matter here.

    Returns:
        (n, m), or (n, n) symmetric with ones on the diagonal.

    Raises:
        ValueError: If the stacks differ in height, width or channels, or are smaller than the window.
    """
    options = options or SsimOptions()
    other = stack_a if stack_b is None else stack_b
    _check(stack_a, other, options)
    channels = [...] if stack_a.ndim == 3 else [(..., channel) for channel in range(stack_a.shape[3])]
    scores = [
        _pairwise(stack_a[channel], None if stack_b is None else stack_b[channel], options) for channel in channels
    ]
    return np.asarray(np.mean(scores, axis=0), dtype=np.float64)


def paired_ssim(
    stack: NDArray[np.generic], pairs: NDArray[np.intp], options: SsimOptions | None = None
) -> NDArray[np.float64]:
    """Return the SSIM of chosen pairs of pictures, as `pairwise_ssim` does of all.

    Args:
        stack: Pictures, (n, h, w) or (n, h, w, 3) in 0..255; all their moments are held, 5 MB each at 512 px.
        pairs: (m, 2) places in it.
        options: Window and constants.

    Returns:
        (m,).

    Raises:
        ValueError: If the pictures are smaller than the window.
    """
    options = options or SsimOptions()
    _check(stack, stack, options)
    channels = [...] if stack.ndim == 3 else [(..., channel) for channel in range(stack.shape[3])]
    scores = np.zeros(len(pairs))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for channel in channels:
            moments = list(pool.map(partial(_moments, options=options), stack[channel]))
            first, second = ([moments[place] for place in side] for side in pairs.T)
            scores += list(pool.map(partial(_mean_ssim, options=options), first, second))
    return scores / len(channels)


def window_radius(options: SsimOptions) -> int:
    """Return how many pixels the window reaches from its centre."""
    return int(_TRUNCATE * options.sigma + 0.5)


def _check(stack_a: NDArray[np.generic], stack_b: NDArray[np.generic], options: SsimOptions) -> None:
    if stack_a.ndim not in (3, 4) or stack_a.shape[1:] != stack_b.shape[1:]:
        raise ValueError(f"expected stacks of pictures of one shape, got {stack_a.shape} and {stack_b.shape}")
    radius = window_radius(options)
    if min(stack_a.shape[1:3]) <= 2 * radius:
        raise ValueError(f"pictures of shape {stack_a.shape[1:]} are smaller than the {2 * radius + 1} px window")


@dataclass(frozen=True)
class _Moments:
    """A picture with its local moments; all (h, w) or the window's interior of it, float32.

    The picture and its means are multiplied by √2: a product of two is then the 2μμ and 2σ of equation 13.
    """

    centred: NDArray[np.float32]  # √2 (x - its mean): keeps the digits of the covariance, which does not depend on it
    centred_mean: NDArray[np.float32]  # √2 (μ - the picture's mean)
    mean: NDArray[np.float32]  # √2 μ
    mean_squared: NDArray[np.float32]  # μ² + C1 / 2
    variance: NDArray[np.float32]  # σ² + C2 / 2


def _pairwise(
    stack_a: NDArray[np.generic], stack_b: NDArray[np.generic] | None, options: SsimOptions
) -> NDArray[np.float64]:
    within = stack_b is None
    stack_b = stack_a if stack_b is None else stack_b
    scores = np.ones((len(stack_a), len(stack_b)))
    moments_of = partial(_moments, options=options)
    # OpenCV and numpy work outside Python's lock. Blocks bound the memory that moments take.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for top in range(0, len(stack_a), _BLOCK):
            rows = list(pool.map(moments_of, stack_a[top : top + _BLOCK]))
            for left in range(top if within else 0, len(stack_b), _BLOCK):
                diagonal = within and left == top
                columns = rows if diagonal else list(pool.map(moments_of, stack_b[left : left + _BLOCK]))
                block = _block(rows, columns, options, pool)
                scores[top : top + len(rows), left : left + len(columns)] = block
    if within:
        lower = np.tril_indices(len(scores), -1)
        scores[lower] = scores.T[lower]
    return scores


def _block(
    rows: Sequence[_Moments], columns: Sequence[_Moments], options: SsimOptions, pool: ThreadPoolExecutor
) -> NDArray[np.float64]:
    """Return the scores of rows × columns; of pictures with themselves only those above the diagonal of ones."""
    scores = np.ones((len(rows), len(columns)))

    def fill(row: int) -> None:
        for column in range(row + 1 if rows is columns else 0, len(columns)):
            scores[row, column] = _mean_ssim(rows[row], columns[column], options)

    list(pool.map(fill, range(len(rows))))
    return scores


def _moments(picture: NDArray[np.generic], options: SsimOptions) -> _Moments:
    exact = picture.astype(np.float64) / 255.0
    overall = exact.mean()
    centred = exact - overall
    centred_mean = _interior(_blur(centred, options), options)
    mean = centred_mean + overall
    variance = _interior(_blur(centred * centred, options), options) - centred_mean**2
    root = np.sqrt(2.0)
    return _Moments(
        centred=(root * centred).astype(np.float32),
        centred_mean=(root * centred_mean).astype(np.float32),
        mean=(root * mean).astype(np.float32),
        mean_squared=(mean**2 + options.k1**2 / 2.0).astype(np.float32),
        variance=(variance + options.k2**2 / 2.0).astype(np.float32),
    )


def _mean_ssim(a: _Moments, b: _Moments, options: SsimOptions) -> float:
    return cv2.mean(_local_ssim(a, b, options))[0]


def _local_ssim(a: _Moments, b: _Moments, options: SsimOptions) -> NDArray[np.float32]:
    covariance = _interior(_blur(cv2.multiply(a.centred, b.centred), options), options)
    covariance = cv2.subtract(covariance, cv2.multiply(a.centred_mean, b.centred_mean))
    covariance += np.float32(options.k2**2)
    luminance = cv2.multiply(a.mean, b.mean)
    luminance += np.float32(options.k1**2)
    numerator = cv2.multiply(luminance, covariance, dst=covariance)
    means = cv2.add(a.mean_squared, b.mean_squared, dst=luminance)
    denominator = cv2.multiply(means, cv2.add(a.variance, b.variance), dst=means)
    return np.asarray(cv2.divide(numerator, denominator, dst=numerator))


def _blur(picture: NDArray[np.floating], options: SsimOptions) -> NDArray[np.floating]:
    taps = 2 * window_radius(options) + 1
    return np.asarray(cv2.GaussianBlur(picture, (taps, taps), options.sigma))


def _interior(picture: NDArray[np.floating], options: SsimOptions) -> NDArray[np.floating]:
    radius = window_radius(options)
    return picture[radius:-radius, radius:-radius]
