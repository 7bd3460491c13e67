"""The visible surface: per-vertex values of a mesh, read at the pixels that show it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import inlined
from likeness.synthetic.vectors import Array, Vector, dot


class Surface(NamedTuple):
    """What the camera sees.

    Attributes:
        face: (height, width) triangle of each pixel, −1 where there is none.
        weights: (height, width, 3) barycentric.
        lit: (height, width) share of the key lamp's light that arrives.
        faces: (m, 3) vertices of the triangles.
        parts: (m,) part of the head that each triangle belongs to.
        position: (n, 3) world.
        normal: (n, 3) unit, world.
        rest: (n, 3) rest positions.
        openness: (n,) share of the surroundings that a vertex sees.
        lips: (n,) 0 to 1, and likewise ``ears``.
        ears: (n,).
        scalp: (n,) density of the hair, 0 to 1.
    """

    face: NDArray[np.int32]
    weights: Array
    lit: Array
    faces: NDArray[np.int32]
    parts: NDArray[np.int8]
    position: Array
    normal: Array
    rest: Array
    openness: Array
    lips: Array
    ears: Array
    scalp: Array


class Sample(NamedTuple):
    """What a pixel shows: ``Surface``'s values there."""

    part: int
    position: Vector
    normal: Vector
    rest: Vector
    lit: float
    openness: float
    lips: float
    ears: float
    scalp: float


@inlined
def _scalar(values: Array, corners: tuple[int, int, int], weights: Vector) -> float:
    """A per-vertex number at a pixel."""
    return dot((values[corners[0]], values[corners[1]], values[corners[2]]), weights)


@inlined
def _vector(values: Array, corners: tuple[int, int, int], weights: Vector) -> Vector:
    """A per-vertex vector at a pixel."""
    a, b, c = corners
    return (
        dot((values[a, 0], values[b, 0], values[c, 0]), weights),
        dot((values[a, 1], values[b, 1], values[c, 1]), weights),
        dot((values[a, 2], values[b, 2], values[c, 2]), weights),
    )


@inlined
def sample_at(surface: Surface, row: int, column: int) -> Sample:
    """Interpolate the vertices' values at a pixel."""
    triangle = surface.face[row, column]
    corners = (surface.faces[triangle, 0], surface.faces[triangle, 1], surface.faces[triangle, 2])
    weights = (surface.weights[row, column, 0], surface.weights[row, column, 1], surface.weights[row, column, 2])
    return Sample(
        part=surface.parts[triangle],
        position=_vector(surface.position, corners, weights),
        normal=_vector(surface.normal, corners, weights),
        rest=_vector(surface.rest, corners, weights),
        lit=surface.lit[row, column],
        openness=max(0.0, _scalar(surface.openness, corners, weights)),  # weights fall below 0 at a triangle's edge
        lips=_scalar(surface.lips, corners, weights),
        ears=_scalar(surface.ears, corners, weights),
        scalp=_scalar(surface.scalp, corners, weights),
    )
