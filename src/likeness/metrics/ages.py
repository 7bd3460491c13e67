"""Whether the ages of people in pictures come out in order."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr


def age_order(apparent: ArrayLike, asked: ArrayLike) -> float:
    """Return how well the ages come out in order: Spearman's rank correlation of mean apparent age over the asked ages.

    The mean is over the pictures of one asked age, so that their spread does not count; ties share their rank.

    Args:
        apparent: Age a picture looks, in years, (n,); NaN where there is none.
        asked: Age it was asked for, in years, (n,).

    Returns:
        -1 (reversed) to 1 (in order); 0 when all ages look the same; NaN with fewer than two asked ages.
    """
    apparent, asked = _paired(apparent, asked)
    ages = np.unique(asked)
    if len(ages) < 2:
        return float("nan")
    means = [apparent[asked == age].mean() for age in ages]
    return float(spearmanr(means, ages).statistic) if np.ptp(means) > 0 else 0.0


def _paired(apparent: ArrayLike, asked: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first, second = np.broadcast_arrays(np.asarray(apparent, np.float64), np.asarray(asked, np.float64))
    present = ~(np.isnan(first) | np.isnan(second))
    return first[present], second[present]
