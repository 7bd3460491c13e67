"""A z-buffer rasteriser for triangles (Catmull 1974, with the edge functions of Pineda 1988)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.vectors import Array

FAR = np.float32(1e9)
"""What a z-buffer holds where nothing is seen."""

_TOLERANCE = 1e-4


@inlined
def span(a: float, b: float, c: float, length: int) -> tuple[int, int]:
    """First and last of ``length`` pixels that a triangle with these coordinates can touch."""
    return max(0, math.floor(min(a, b, c))), min(length - 1, math.ceil(max(a, b, c)))


@compiled
def rasterise(
    points: Array, depth: Array, faces: NDArray[np.int32], height: int, width: int
) -> tuple[NDArray[np.int32], Array, Array]:
    """Nearest triangle of every pixel.

    Args:
        points: (n, 2) pixel coordinates x, y of the vertices, y downwards.
        depth: (n,) distance from the camera.
        faces: (m, 3) vertex indices; triangles seen from behind are skipped.
        height: Pixels.
        width: Pixels.

    Returns:
        face (height, width) int32, −1 where there is none; weights (height, width, 3) barycentric; z (height, width).
    """
    z_buffer = np.full((height, width), FAR, np.float32)
    seen = np.full((height, width), -1, np.int32)
    weights = np.zeros((height, width, 3), np.float32)
    for k in range(faces.shape[0]):
        a, b, c = faces[k, 0], faces[k, 1], faces[k, 2]
        ax, ay, bx, by, cx, cy = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= -1e-12:
            continue
        left, right = span(ax, bx, cx, width)
        top, bottom = span(ay, by, cy, height)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                x, y = column + 0.5, row + 0.5
                w1 = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
                w2 = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
                w0 = 1 - w1 - w2
                if w0 >= -_TOLERANCE and w1 >= -_TOLERANCE and w2 >= -_TOLERANCE:
                    z = w0 * depth[a] + w1 * depth[b] + w2 * depth[c]
                    if z < z_buffer[row, column]:
                        z_buffer[row, column] = z
                        seen[row, column] = k
                        weights[row, column, 0], weights[row, column, 1], weights[row, column, 2] = w0, w1, w2
    return seen, weights, z_buffer
