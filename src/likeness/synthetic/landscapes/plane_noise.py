"""Noise of the plane: what ridges, clouds, fields and waves are made of; the same on every machine."""

from __future__ import annotations

import math

import numpy as np

from likeness.synthetic.compiled import compiled, inlined

_ANGLES = np.arange(16) * (2 * np.pi / 16) + 0.1
_GRADIENT_X = np.cos(_ANGLES)
_GRADIENT_Y = np.sin(_ANGLES)
_ACROSS, _UP = 374761393, 668265263
_TURN_COS, _TURN_SIN = math.cos(0.6), math.sin(0.6)


@inlined
def scrambled(x: int, y: int, seed: int) -> int:
    """A pseudo-random number of a lattice point, 0 to 2³² − 1."""
    n = (x * 374761393 + y * 668265263 + seed * 1013904223) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 16)) * 2246822519) & 0xFFFFFFFF
    return n ^ (n >> 15)


@inlined
def chance(x: int, y: int, seed: int) -> float:
    """A pseudo-random share of a lattice point, 0 to 1."""
    return (scrambled(x, y, seed) & 0xFFFFFF) / 16777216.0


@inlined
def _corner(n: int, fx: float, fy: float) -> float:
    """What the gradient of the lattice point numbered ``n`` contributes; one round of scrambling tells 16 apart."""
    n &= 0xFFFFFFFF
    n = ((n ^ (n >> 15)) * 2246822519) & 0xFFFFFFFF
    g = (n >> 20) & 15
    return float(_GRADIENT_X[g] * fx + _GRADIENT_Y[g] * fy)


@compiled
def plane_noise(x: float, y: float, seed: int) -> float:
    """Gradient noise (Perlin 2002), about −1 to 1, 0 on the lattice of one unit."""
    ix, iy = math.floor(x), math.floor(y)
    fx, fy = x - ix, y - iy
    u = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
    v = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    n = ix * _ACROSS + iy * _UP + seed * 1013904223
    low = _corner(n, fx, fy) * (1 - u) + _corner(n + _ACROSS, fx - 1, fy) * u
    high = _corner(n + _UP, fx, fy - 1) * (1 - u) + _corner(n + _ACROSS + _UP, fx - 1, fy - 1) * u
    return float(1.5 * (low * (1 - v) + high * v))


@compiled
def fractal(x: float, y: float, seed: int, octaves: float) -> float:
    """Octaves of ``plane_noise``, each half as strong and twice as fine as the last, about −1 to 1.

    A fraction of an octave is laid on at that fraction, so that detail fades in without a step. Every octave is
    turned against the last, lest their lattices be seen.
    """
    total, strength, left = 0.0, 0.5, octaves
    octave = 0
    while left > 0:
        total += strength * min(left, 1.0) * plane_noise(x, y, seed + octave)
        x, y = 2.03 * (x * _TURN_COS - y * _TURN_SIN), 2.03 * (x * _TURN_SIN + y * _TURN_COS)
        strength *= 0.5
        left -= 1.0
        octave += 1
    return total


@compiled
def ridged(x: float, y: float, seed: int, octaves: float) -> float:
    """Sharp crests and round valleys, 0 to about 1: octaves strong where the coarser ones are high (Musgrave 1994)."""
    total, strength, weight, left = 0.0, 0.52, 1.0, octaves
    octave = 0
    while left > 0:
        crest = 1.0 - abs(plane_noise(x, y, seed + octave))
        crest = crest * crest * weight
        total += strength * min(left, 1.0) * crest
        weight = min(max(crest * 1.7, 0.0), 1.0)
        x, y = 2.07 * (x * _TURN_COS - y * _TURN_SIN), 2.07 * (x * _TURN_SIN + y * _TURN_COS)
        strength *= 0.5
        left -= 1.0
        octave += 1
    return total


@compiled
def cell(x: float, y: float, seed: int) -> tuple[float, float, int]:
    """Voronoi cells with one point in every unit square (Worley 1996).

    Returns:
        Distance to the nearest point, how much farther the second nearest is (0 on an edge), and the cell's number.
    """
    ix, iy = math.floor(x), math.floor(y)
    first, second, owner = 9.0, 9.0, 0
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            n = scrambled(ix + dx, iy + dy, seed)
            px = ix + dx + 0.15 + 0.7 * ((n & 0xFFFF) / 65536.0)
            py = iy + dy + 0.15 + 0.7 * ((n >> 16) / 65536.0)
            away = math.hypot(px - x, py - y)
            if away < first:
                first, second, owner = away, first, n
            elif away < second:
                second = away
    return first, second - first, owner
