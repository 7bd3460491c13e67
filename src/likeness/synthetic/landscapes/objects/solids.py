"""Simple solids that things are made of: quads, boxes, tubes, smooth sheets, turned profiles, balls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likeness.synthetic.landscapes.objects.mesh import Mesh


def quads(
    corners: ArrayLike, colour: ArrayLike, finish: int, *, normal: ArrayLike | None = None, openness: ArrayLike = 1.0
) -> Mesh:
    """Flat four-sided faces.

    Args:
        corners: (n, 4, 3) or (4, 3), anticlockwise seen from outside, the first two along the lower edge.
        colour: (n, 3), (n, 4, 3) or (3,).
        finish: Of all.
        normal: (n, 3) to be used instead of the faces' own.
        openness: (n,), (n, 4) or one for all.
    """
    corner = np.asarray(corners, np.float32).reshape(-1, 4, 3)
    count = len(corner)
    if normal is None:
        across = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
        normal = across / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-12)
    shade = np.asarray(colour, np.float32)
    colours = np.empty((count, 4, 3), np.float32)
    colours[:] = shade if shade.ndim == 3 else shade.reshape(-1, 1, 3)
    open_share = np.asarray(openness, np.float32)
    shares = np.empty((count, 4), np.float32)
    shares[:] = open_share if open_share.ndim == 2 else open_share.reshape(-1, 1)
    along, up = corner[:, 1] - corner[:, 0], corner[:, 3] - corner[:, 0]
    texture = np.zeros((count, 4, 2), np.float32)
    texture[:, 1:3, 0] = np.sqrt((along * along).sum(1))[:, None]
    texture[:, 2:, 1] = np.sqrt((up * up).sum(1))[:, None]
    first = np.arange(count, dtype=np.int32)[:, None, None] * 4
    faces = (first + np.array([[0, 1, 2], [0, 2, 3]], np.int32)).reshape(-1, 3)
    return Mesh(
        corner.reshape(-1, 3),
        np.asarray(normal, np.float32).reshape(-1, 3).repeat(4, axis=0),
        colours.reshape(-1, 3),
        texture.reshape(-1, 2),
        shares.reshape(-1),
        faces,
        np.full(len(faces), finish, np.int8),
    )


_BOX = np.array(
    [
        [[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
        [[1, 0, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]],
        [[1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0]],
        [[0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0]],
        [[0, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0]],
        [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]],
    ],
    np.float32,
)
_BOX_NORMALS = np.array([[0, 0, 1], [1, 0, 0], [0, 0, -1], [-1, 0, 0], [0, 1, 0], [0, -1, 0]], np.float32)


def boxes(low: ArrayLike, high: ArrayLike, colour: ArrayLike, finish: int) -> Mesh:
    """Upright boxes from their least to their greatest corners, (n, 3) or (3,); colour (n, 3) or (3,)."""
    least, greatest = (
        np.asarray(low, np.float32).reshape(-1, 1, 1, 3),
        np.asarray(high, np.float32).reshape(-1, 1, 1, 3),
    )
    corners = least + _BOX * (greatest - least)
    each = np.asarray(colour, np.float32).reshape(-1, 3)
    colours = each.repeat(6, axis=0) if len(each) == len(corners) else each
    return quads(corners.reshape(-1, 4, 3), colours, finish, normal=np.tile(_BOX_NORMALS, (len(corners), 1)))


def tubes(
    start: ArrayLike,
    end: ArrayLike,
    radii: ArrayLike,
    colour: ArrayLike,
    finish: int,
    *,
    sides: int = 6,
    openness: ArrayLike = 1.0,
) -> Mesh:
    """Open tapered tubes.

    Args:
        start: (n, 3) or (3,).
        end: The same.
        radii: (n, 2) or (2,): at the start and at the end.
        colour: (n, 3) or (3,).
        finish: Of all.
        sides: Of each tube's section.
        openness: (n,) or one for all.
    """
    a, b = np.asarray(start, np.float32).reshape(-1, 3), np.asarray(end, np.float32).reshape(-1, 3)
    count = len(a)
    radius = np.broadcast_to(np.asarray(radii, np.float32).reshape(-1, 2), (count, 2))
    along = (b - a) / (np.linalg.norm(b - a, axis=1, keepdims=True) + 1e-9)
    other = np.where(np.abs(along[:, 2:]) < 0.8, np.array([[0, 0, 1]], np.float32), np.array([[1, 0, 0]], np.float32))
    side = np.cross(along, other)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    upward = np.cross(side, along)
    angle = np.arange(sides, dtype=np.float32) * (2 * np.pi / sides)
    around = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * upward[:, None]
    ends = np.stack([a, b], axis=1)
    position = ends[:, :, None] + around[:, None] * radius[:, :, None, None]
    length = np.linalg.norm(b - a, axis=1)
    texture = np.zeros((count, 2, sides, 2), np.float32)
    texture[..., 0] = angle * radius[:, :1, None]
    texture[:, 1, :, 1] = length[:, None]
    ring = np.arange(sides, dtype=np.int32)
    after = (ring + 1) % sides
    lower = np.stack([ring, after, after + sides], axis=1)
    upper = np.stack([ring, after + sides, ring + sides], axis=1)
    pattern = np.concatenate([lower, upper])
    faces = (np.arange(count, dtype=np.int32)[:, None, None] * (2 * sides) + pattern).reshape(-1, 3)
    shade = np.broadcast_to(np.asarray(colour, np.float32).reshape(-1, 1, 3), (count, 2 * sides, 3))
    open_share = np.broadcast_to(np.asarray(openness, np.float32).reshape(-1, 1), (count, 2 * sides))
    return Mesh(
        position.reshape(-1, 3),
        np.broadcast_to(around[:, None], position.shape).reshape(-1, 3).astype(np.float32),
        shade.reshape(-1, 3).astype(np.float32),
        texture.reshape(-1, 2),
        open_share.reshape(-1).astype(np.float32),
        faces,
        np.full(len(faces), finish, np.int8),
    )


def sheet(points: ArrayLike, colour: ArrayLike, finish: int | NDArray[np.int8], *, openness: ArrayLike = 1.0) -> Mesh:
    """A smooth surface through a grid of points.

    Args:
        points: (rows, columns, 3); seen from outside, columns run to the left where rows run up.
        colour: (rows, columns, 3) or (3,).
        finish: One, or (rows − 1, columns − 1) for each patch.
        openness: (rows, columns) or one for all.
    """
    grid = np.asarray(points, np.float32)
    rows, columns = grid.shape[:2]
    normal = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1))
    if np.allclose(grid[:, 0], grid[:, -1], atol=1e-5):  # closed around: one normal along the seam
        seam = np.cross(np.gradient(grid[:, 0], axis=0), grid[:, 1] - grid[:, -2])
        normal[:, 0] = normal[:, -1] = seam
    size = np.linalg.norm(normal, axis=2, keepdims=True)
    normal = np.where(size > 1e-9, normal / (size + 1e-12), 0)
    for row, beside in ((0, 1), (rows - 1, rows - 2)):  # a pole, where the grid runs to a point
        if np.ptp(grid[row], axis=0).max() < 1e-5:
            pole = normal[beside].mean(0)
            normal[row] = pole / (np.linalg.norm(pole) + 1e-9)
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.stack([np.stack([a, c, b], axis=-1), np.stack([a, d, c], axis=-1)], axis=2).reshape(-1, 3)
    along = np.linalg.norm(np.diff(grid, axis=1, prepend=grid[:, :1]), axis=2).cumsum(1)
    up = np.linalg.norm(np.diff(grid, axis=0, prepend=grid[:1]), axis=2).cumsum(0)
    patches = np.broadcast_to(np.asarray(finish, np.int8), (rows - 1, columns - 1))
    return Mesh(
        grid.reshape(-1, 3),
        normal.reshape(-1, 3).astype(np.float32),
        np.broadcast_to(np.asarray(colour, np.float32), grid.shape).reshape(-1, 3).astype(np.float32),
        np.stack([along, up], axis=2).reshape(-1, 2).astype(np.float32),
        np.broadcast_to(np.asarray(openness, np.float32), (rows, columns)).reshape(-1).astype(np.float32),
        faces,
        np.repeat(patches.reshape(-1), 2),
    )


def turned_profile(profile: ArrayLike, colour: ArrayLike, finish: int, *, sides: int = 16) -> Mesh:
    """A profile, (n, 2) radius and height, turned about the vertical; its outside is on the right of its way up."""
    outline = np.asarray(profile, np.float32)
    angle = np.linspace(0, 2 * np.pi, sides + 1, dtype=np.float32)
    radius, height = outline[:, :1], outline[:, 1:]
    points = np.stack(
        [-radius * np.sin(angle), np.broadcast_to(height, (len(outline), sides + 1)), radius * np.cos(angle)], axis=2
    )
    points[:, -1] = points[:, 0]
    return sheet(points, colour, finish)


@lru_cache(maxsize=16)
def _unit_ball(sides: int) -> Mesh:
    """A ball of radius 1 about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, sides // 2 + 2)
    return turned_profile(np.stack([np.cos(angle), np.sin(angle)], axis=1), (0, 0, 0), 0, sides=sides)


def ball(centre: ArrayLike, radii: ArrayLike, colour: ArrayLike, finish: int, *, sides: int = 14) -> Mesh:
    """An ellipsoid about (3,) with radii (3,) or one radius."""
    unit, radius = _unit_ball(sides), np.ones(3, np.float32) * np.asarray(radii, np.float32)
    normal = unit.position / radius
    return unit._replace(
        position=unit.position * radius + np.asarray(centre, np.float32),
        normal=normal / np.sqrt((normal * normal).sum(1, keepdims=True)),
        colour=np.tile(np.asarray(colour, np.float32), (len(normal), 1)),
        finish=np.full(len(unit.faces), finish, np.int8),
    )
