"""Percentile bootstrap intervals (Efron & Tibshirani 1993, chapter 13) of means over pictures and pairs of pictures.

Pairs that share a picture are not independent, so pictures are drawn, never pairs. NaN stands for a pair or a picture
without a value and is left out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Interval(NamedTuple):
    """A mean with the ends of its interval; all NaN without a value, the ends NaN with too few pictures."""

    mean: float
    low: float
    high: float


def bootstrap_mean(values: ArrayLike, *, confidence: float = 0.95, resamples: int = 2000, seed: int = 0) -> Interval:
    """Return the mean of one value a picture, (n,), and its interval over resampled pictures."""
    column = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    return bootstrap_pairs(column, confidence=confidence, resamples=resamples, seed=seed)


def bootstrap_pairs(
    matrix: ArrayLike,
    *,
    columns: bool = False,
    symmetric: bool = False,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return the mean over pairs of pictures, (n, m), and its interval over resampled pictures.

    Args:
        matrix: A value for every pair of a row's and a column's picture, booleans or numbers.
        columns: Whether the columns' pictures are a sample too and are drawn as well; otherwise they stay fixed, as a
            reference set does.
        symmetric: Whether rows and columns are the same pictures: they are drawn together, and a picture is never
            paired with itself or its own duplicate.
        confidence: Coverage of the interval, 0..1.
        resamples: How often the pictures are drawn.
        seed: Seed of the draws.

    Raises:
        ValueError: If the matrix is not two-dimensional, or `symmetric` and not square.
    """
    pairs = np.array(matrix, dtype=np.float64)
    if pairs.ndim != 2 or (symmetric and pairs.shape[0] != pairs.shape[1]):
        raise ValueError(f"expected a {'square ' if symmetric else ''}matrix of pairs, got shape {pairs.shape}")
    if symmetric:
        np.fill_diagonal(pairs, np.nan)
    present = ~np.isnan(pairs)
    if not present.any():
        return Interval(np.nan, np.nan, np.nan)
    values = np.where(present, pairs, 0.0)
    mean = float(values.sum() / present.sum())
    # One picture, or one pair of two, says nothing about how much pictures differ.
    if present.any(axis=1).sum() < (3 if symmetric else 2):
        return Interval(mean, np.nan, np.nan)

    generator = np.random.default_rng(seed)
    row_draws = _draws(generator, pairs.shape[0], resamples)
    if symmetric:
        column_draws = row_draws
    elif columns:
        column_draws = _draws(generator, pairs.shape[1], resamples)
    else:
        column_draws = np.ones((1, pairs.shape[1]))
    sums = (row_draws @ values * column_draws).sum(axis=1)
    counts = (row_draws @ present * column_draws).sum(axis=1)
    drawn = counts > 0
    return Interval(mean, *_ends(sums[drawn] / counts[drawn], confidence))


def bootstrap_ratio(
    numerators: ArrayLike, denominators: ArrayLike, *, confidence: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """Return the ratio of two sums over pictures, and its interval over resampled pictures.

    A picture's numerator and denominator are drawn together, so that what makes both large does not widen the interval.

    Args:
        numerators: One value a picture, (n,).
        denominators: Likewise, 0 or greater; a picture without either counts for neither sum.
        confidence: Coverage of the interval, 0..1.
        resamples: How often the pictures are drawn.
        seed: Seed of the draws.

    Returns:
        The ratio as `mean`, with its interval; NaN where the denominators sum to 0.
    """
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    present = ~(np.isnan(above) | np.isnan(below))
    above, below = above[present], below[present]
    if not below.sum() > 0:
        return Interval(np.nan, np.nan, np.nan)
    ratio = float(above.sum() / below.sum())
    if len(below) < 2:
        return Interval(ratio, np.nan, np.nan)
    draws = _draws(np.random.default_rng(seed), len(below), resamples)
    totals = draws @ below
    drawn = totals > 0
    return Interval(ratio, *_ends((draws @ above)[drawn] / totals[drawn], confidence))


def _ends(values: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """Return the percentile interval of resampled values; NaN where no resample gave one."""
    if not len(values):
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)


def _draws(generator: np.random.Generator, pictures: int, resamples: int) -> NDArray[np.float64]:
    """Return how often each picture was drawn, (resamples, pictures): every row sums to the number of pictures."""
    return generator.multinomial(pictures, np.full(pictures, 1.0 / pictures), size=resamples).astype(np.float64)
