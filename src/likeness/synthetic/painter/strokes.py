"""What is painted: polylines with a width, a colour and an opacity."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import inlined
from likeness.synthetic.vectors import Array


class Strokes(NamedTuple):
    """Polylines, in the order in which they are painted.

    Attributes:
        nodes: (n, k, 2) pixel coordinates x, y.
        radii: (n, k) half of the width there, pixels.
        first: (n,) int32 index of each stroke's first node.
        last: (n,) int32 index of its last.
        colours: (n, 3) CIE L*a*b* as intended.
        shift: (n, 3) by which they turned out otherwise.
        opacity: (n,) 0 to 1.
    """

    nodes: Array
    radii: Array
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    colours: Array
    shift: Array
    opacity: Array


@inlined
def steered(dx: float, dy: float, field: Array, row: int, column: int) -> tuple[float, float]:
    """A stroke's direction after it has turned into the field's, whose sign means nothing, but not at once."""
    fx, fy = field[row, column, 0], field[row, column, 1]
    if dx * fx + dy * fy < 0:
        fx, fy = -fx, -fy
    dx, dy = 0.4 * dx + 0.6 * fx, 0.4 * dy + 0.6 * fy
    norm = math.sqrt(dx * dx + dy * dy) + 1e-9
    return dx / norm, dy / norm
