"""Value noise for skin, cloth and hair: smooth, seeded, the same on every machine."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import hermite


@inlined
def _lattice(x: int, y: int, z: int, seed: int) -> float:
    """A pseudo-random value of a lattice point, −1 to 1: multiply and shift until no pattern is seen."""
    n = (x * 374761393 + y * 668265263 + z * 1274126177 + seed * 1013904223) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 16)) * 2246822519) & 0xFFFFFFFF
    return ((n ^ (n >> 15)) & 0xFFFF) / 32767.5 - 1.0


@inlined
def _cell_side(x: int, y: int, z: int, seed: int, fy: float, fz: float) -> float:
    """The four lattice points of a cell's side at one x, mixed bilinearly."""
    low = _lattice(x, y, z, seed) * (1 - fz) + _lattice(x, y, z + 1, seed) * fz
    high = _lattice(x, y + 1, z, seed) * (1 - fz) + _lattice(x, y + 1, z + 1, seed) * fz
    return low * (1 - fy) + high * fy


@compiled
def noise(x: float, y: float, z: float, seed: int) -> float:
    """Value noise, −1 to 1: Perlin's (1985) lattice with values instead of gradients, one lattice point a unit."""
    ix, iy, iz = math.floor(x), math.floor(y), math.floor(z)
    fx, fy, fz = hermite(x - ix), hermite(y - iy), hermite(z - iz)
    near = _cell_side(ix, iy, iz, seed, fy, fz)
    far = _cell_side(ix + 1, iy, iz, seed, fy, fz)
    return near * (1 - fx) + far * fx


@compiled
def fractal_noise(x: float, y: float, z: float, seed: int, octaves: int) -> float:
    """Sum of octaves of ``noise``, each half as strong and about twice as fine, −1 to 1."""
    total, strength, norm = 0.0, 1.0, 0.0
    for octave in range(octaves):
        total += strength * noise(x, y, z, seed + octave)
        norm += strength
        # not quite 2, lest the lattices of the octaves fall together
        x, y, z, strength = x * 2.03, y * 2.03, z * 2.03, strength * 0.5
    return total / norm
