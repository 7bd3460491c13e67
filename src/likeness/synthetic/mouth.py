"""Inside the mouth: the row of upper teeth before the dark."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import compiled
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.vectors import Vector, mix, times

GUMS = (0.16, 0.035, 0.035)
ENAMEL = (0.70, 0.66, 0.56)


@compiled
def mouth_colour(x: float, y: float, z: float, teeth: float) -> Vector:
    """Albedo of the mouth's cavity at a rest position, linear RGB.

    Args:
        x: Rest position; ``y`` and ``z`` likewise.
        y: Backwards.
        z: Upwards.
        teeth: 0 none yet to 1.
    """
    in_row = smoothstep(-1.26, -1.20, z) * (1 - smoothstep(-1.09, -1.05, z)) * (1 - smoothstep(-0.38, -0.30, y))
    white = teeth * in_row * (1 - smoothstep(0.40, 0.52, abs(x)))
    between = 0.82 + 0.18 * smoothstep(0.04, 0.2, abs(math.sin(x * 21)))  # a tooth is π / 21 wide
    return times(mix(GUMS, times(ENAMEL, between), white), 0.55 + 0.45 * white)
