"""Rows of `pocket_scores`: a measure, of everything or of a group, with its interval and count.

Columns: measure; group, empty where it is of everything; value; low and high, the ends of the 95 % interval over
resampled pictures, empty where a single number is measured; count, of the pictures behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from likeness.metrics.bootstrap import Interval, bootstrap_mean, bootstrap_ratio
from likeness.pipelines.pocket.options import ReportOptions


@dataclass(frozen=True)
class Score:
    """One row."""

    measure: str
    group: str
    value: float
    low: float
    high: float
    count: int


def score(measure: str, interval: Interval, count: int, group: str = "") -> Score:
    """A row with an interval that is known."""
    return Score(measure, group, interval.mean, interval.low, interval.high, count)


def single_score(measure: str, value: float, count: int, group: str = "") -> Score:
    """A row without an interval."""
    return Score(measure, group, value, float("nan"), float("nan"), count)


def mean_score(measure: str, values: ArrayLike, options: ReportOptions, group: str = "") -> Score:
    """The mean of one value a picture; NaN, a picture without one, is left out and not counted."""
    column = np.asarray(values, dtype=np.float64)
    interval = bootstrap_mean(column, resamples=options.resamples, seed=options.seed)
    return score(measure, interval, int((~np.isnan(column)).sum()), group)


def ratio_score(
    measure: str, numerators: ArrayLike, denominators: ArrayLike, count: int, options: ReportOptions, group: str = ""
) -> Score:
    """The ratio of two sums over the same pictures."""
    interval = bootstrap_ratio(numerators, denominators, resamples=options.resamples, seed=options.seed)
    return score(measure, interval, count, group)


def score_table(scores: Iterable[Score]) -> pd.DataFrame:
    """One row a score."""
    return pd.DataFrame([asdict(row) for row in scores])
