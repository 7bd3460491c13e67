"""Smooth steps between two values."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.compiled import inlined
from likeness.synthetic.vectors import Array


@inlined
def hermite(t: float) -> float:
    """Cubic from 0 at 0 to 1 at 1, level at both."""
    return t * t * (3 - 2 * t)


@inlined
def smoothstep(low: float, high: float, value: float) -> float:
    """Rise from 0 up to ``low`` to 1 from ``high`` on; fall when ``high`` is the smaller."""
    return hermite(min(max((value - low) / (high - low), 0.0), 1.0))


def smoothsteps(low: float, high: float, values: Array) -> Array:
    """``smoothstep`` of an array, outside compiled code."""
    t = np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
