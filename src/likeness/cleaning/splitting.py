"""Pictures divided into parts of given shares: no group is torn, and every class keeps its share in every part."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Part = TypeVar("Part", bound=Hashable)

_ORDERS = 32  # random orders that are tried
_MISSING = 1e3  # cost of a class without a picture in a part, above anything uneven


def divide(groups: pd.Series, classes: pd.Series, shares: Mapping[Part, float], seed: int) -> pd.Series:
    """Divide pictures into parts, whole groups at a time, with each class in every part by its share.

    Large groups go first and in random order, each to the part that is emptiest, by its share, of the group's
    classes; of several such orders the evenest result is taken. The order of the rows does not matter.

    Args:
        groups: the group of every picture.
        classes: the class of every picture, the same index.
        shares: of the pictures, by the parts' names; they add up to 1.
        seed: of the random orders.

    Returns:
        The part's name of every picture, indexed like `groups`.
    """
    table = pd.crosstab(groups.to_numpy(), classes.to_numpy())
    counts = table.to_numpy(np.float64)
    wanted = np.array(list(shares.values()))[:, None] * counts.sum(0)
    rng = np.random.default_rng(seed)
    best, lowest = np.zeros(len(counts), np.int64), np.inf
    for _ in range(_ORDERS if len(counts) else 0):
        parts = _fill(counts, np.maximum(wanted, 1), rng.permutation(len(counts)))
        cost = _unevenness(counts, wanted, parts)
        if cost < lowest:
            best, lowest = parts, cost
    names = list(shares)
    part_of = dict(zip(table.index, (names[part] for part in best), strict=True))
    return groups.map(part_of)


def _fill(counts: NDArray[np.float64], wanted: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put every group into the part that then is the least full.

    Args:
        counts: (groups, classes) pictures.
        wanted: (parts, classes) pictures.
        order: of the groups; larger groups go first all the same.
    """
    filled = np.zeros_like(wanted)
    parts = np.empty(len(counts), np.int64)
    for group in order[np.argsort(-counts[order].sum(1), kind="stable")]:
        full = (filled + counts[group]) / wanted
        parts[group] = np.argmin(full @ counts[group])
        filled[parts[group]] += counts[group]
    return parts


def _unevenness(counts: NDArray[np.float64], wanted: NDArray[np.float64], parts: NDArray[np.int64]) -> float:
    filled = np.stack([counts[parts == part].sum(0) for part in range(len(wanted))])
    off = (filled - wanted) / np.maximum(wanted, 1)
    return float((off**2).sum() + _MISSING * (filled == 0).sum())
