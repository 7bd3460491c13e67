"""Intervals of shares of pictures."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import stats


class Share(NamedTuple):
    """A share 0..1 with the ends of its interval; all NaN of no pictures."""

    share: float
    low: float
    high: float


def wilson_interval(count: int, pictures: int, *, confidence: float = 0.95) -> Share:
    """Return a share of independent pictures with its score interval (Wilson 1927), which also serves near 0 and 1.

    Args:
        count: pictures that have the property.
        pictures: all pictures.
        confidence: coverage of the interval, 0..1.

    Raises:
        ValueError: the count is negative or above the number of pictures.
    """
    if not 0 <= count <= pictures:
        raise ValueError(f"{count} of {pictures} pictures is no share")
    if pictures == 0:
        return Share(math.nan, math.nan, math.nan)
    share, z = count / pictures, float(stats.norm.ppf(0.5 + confidence / 2))
    centre = (share + z**2 / (2 * pictures)) / (1 + z**2 / pictures)
    half = z / (1 + z**2 / pictures) * math.sqrt(share * (1 - share) / pictures + z**2 / (4 * pictures**2))
    return Share(share, max(0.0, centre - half), min(1.0, centre + half))
