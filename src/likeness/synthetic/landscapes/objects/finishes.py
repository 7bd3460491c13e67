"""What surfaces are made of: patterns, gloss, light let through and light sent out."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import inlined
from likeness.synthetic.landscapes.plane_noise import chance, plane_noise

MATT, LEAF, PAINT, GLASS, CHROME, GLOW, BARK, PLASTER, BRICK, TILES, PLANKS, STONE = range(12)
"""Matt; lets light through; lacquered; a dark mirror; metal; sends its colour out as light; and patterns."""

_BRICK = (0.52, 0.20)
_STONE = (0.62, 0.36)
_TILE = (0.34, 0.36)
_PLANK = 0.24


@inlined
def _courses(u: float, v: float, length: float, height: float, joint: float, spread: float, seed: int) -> float:
    """Bricks or stones in courses that overlap by half: brightness, darker in the joints."""
    row = math.floor(v / height)
    along = u / length + 0.5 * (row & 1)
    column = math.floor(along)
    edge = min(along - column, 1 - along + column) * length
    edge = min(edge, min(v - row * height, (row + 1) * height - v))
    tone = 1 + spread * (chance(column, row, seed) - 0.5)
    return tone * 0.72 if edge < joint else tone


@inlined
def pattern(finish: int, u: float, v: float, pixel: float) -> float:
    """Brightness of a surface's pattern, about 1.

    Args:
        finish: One of the finishes.
        u: Metres along the surface.
        v: Metres up it.
        pixel: Metres a pixel: patterns finer than that fade.
    """
    if finish == BRICK:
        value, coarse = _courses(u, v, _BRICK[0], _BRICK[1], 0.016, 0.34, 3), _BRICK[1]
    elif finish == STONE:
        value, coarse = (
            _courses(u + 0.10 * plane_noise(u * 2, v * 2, 9), v, _STONE[0], _STONE[1], 0.022, 0.5, 5),
            _STONE[1],
        )
    elif finish == TILES:
        row, column = math.floor(v / _TILE[1]), math.floor(u / _TILE[0])
        rise = v / _TILE[1] - row
        value, coarse = (0.80 + 0.3 * rise) * (1 + 0.26 * (chance(column, row, 7) - 0.5)), _TILE[1]
    elif finish == PLANKS:
        row = math.floor(v / _PLANK)
        value, coarse = (0.70 if v / _PLANK - row < 0.14 else 1.0) * (1 + 0.16 * (chance(row, 0, 11) - 0.5)), _PLANK
    elif finish == BARK:
        value, coarse = 1 + 0.45 * plane_noise(u * 22, v * 4.5, 13), 0.08
    elif finish == PLASTER:
        value, coarse = 1 + 0.10 * plane_noise(u * 1.1, v * 0.8, 17) + 0.05 * plane_noise(u * 5, v * 5, 18), 0.4
    else:
        value, coarse = 1.0, 1.0
    return 1 + (value - 1) * min(1.0, max(0.0, coarse / pixel - 0.8))
