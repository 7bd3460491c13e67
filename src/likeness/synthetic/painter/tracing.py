"""Where strokes run: curved brush strokes that follow a field of directions (Hertzmann 1998)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.vectors import Array


class Strokes(NamedTuple):
    """Polylines to be painted, in their order.

    Attributes:
        nodes: (n, k, 2) pixel coordinates x, y.
        radii: (n, k) half of the width there, pixels.
        first: (n,) int32 index of each stroke's first node.
        last: (n,) int32 index of its last; below ``first`` nothing is painted.
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
def difference(a: Array, row: int, column: int, lightness: float, green_red: float, blue_yellow: float) -> float:
    """ΔE*ab (CIE 1976) between a pixel and a colour."""
    return math.sqrt(
        (a[row, column, 0] - lightness) ** 2
        + (a[row, column, 1] - green_red) ** 2
        + (a[row, column, 2] - blue_yellow) ** 2
    )


@compiled
def origins(apart: Array, spacing: float, threshold: float, jitter: Array) -> Array:
    """Where strokes begin: one a cell of a grid whose mean difference is large.

    Args:
        apart: (h, w) difference between canvas and reference.
        spacing: Side of a cell, pixels, at least 1.
        threshold: Of the cell's mean difference; cells up to it stay as they are.
        jitter: (rows, columns, 2) 0 to 1, one a cell: where in the cell the stroke begins.

    Returns:
        (n, 2) x and y.
    """
    height, width = apart.shape
    found = np.empty((jitter.shape[0] * jitter.shape[1], 2), np.float32)
    n = 0
    for i in range(jitter.shape[0]):
        for j in range(jitter.shape[1]):
            top, bottom = int(i * spacing), min(int((i + 1) * spacing), height)
            left, right = int(j * spacing), min(int((j + 1) * spacing), width)
            total = 0.0
            for row in range(top, bottom):
                for column in range(left, right):
                    total += apart[row, column]
            count = (bottom - top) * (right - left)
            if count > 0 and (threshold <= 0 or total > threshold * count):
                found[n, 0] = min((j + jitter[i, j, 0]) * spacing, width - 0.51)
                found[n, 1] = min((i + jitter[i, j, 1]) * spacing, height - 0.51)
                n += 1
    return found[:n]


@compiled
def trace(
    reference: Array,
    canvas: Array,
    painted: NDArray[np.bool_],
    field: Array,
    starts: Array,
    step: float,
    steps: int,
    tolerance: float,
) -> tuple[Array, NDArray[np.int32], NDArray[np.int32], Array]:
    """Strokes from their middles both ways, until the colour no longer fits or the canvas is nearer to the reference.

    Args:
        reference: (h, w, 3) CIE L*a*b*, blurred for this brush.
        canvas: (h, w, 3) as painted so far, as intended.
        painted: (h, w) where strokes may run.
        field: (h, w, 2) unit vectors.
        starts: (n, 2) x and y.
        step: Pixels.
        steps: At most so many each way.
        tolerance: ΔE*ab from the stroke's colour at which it ends.

    Returns:
        nodes (n, 2 · steps + 1, 2), first and last (n,) index of each, and colours (n, 3) from the reference.
    """
    height, width = reference.shape[:2]
    count = starts.shape[0]
    nodes = np.zeros((count, 2 * steps + 1, 2), np.float32)
    first = np.full(count, steps, np.int32)
    last = np.full(count, steps, np.int32)
    colours = np.empty((count, 3), np.float32)
    for i in range(count):
        row, column = int(starts[i, 1]), int(starts[i, 0])
        lightness, a, b = reference[row, column, 0], reference[row, column, 1], reference[row, column, 2]
        colours[i, 0], colours[i, 1], colours[i, 2] = lightness, a, b
        nodes[i, steps, 0], nodes[i, steps, 1] = starts[i, 0], starts[i, 1]
        for way in (-1, 1):
            x, y = starts[i, 0], starts[i, 1]
            dx, dy = way * field[row, column, 0], way * field[row, column, 1]
            for k in range(1, steps + 1):
                x, y = x + step * dx, y + step * dy
                if not (0 <= x < width and 0 <= y < height):
                    break
                r, c = int(y), int(x)
                own = difference(reference, r, c, lightness, a, b)
                done = difference(canvas, r, c, reference[r, c, 0], reference[r, c, 1], reference[r, c, 2])
                if not painted[r, c] or own > tolerance or (k > 1 and done < own):
                    break
                nodes[i, steps + way * k, 0], nodes[i, steps + way * k, 1] = x, y
                if way < 0:
                    first[i] = steps - k
                else:
                    last[i] = steps + k
                turned = 1.0 if dx * field[r, c, 0] + dy * field[r, c, 1] >= 0 else -1.0
                dx, dy = 0.4 * dx + 0.6 * turned * field[r, c, 0], 0.4 * dy + 0.6 * turned * field[r, c, 1]
                norm = math.sqrt(dx * dx + dy * dy) + 1e-9
                dx, dy = dx / norm, dy / norm
    return nodes, first, last, colours
