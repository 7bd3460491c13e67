"""Where brush strokes begin, run and end: curved strokes that follow a field of directions (Hertzmann 1998)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.painter.strokes import steered
from likeness.synthetic.vectors import Array, Vector


@inlined
def _difference(lab: Array, row: int, column: int, colour: Vector) -> float:
    """ΔE*ab (CIE 1976) between a pixel and a colour."""
    squared: float = (lab[row, column, 0] - colour[0]) ** 2
    squared += (lab[row, column, 1] - colour[1]) ** 2
    squared += (lab[row, column, 2] - colour[2]) ** 2
    return math.sqrt(squared)


@inlined
def _at(lab: Array, row: int, column: int) -> Vector:
    return lab[row, column, 0], lab[row, column, 1], lab[row, column, 2]


@compiled
def origins(apart: Array, spacing: float, threshold: float, jitter: Array) -> Array:
    """Where strokes begin: one a cell of a grid whose mean difference is large.

    Args:
        apart: (h, w) difference between canvas and reference.
        spacing: Side of a cell, pixels, at least 1.
        threshold: Of the cell's mean difference; cells up to it stay as they are, at 0 none does.
        jitter: (rows, columns, 2) 0 to 1, one a cell of a grid that covers the picture: where in the cell, down and
            across, the stroke begins.

    Returns:
        (n, 2) x and y, within the picture.
    """
    height, width = apart.shape
    rows, columns = jitter.shape[:2]
    found = np.empty((rows * columns, 2), np.float32)
    n = 0
    for i in range(rows):
        for j in range(columns):
            top, bottom = int(i * spacing), min(int((i + 1) * spacing), height)
            left, right = int(j * spacing), min(int((j + 1) * spacing), width)
            total = 0.0
            for row in range(top, bottom):
                for column in range(left, right):
                    total += apart[row, column]
            count = (bottom - top) * (right - left)
            if count > 0 and (threshold <= 0 or total > threshold * count):
                found[n, 0] = min((j + jitter[i, j, 1]) * spacing, width - 0.5)
                found[n, 1] = min((i + jitter[i, j, 0]) * spacing, height - 0.5)
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
        nodes (n, 2 · steps + 1, 2), first and last (n,) node of each, and colours (n, 3) from the reference.
    """
    height, width = reference.shape[:2]
    count = starts.shape[0]
    nodes = np.zeros((count, 2 * steps + 1, 2), np.float32)
    first, last = np.full(count, steps, np.int32), np.full(count, steps, np.int32)
    colours = np.empty((count, 3), np.float32)
    for i in range(count):
        start_row, start_column = int(starts[i, 1]), int(starts[i, 0])
        colour = _at(reference, start_row, start_column)
        colours[i, 0], colours[i, 1], colours[i, 2] = colour
        nodes[i, steps, 0], nodes[i, steps, 1] = starts[i, 0], starts[i, 1]
        for way in (-1, 1):
            x, y = starts[i, 0], starts[i, 1]
            dx, dy = way * field[start_row, start_column, 0], way * field[start_row, start_column, 1]
            for k in range(1, steps + 1):
                x, y = x + step * dx, y + step * dy
                row, column = int(y), int(x)
                inside = 0 <= x < width and 0 <= y < height
                if inside:
                    ours = _difference(reference, row, column, colour)
                    already = _difference(canvas, row, column, _at(reference, row, column))
                    if not painted[row, column] or ours > tolerance or (k > 1 and already < ours):
                        break
                node = steps + way * k
                nodes[i, node, 0], nodes[i, node, 1] = x, y
                first[i], last[i] = min(first[i], node), max(last[i], node)
                if not inside:  # it runs out of the picture, lest the border stay bare
                    break
                dx, dy = steered(dx, dy, field, row, column)
    return nodes, first, last, colours
