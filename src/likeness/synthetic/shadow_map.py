"""Shadow mapping (Williams 1978): a scene seen from a far lamp tells which points the lamp reaches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.raster import FAR, span
from likeness.synthetic.vectors import Array, Vector, cross, dot, normalised, vector_at

_TOLERANCE = 1e-3


class LampView(NamedTuple):
    """An orthographic view.

    Attributes:
        side: Unit direction of the map's columns, world.
        up: Unit direction of its rows.
        forward: Unit direction of view.
        low: Least distances along ``side`` and ``up`` in the scene, metres.
        scale: Texels a metre.
    """

    side: Vector
    up: Vector
    forward: Vector
    low: tuple[float, float]
    scale: float


@inlined
def _seen_at(point: Vector, view: LampView) -> Vector:
    """Column and row, as fractions, and depth in metres of a point."""
    column = (dot(point, view.side) - view.low[0]) * view.scale
    return column, (dot(point, view.up) - view.low[1]) * view.scale, dot(point, view.forward)


@compiled
def mesh_depth(vertices: Array, faces: NDArray[np.int32], view: LampView, size: int) -> Array:
    """Depth map of a mesh, (size, size) metres; both sides of triangles cast shadows."""
    count = vertices.shape[0]
    x, y, z = np.empty(count, np.float32), np.empty(count, np.float32), np.empty(count, np.float32)
    for i in range(count):
        x[i], y[i], z[i] = _seen_at(vector_at(vertices, i), view)
    depth = np.full((size, size), FAR, np.float32)
    for k in range(faces.shape[0]):
        a, b, c = faces[k, 0], faces[k, 1], faces[k, 2]
        area = (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a])
        if abs(area) < 1e-12:
            continue
        left, right = span(x[a], x[b], x[c], size)
        top, bottom = span(y[a], y[b], y[c], size)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                px, py = column + 0.5, row + 0.5
                w1 = ((px - x[a]) * (y[c] - y[a]) - (py - y[a]) * (x[c] - x[a])) / area
                w2 = ((x[b] - x[a]) * (py - y[a]) - (y[b] - y[a]) * (px - x[a])) / area
                if w1 >= -_TOLERANCE and w2 >= -_TOLERANCE and w1 + w2 <= 1 + _TOLERANCE:
                    value = (1 - w1 - w2) * z[a] + w1 * z[b] + w2 * z[c]
                    if value < depth[row, column]:
                        depth[row, column] = value
    return depth


@compiled
def add_point_depth(depth: Array, points: Array, view: LampView) -> None:
    """Lower a depth map where points (n, 3) come before what it holds; in place."""
    size = depth.shape[0]
    for i in range(points.shape[0]):
        x, y, z = _seen_at(vector_at(points, i), view)
        column, row = int(x), int(y)
        if 0 <= column < size and 0 <= row < size and z < depth[row, column]:
            depth[row, column] = z


@compiled
def lit_share(points: Array, depth: Array, view: LampView, bias: float, reach: int) -> Array:
    """Share of the texels around each point that leave it lit, (n,): 0 in shadow to 1.

    Percentage-closer filtering (Reeves et al. 1987) over (2 ``reach`` + 1)² texels.
    """
    size = depth.shape[0]
    lit = np.ones(points.shape[0], np.float32)
    for i in range(points.shape[0]):
        x, y, z = _seen_at(vector_at(points, i), view)
        column, row = int(x), int(y)
        reached, count = 0, 0
        for r in range(max(0, row - reach), min(size, row + reach + 1)):
            for c in range(max(0, column - reach), min(size, column + reach + 1)):
                count += 1
                if z - bias <= depth[r, c]:
                    reached += 1
        if count > 0:
            lit[i] = reached / count
    return lit


@compiled
def looking_along(direction: Vector) -> tuple[Vector, Vector, Vector]:
    """An orthonormal basis whose third vector is the given direction of any length."""
    forward = normalised(direction)
    # any axis will do that is not nearly parallel to the direction
    side = normalised(cross(forward, (0.0, 0.0, 1.0) if abs(forward[2]) < 0.95 else (0.0, 1.0, 0.0)))
    return side, cross(forward, side), forward


class ShadowMap:
    """A mesh seen from a lamp that is infinitely far away.

    Args:
        towards_lamp: Any length, world.
        vertices: (n, 3) world.
        faces: (m, 3).
        size: Texels a side.
    """

    def __init__(self, towards_lamp: Vector, vertices: Array, faces: NDArray[np.int32], size: int) -> None:
        side, up, forward = looking_along((-towards_lamp[0], -towards_lamp[1], -towards_lamp[2]))
        flat = vertices @ np.array([side, up], np.float32).T
        low = flat.min(0)
        scale = (size - 1) / (flat.max(0) - low).max()
        self._view = LampView(side, up, forward, (float(low[0]), float(low[1])), float(scale))
        self._depth = mesh_depth(vertices, faces, self._view, size)

    def add_points(self, points: Array) -> None:
        """Let points (n, 3) cast shadows too."""
        add_point_depth(self._depth, points, self._view)

    def lit(self, points: Array, *, bias: float, reach: int) -> Array:
        """Share of the lamp's light that arrives at each of the points (n, 3): (n,), 0 to 1.

        Args:
            points: World.
            bias: Metres by which a point may lie behind the depth map, so that a surface does not shade itself.
            reach: Texels to each side over which the shadow's edge is softened.
        """
        return lit_share(points, self._depth, self._view, bias, reach)
