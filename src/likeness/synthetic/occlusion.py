"""Ambient occlusion: how much of the light from all around arrives at a vertex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.shadow_map import ShadowMap
from likeness.synthetic.vectors import Array, vector

_DIRECTIONS, _TEXELS = 14, 80
_LOWEST = -0.6
"""Sine of the lowest elevation that light comes from: a little below the horizon too, off the floor."""


def _all_around() -> Array:
    """Directions (n, 3) spread evenly along a Fibonacci spiral (González 2010)."""
    index = np.arange(_DIRECTIONS) + 0.5
    height = 1 - (1 - _LOWEST) * index / _DIRECTIONS
    angle = np.pi * (1 + 5**0.5) * index
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), height], 1).astype(np.float32)


def ambient_visibility(vertices: Array, normals: Array, faces: NDArray[np.int32], *, bias: float) -> Array:
    """Cosine-weighted share of the surroundings that each vertex sees (Zhukov et al. 1998).

    Args:
        vertices: (n, 3) world.
        normals: (n, 3) unit.
        faces: (m, 3).
        bias: Metres within which nothing occludes.

    Returns:
        (n,) 0 buried to 1 open.
    """
    seen = np.zeros(len(vertices), np.float32)
    total = np.full(len(vertices), 1e-6, np.float32)
    for direction in _all_around():
        cosine = np.clip(normals @ direction, 0, None)
        seen += cosine * ShadowMap(vector(direction), vertices, faces, _TEXELS).lit(vertices, bias=bias, reach=0)
        total += cosine
    return np.asarray(seen / total, np.float32)
