"""Lines spaced evenly along a field of directions (Jobard & Lefer 1997), or along the ridges of a map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.painter.strokes import steered
from likeness.synthetic.vectors import Array


class Streamlines(NamedTuple):
    """Lines as ``Strokes`` has them, with the strength of the map at each node.

    Attributes:
        nodes: (n, k, 2) pixel coordinates x, y.
        first: (n,) int32 index of each line's first node.
        last: (n,) int32 index of its last.
        strength: (n, k).
    """

    nodes: Array
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    strength: Array


@inlined
def _onto_ridge(strength: Array, x: float, y: float, dx: float, dy: float) -> tuple[float, float]:
    """Half a pixel sideways to where the map is higher, if it is."""
    height, width = strength.shape
    if not (2 <= x < width - 2 and 2 <= y < height - 2):
        return x, y
    here = strength[int(y), int(x)]
    left, right = strength[int(y + dx), int(x - dy)], strength[int(y - dx), int(x + dy)]
    aside = 0.5 if left > max(here, right) else (-0.5 if right > max(here, left) else 0.0)
    return x - aside * dy, y + aside * dx


@inlined
def _take(room: Array, x: float, y: float, gap: float) -> None:
    """Lower the squared distance to the nearest line around a node."""
    height, width = room.shape
    for row in range(max(int(y - gap), 0), min(int(y + gap) + 2, height)):
        for column in range(max(int(x - gap), 0), min(int(x + gap) + 2, width)):
            apart = (row + 0.5 - y) ** 2 + (column + 0.5 - x) ** 2
            room[row, column] = min(room[row, column], apart)


@compiled
def streamlines(
    strength: Array,
    field: Array,
    seeds: NDArray[np.int64],
    threshold: float,
    gap: float,
    step: float,
    steps: int,
    on_ridge: bool,
) -> Streamlines:
    """Lines from their seeds both ways while the map is high and no other line is near.

    Args:
        strength: (h, w) map.
        field: (h, w, 2) unit vectors.
        seeds: (n,) flat indices of pixels where lines may begin, in the order in which they are tried.
        threshold: A line ends below this strength.
        gap: Between a seed and other lines, pixels; a line that runs up to another ends at half of it.
        step: Pixels.
        steps: At most so many each way.
        on_ridge: Move each node sideways to where the map is highest.

    Returns:
        Lines of three nodes or more.
    """
    height, width = strength.shape
    most = min(seeds.shape[0], int(height * width / gap) + 16)
    nodes = np.zeros((most, 2 * steps + 1, 2), np.float32)
    values = np.zeros((most, 2 * steps + 1), np.float32)
    first, last = np.full(most, steps, np.int32), np.full(most, steps, np.int32)
    room = np.full((height, width), 1e9, np.float32)
    n = 0
    for seed in seeds:
        start_row, start_column = seed // width, seed % width
        if n == most or room[start_row, start_column] < gap * gap:
            continue
        first[n] = last[n] = steps
        nodes[n, steps, 0], nodes[n, steps, 1] = start_column + 0.5, start_row + 0.5
        values[n, steps] = strength[start_row, start_column]
        for way in (-1, 1):
            x, y, row, column = start_column + 0.5, start_row + 0.5, start_row, start_column
            dx, dy = way * field[start_row, start_column, 0], way * field[start_row, start_column, 1]
            for k in range(1, steps + 1):
                x, y = x + step * dx, y + step * dy
                if on_ridge:
                    x, y = _onto_ridge(strength, x, y, dx, dy)
                inside = 0 <= x < width and 0 <= y < height
                if inside:
                    row, column = int(y), int(x)
                    if strength[row, column] < threshold or room[row, column] < gap * gap / 4:
                        break
                node = steps + way * k
                nodes[n, node, 0], nodes[n, node, 1], values[n, node] = x, y, strength[row, column]
                first[n], last[n] = min(first[n], node), max(last[n], node)
                if not inside:  # it runs out of the picture, lest there be a pale border
                    break
                dx, dy = steered(dx, dy, field, row, column)
        for k in range(first[n], last[n] + 1):
            _take(room, nodes[n, k, 0], nodes[n, k, 1], gap)
        if last[n] > first[n] + 1:
            n += 1
    return Streamlines(nodes[:n], first[:n], last[:n], values[:n])
