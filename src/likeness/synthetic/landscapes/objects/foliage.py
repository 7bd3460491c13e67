"""Leaves: many small faces in clumps, turned outward so that a clump takes light like a ball, darker inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from likeness.synthetic.landscapes.objects.finishes import LEAF
from likeness.synthetic.landscapes.objects.mesh import Mesh
from likeness.synthetic.landscapes.objects.solids import quads
from likeness.synthetic.vectors import Array


def _unit(vectors: Array) -> Array:
    """Vectors (n, 3) at unit length."""
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), np.float32)


def blades(
    centre: Array,
    along: Array,
    facing: Array,
    length: Array,
    width: Array,
    colour: ArrayLike,
    openness: ArrayLike,
    *,
    across: Array | None = None,
) -> Mesh:
    """Lozenges that let light through.

    Args:
        centre: (n, 3) metres.
        along: (n, 3) direction of their length.
        facing: (n, 3) direction from which they take light.
        length: (n,) metres, and likewise ``width``.
        width: (n,).
        colour: (n, 3) or (3,) linear RGB.
        openness: (n,).
        across: (n, 3) direction of their width; by default across both their length and the light.
    """
    axis = _unit(along)
    side = np.cross(axis, facing) if across is None else across
    side = _unit(side + 1e-4)
    half, wide = axis * (length * 0.5)[:, None], side * (width * 0.5)[:, None]
    corners = np.stack([centre - half, centre + wide, centre + half, centre - wide], axis=1)
    return quads(corners, colour, LEAF, normal=_unit(facing), openness=openness)


def clumps(
    centres: Array,
    radius: ArrayLike,
    leaves: int,
    area: float,
    colours: Array,
    crown: tuple[Array, Array],
    rng: np.random.Generator,
) -> Mesh:
    """Leaves around points of a crown.

    Args:
        centres: (n, 3) metres.
        radius: Of the clumps, (n,) or one, metres.
        leaves: In all.
        area: Of all leaves together, square metres: the fewer they are, the larger.
        colours: (k, 3) linear RGB, of which each clump has one and each leaf nearly so.
        crown: Centre and radii (3,) of the crown, inside which it is dark.
        rng: Source of randomness.
    """
    count = len(centres)
    of = rng.integers(0, count, leaves)
    outward = _unit(rng.standard_normal((leaves, 3)).astype(np.float32))
    reach = rng.random((leaves, 1)).astype(np.float32) ** 0.45
    spread = np.broadcast_to(np.asarray(radius, np.float32), (count,))[of][:, None]
    place = centres[of] + outward * reach * spread * np.array([1, 0.8, 1], np.float32)
    from_middle = (place - crown[0]) / crown[1]
    depth = np.linalg.norm(from_middle, axis=1)
    facing = _unit(0.75 * outward + 0.55 * from_middle + 0.45 * rng.standard_normal((leaves, 3)).astype(np.float32))
    openness = np.clip(0.22 + 0.85 * (depth - 0.35) / 0.6, 0.18, 1) * np.clip(
        0.70 + 0.45 * outward[:, 1] * reach[:, 0], 0.3, 1
    )
    own = colours[rng.integers(0, len(colours), count)][of]
    tone = (0.80 + 0.30 * rng.random(count).astype(np.float32))[of] * (
        0.78 + 0.44 * rng.random(leaves).astype(np.float32)
    )
    size = np.sqrt(area / (0.36 * leaves))  # lozenges 0.7 as wide as long, of lengths that vary
    lengths = size * (0.7 + 0.6 * rng.random(leaves)).astype(np.float32)
    along = rng.standard_normal((leaves, 3)).astype(np.float32)
    return blades(place, along, facing, lengths, 0.7 * lengths, own * tone[:, None], openness)
