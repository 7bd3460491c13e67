"""Where strands are rooted: points on the triangles of a mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.vectors import Array


@dataclass(frozen=True)
class Roots:
    """Points on a mesh.

    Attributes:
        face: (n,) triangle of each.
        weights: (n, 3) barycentric.
    """

    face: NDArray[np.int64]
    weights: Array

    def __len__(self) -> int:
        return len(self.face)

    def interpolate(self, values: Array, faces: NDArray[np.int32]) -> Array:
        """Per-vertex values (vertices, k) of a mesh with triangles (m, 3) at the roots: (n, k)."""
        return np.asarray(np.einsum("rk,rkc->rc", self.weights, values[faces[self.face]]), np.float32)


def sample_roots(density: Array, faces: NDArray[np.int32], rest: Array, count: int, rng: np.random.Generator) -> Roots:
    """Draw roots in proportion to area × density.

    Args:
        density: (vertices,) at least 0, somewhere above it.
        faces: (m, 3).
        rest: (vertices, 3) positions, which give the areas.
        count: Roots to draw.
        rng: Source of randomness.
    """
    corner = rest[faces]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2
    weight = area * density[faces].mean(1)
    face = rng.choice(len(faces), count, p=weight / weight.sum())
    u, v = rng.random(count), rng.random(count)
    beyond = u + v > 1  # the other half of the unit square, folded back
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    return Roots(face, np.stack([1 - u - v, u, v], 1).astype(np.float32))
