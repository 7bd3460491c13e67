"""The garment: where it covers the body, its pattern and its folds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.noise import fractal_noise, noise
from likeness.synthetic.vectors import Array, Vector, mix, times

PLAIN, STRIPED, CHEQUERED, MOTTLED = range(4)


class Neckline(NamedTuple):
    """The garment's upper hem in rest space.

    Attributes:
        height: Of its lowest point, in front.
        slope: How steeply it rises to the sides: 0.2 a round neck, 0.9 a V.
    """

    height: float
    slope: float


class Garment(NamedTuple):
    """How the garment looks; colours linear RGB."""

    seed: int
    colour: Vector
    second_colour: Vector
    pattern: int
    neckline: Neckline


@compiled
def cover_at(x: float, y: float, z: float, neckline: Neckline) -> float:
    """Whether the garment covers a rest position: above 0.5 cloth, below it skin, changing smoothly over the hem."""
    hem = neckline.height + neckline.slope * min(abs(x), 1.4) + 0.28 * min(max(y + 0.2, 0.0), 2.2)
    return 1 - smoothstep(hem - 0.06, hem + 0.06, z)


@compiled
def covers(rest: Array, neckline: Neckline) -> Array:
    """``cover_at`` of rest positions (n, 3): (n,)."""
    cover = np.empty(len(rest), np.float32)
    for i in range(len(rest)):
        cover[i] = cover_at(rest[i, 0], rest[i, 1], rest[i, 2], neckline)
    return cover


@compiled
def garment_colour(x: float, y: float, z: float, garment: Garment) -> Vector:
    """Albedo of the cloth at a rest position, linear RGB."""
    second = 0.0
    if garment.pattern == STRIPED:
        second = 1.0 if math.sin(z * 16) > 0.25 else 0.0
    elif garment.pattern == CHEQUERED:
        second = 0.5 * (1.0 if math.sin(x * 14) > 0.6 else 0.0) + 0.5 * (1.0 if math.sin(z * 14) > 0.6 else 0.0)
    elif garment.pattern == MOTTLED:
        second = 0.5 + 0.5 * noise(x * 22, y * 22, z * 22, garment.seed + 13)
    weave = 1 + 0.06 * noise(x * 60, y * 60, z * 60, garment.seed + 14)
    return times(mix(garment.colour, garment.second_colour, second), weave)


@compiled
def _fold_height(x: float, y: float, z: float, seed: int) -> float:
    return 0.10 * fractal_noise(x * 1.1, y * 1.1, z * 2.2, seed + 15, 2)


@compiled
def fold_slope(x: float, y: float, z: float, seed: int) -> tuple[float, float]:
    """How the folds rise along rest x and z, by differences over 0.04 eye distances."""
    height = _fold_height(x, y, z, seed)
    along_x = (_fold_height(x + 0.04, y, z, seed) - height) / 0.04
    along_z = (_fold_height(x, y, z + 0.04, seed) - height) / 0.04
    return 0.66 * along_x, 0.66 * along_z
