"""A brush and the pattern that its bristles leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likeness.synthetic.compiled import inlined
from likeness.synthetic.painter.style import Brush
from likeness.synthetic.vectors import Array

LANES, TICKS = 64, 256
"""Size of the pattern: bristles side by side, and steps along their way before it repeats."""

_LANES_A_RADIUS = 21
_TICKS_A_RADIUS = 6


class Bristles(NamedTuple):
    """A brush as machine code takes it: the constants are those of ``Brush``.

    Attributes:
        pattern: (LANES, TICKS) 0 to 1: how much paint each bristle leaves along its way.
    """

    pattern: Array
    bristles: float
    roundness: float
    ragged: float
    softness: float
    wet_edge: float
    grain: float
    load: float
    drying: float


def draw_bristles(brush: Brush, rng: np.random.Generator) -> Bristles:
    """A brush with bristles drawn at random: their streaks stay side by side and slowly come and go."""
    streaks = _smooth(rng.standard_normal((LANES, 1)), 1.5, 0)
    spots = _smooth(rng.standard_normal((LANES, TICKS)), 1.2, 8)
    pattern = np.clip(0.5 + 0.22 * streaks / streaks.std() + 0.18 * spots / spots.std(), 0, 1).astype(np.float32)
    return Bristles(
        pattern,
        bristles=float(brush.bristles),
        roundness=float(brush.roundness),
        ragged=float(brush.ragged),
        softness=float(brush.softness),
        wet_edge=float(brush.wet_edge),
        grain=float(brush.grain),
        load=float(brush.load),
        drying=float(brush.drying),
    )


def _smooth(values: NDArray[np.float64], across: float, along: float) -> NDArray[np.float64]:
    """Blurred, and wrapped around at the borders so that the pattern has no seam."""
    return np.asarray(ndimage.gaussian_filter(values, (across, along), mode="wrap"))


@inlined
def bristle_at(brush: Bristles, across: float, along: float, radius: float, lane: int, tick: int) -> float:
    """Paint that a bristle leaves, 0 to 1, at a place of a stroke whose pattern begins at a lane and a tick."""
    lane += int(max(across / (radius + 1e-3) + 3.0, 0.0) * _LANES_A_RADIUS)
    tick += int(max(along / max(radius, 1.0) + 50.0, 0.0) * _TICKS_A_RADIUS)
    left: float = brush.pattern[lane % LANES, tick % TICKS]
    return left
