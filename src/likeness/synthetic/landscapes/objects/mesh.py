"""A solid as triangles, in metres, x right, y up, z towards the viewer; and how meshes are joined and placed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likeness.synthetic.vectors import Array


class Mesh(NamedTuple):
    """Triangles and how they look.

    Attributes:
        position: (n, 3) metres.
        normal: (n, 3) unit, outward.
        colour: (n, 3) albedo, linear RGB.
        texture: (n, 2) metres along and up the surface: where its pattern is read.
        openness: (n,) share of the sky's light that arrives, 0 to 1.
        faces: (m, 3) int32 vertices.
        finish: (m,) int8, one of the finishes in ``finishes``.
    """

    position: Array
    normal: Array
    colour: Array
    texture: Array
    openness: Array
    faces: NDArray[np.int32]
    finish: NDArray[np.int8]


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    offsets = np.cumsum([0] + [len(mesh.position) for mesh in meshes[:-1]])
    faces = np.concatenate([mesh.faces + np.int32(offset) for mesh, offset in zip(meshes, offsets, strict=True)])
    position, normal, colour, texture, openness = (np.concatenate([mesh[part] for mesh in meshes]) for part in range(5))
    finish = np.concatenate([mesh.finish for mesh in meshes])
    return Mesh(position, normal, colour, texture, openness, faces, finish)


def turned(mesh: Mesh, angle: float) -> Mesh:
    """The mesh turned about the vertical through the origin, radians, its right side towards the back."""
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]], np.float32)
    return mesh._replace(position=mesh.position @ turn, normal=mesh.normal @ turn)


def moved(mesh: Mesh, by: ArrayLike) -> Mesh:
    """The mesh moved by (3,) metres."""
    return mesh._replace(position=mesh.position + np.asarray(by, np.float32))


def mirrored(mesh: Mesh, axis: int) -> Mesh:
    """The mesh mirrored in the plane through the origin across an axis, 0 to 2."""
    flip = np.where(np.arange(3) == axis, -1, 1).astype(np.float32)
    return mesh._replace(position=mesh.position * flip, normal=mesh.normal * flip)


def with_mirror_image(mesh: Mesh) -> Mesh:
    """The mesh and its image in the plane z = 0: the two sides of a car."""
    return merged([mesh, mirrored(mesh, 2)])
