"""The head as a height field over directions, which strands stay out of."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.body import Body
from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.vectors import Array, Vector, norm, vector

_ROWS = 48


class Skull(NamedTuple):
    """Distance of the head's surface from its centre.

    Attributes:
        radius: (rows, 2 rows) metres, over polar angle × azimuth.
        centre: World.
    """

    radius: Array
    centre: Vector


def skull_of(body: Body) -> Skull:
    """The skull of a sitter, from the crown to the neck."""
    rest = body.head.rest
    braincase = body.vertices[(rest[:, 2] > -0.2) & (rest[:, 1] > -1.0)]
    centre = ((braincase.max(0) + braincase.min(0)) / 2).astype(np.float32)
    return Skull(_fill(_radii(body.vertices[rest[:, 2] > -2.3] - centre, _ROWS)), vector(centre))


@inlined
def _direction(offset: Vector, rows: int) -> Vector:
    """Row and column of an offset from the centre, as fractions, and its length."""
    length = norm(offset) + 1e-9
    row = math.acos(min(1.0, max(-1.0, offset[2] / length))) / math.pi * rows
    return row, (math.atan2(offset[1], offset[0]) / (2 * math.pi) + 0.5) * 2 * rows, length


@compiled
def _radii(offsets: Array, rows: int) -> Array:
    """Greatest length of the offsets (n, 3) in every direction, 0 where there is none."""
    radius = np.zeros((rows, 2 * rows), np.float32)
    for i in range(offsets.shape[0]):
        row, column, length = _direction((offsets[i, 0], offsets[i, 1], offsets[i, 2]), rows)
        r, c = min(rows - 1, int(row)), int(column) % (2 * rows)
        radius[r, c] = max(radius[r, c], length)
    return radius


@compiled
def _fill(radius: Array) -> Array:
    """A height field without its holes: each takes the mean of its neighbours, twelve times over."""
    rows, columns = radius.shape
    for _ in range(12):
        filled = radius.copy()
        for row in range(rows):
            for column in range(columns):
                if radius[row, column] > 0:
                    continue
                total, count = 0.0, 0
                for r in range(row - 1, row + 2):
                    for c in range(column - 1, column + 2):
                        neighbour = radius[min(rows - 1, max(0, r)), c % columns]
                        if neighbour > 0:
                            total += neighbour
                            count += 1
                if count > 0:
                    filled[row, column] = total / count
        radius = filled
    return radius


@inlined
def surface_radius(offset: Vector, skull: Skull) -> float:
    """Distance of the surface from the centre in the direction of an offset from it, metres, bilinear."""
    rows, columns = skull.radius.shape
    row, column, _ = _direction(offset, rows)
    row, column = row - 0.5, column - 0.5
    r0, c0 = math.floor(row), math.floor(column)
    fr, fc = row - r0, column - c0
    upper, lower = max(0, r0), min(rows - 1, r0 + 1)
    left, right = c0 % columns, (c0 + 1) % columns
    above: float = skull.radius[upper, left] * (1 - fc) + skull.radius[upper, right] * fc
    below: float = skull.radius[lower, left] * (1 - fc) + skull.radius[lower, right] * fc
    return above * (1 - fr) + below * fr
