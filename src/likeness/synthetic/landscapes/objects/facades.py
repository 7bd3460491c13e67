"""Fronts of town houses side by side, as a street shows them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from likeness.synthetic.landscapes.objects.finishes import BRICK, MATT, PLASTER, STONE, TILES
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, moved
from likeness.synthetic.landscapes.objects.openings import WindowStyle, door, window
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.solids import boxes, quads
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import LAMPLIGHT, tint, varied
from likeness.synthetic.vectors import Vector, times

_WALLS = (
    (BRICK, (0.60, 0.31, 0.23)),
    (BRICK, (0.70, 0.47, 0.34)),
    (BRICK, (0.48, 0.30, 0.26)),
    (STONE, (0.72, 0.68, 0.60)),
    (PLASTER, (0.90, 0.84, 0.70)),
    (PLASTER, (0.84, 0.66, 0.50)),
    (PLASTER, (0.72, 0.78, 0.76)),
    (PLASTER, (0.88, 0.72, 0.68)),
    (PLASTER, (0.80, 0.78, 0.84)),
    (PLASTER, (0.92, 0.91, 0.88)),
)
_TRIMS = ((0.93, 0.92, 0.88), (0.78, 0.73, 0.64), (0.26, 0.24, 0.23))
_SHOPS = ((0.15, 0.28, 0.24), (0.45, 0.12, 0.12), (0.14, 0.20, 0.36), (0.30, 0.20, 0.14), (0.75, 0.62, 0.30))
_AWNINGS = (
    ((0.80, 0.18, 0.15), (0.95, 0.93, 0.88)),
    ((0.16, 0.42, 0.32), (0.95, 0.93, 0.88)),
    ((0.20, 0.34, 0.62), (0.95, 0.93, 0.88)),
    ((0.92, 0.66, 0.18), (0.92, 0.66, 0.18)),
)
_ROOFS = ((0.34, 0.36, 0.40), (0.50, 0.26, 0.20), (0.40, 0.32, 0.28))

_GROUND_FLOOR, _STOREY = 3.9, 3.2
_ROOM_DEPTH = 4.0


def _shop(width: float, rng: np.random.Generator, lit: bool) -> list[Mesh]:
    """A ground floor with a shop window, a door, a sign and perhaps an awning."""
    colour = varied(tint(_SHOPS[int(rng.integers(len(_SHOPS)))]), rng)
    half, entrance = width / 2 - 0.35, float(rng.choice((-1, 1)))
    style = WindowStyle(colour, None, (int(rng.integers(1, 4)), 0), colour)
    glow = times(varied(LAMPLIGHT, rng), 0.9) if lit and rng.random() < 0.7 else None
    door_x, shop_x = entrance * (half - 0.65), -entrance * 0.75
    parts = [
        boxes((-half, 0, 0), (half, _GROUND_FLOOR - 0.25, 0.05), colour, MATT),
        window(shop_x, 0.65, 2 * half - 2.1, 1.95, style, glow, 0.06),
        door(door_x, 0.1, 0.95, 2.35, times(colour, 0.6), style, glow, 0.06),
        boxes((-half, 2.85, 0), (half, 3.5, 0.22), times(colour, 0.8), MATT),
        boxes((-half * 0.55, 3.02, 0.22), (half * 0.55, 3.30, 0.25), tint((0.88, 0.80, 0.56)), MATT),
    ]
    if rng.random() < 0.6:
        bright, other = (tint(c) for c in _AWNINGS[int(rng.integers(len(_AWNINGS)))])
        edges = np.linspace(-half, half, 13)
        slope = np.array([[(b, 2.25, 1.3), (a, 2.25, 1.3), (a, 2.9, 0.1), (b, 2.9, 0.1)] for a, b in pairwise(edges)])
        hem = np.array([[(a, 2.02, 1.3), (b, 2.02, 1.3), (b, 2.25, 1.3), (a, 2.25, 1.3)] for a, b in pairwise(edges)])
        stripes = np.array([bright if i % 2 else other for i in range(12)])
        parts += [quads(slope[:, [1, 0, 3, 2]], stripes, MATT), quads(hem, stripes, MATT)]
    return parts


def _dwelling(width: float, style: WindowStyle, glow: list[Vector | None], rng: np.random.Generator) -> list[Mesh]:
    """A ground floor with a front door and windows."""
    count = len(glow)
    places = [width * ((i + 0.5) / count - 0.5) for i in range(count)]
    at = int(rng.integers(count))
    colour = varied(tint(_SHOPS[int(rng.integers(len(_SHOPS)))]), rng)
    parts = [door(places[at], 0.2, 1.15, 2.6, colour, style, glow[at])]
    parts += [
        window(x, 1.1, 1.05, 1.75, style, light)
        for i, (x, light) in enumerate(zip(places, glow, strict=True))
        if i != at
    ]
    return parts


def _front(width: float, storeys: int, rng: np.random.Generator, lit: bool) -> Mesh:
    """One house, its front on z = 0 facing the viewer, centred on x = 0."""
    make, named = _WALLS[int(rng.integers(len(_WALLS)))]
    wall, trim = varied(tint(named), rng), tint(_TRIMS[int(rng.integers(len(_TRIMS)))])
    top, half = _GROUND_FLOOR + _STOREY * storeys, width / 2
    count = max(2, round(width / float(rng.uniform(1.9, 2.5))))
    wide, tall = min(1.15, 0.52 * width / count), float(rng.uniform(1.6, 2.0))
    shutters = (
        varied(tint(_SHOPS[int(rng.integers(len(_SHOPS)))]), rng)
        if make == PLASTER and wide < 0.26 * width / count * 2 and rng.random() < 0.4
        else None
    )
    style = WindowStyle(trim, None, ((1, 1), (1, 2), (0, 1), (1, 3))[int(rng.integers(4))], trim)
    upper = style._replace(shutters=shutters) if shutters is not None and wide * 2.2 < width / count else style

    def glow() -> Vector | None:
        return varied(LAMPLIGHT, rng) if lit and rng.random() < 0.55 else None

    parts = [boxes((-half, 0, -_ROOM_DEPTH), (half, top, 0), wall, make)]
    for storey in range(storeys):
        y = _GROUND_FLOOR + _STOREY * storey + 0.75
        for i in range(count):
            parts.append(window(width * ((i + 0.5) / count - 0.5), y, wide, tall, upper, glow()))
        parts.append(boxes((-half, y - 0.85, 0), (half, y - 0.70, 0.10), trim, MATT))
    if rng.random() < 0.6:
        parts += _shop(width, rng, lit)
    else:
        parts += _dwelling(width, style, [glow() for _ in range(count)], rng)
        parts.append(boxes((-half, 0, 0), (half, 0.45, 0.10), tint((0.52, 0.50, 0.47)), STONE))
    parts.append(
        boxes(
            np.array([(-half, top - 0.15, 0), (-half, top + 0.15, 0)]),
            np.array([(half, top + 0.15, 0.22), (half, top + 0.38, 0.42)]),
            trim,
            MATT,
        )
    )
    teeth = np.arange(-half + 0.2, half - 0.2, 0.55)
    low = np.stack([teeth, np.full_like(teeth, top - 0.42), np.zeros_like(teeth)], axis=1)
    parts.append(boxes(low, low + np.array([0.2, 0.28, 0.2]), trim, MATT))
    crown = rng.random()
    if crown < 0.5:  # a steep roof with dormers
        roof, rise = varied(tint(_ROOFS[int(rng.integers(len(_ROOFS)))]), rng), float(rng.uniform(1.8, 2.8))
        back = -1.3
        slope = [(-half, top + 0.36, 0.3), (half, top + 0.36, 0.3), (half, top + rise, back), (-half, top + rise, back)]
        parts.append(quads(np.array(slope), roof, TILES))
        parts.append(boxes((-half, top, -_ROOM_DEPTH), (half, top + rise, back), roof, MATT))
        for i in range(0, count, 2):
            x = width * ((i + 0.5) / count - 0.5)
            parts.append(boxes((x - 0.62, top + 0.4, -1.0), (x + 0.62, top + 1.75, 0.12), trim, MATT))
            parts.append(window(x, top + 0.65, 0.75, 0.95, style, glow(), 0.12))
    elif crown < 0.75:  # a stepped gable
        for i in range(4):
            wide_at, y = half * (1 - 0.24 * i), top + 0.35 + 0.75 * i
            parts.append(boxes((-wide_at, y - 0.1, -0.6), (wide_at, y + 0.75, 0), wall, make))
            parts.append(boxes((-wide_at - 0.06, y + 0.75, -0.6), (wide_at + 0.06, y + 0.87, 0.08), trim, MATT))
    if rng.random() < 0.5:
        x = half * float(rng.uniform(-0.7, 0.7))
        parts.append(boxes((x - 0.4, top, -2.6), (x + 0.4, top + 3.2, -1.9), tint((0.48, 0.29, 0.22)), BRICK))
    return merged(parts)


def facade(width: float, height: float, light: Illumination, rng: np.random.Generator, lit_windows: bool) -> Sprite:
    """A row of town houses seen from across the street.

    Args:
        width: Pixels.
        height: Of the tallest house, pixels; the fewer to the width, the more houses.
        light: What lights them; ``snow`` lies on sills and roofs.
        rng: Source of randomness.
        lit_windows: Lamps are lit behind about half of the windows.
    """
    storeys = int(rng.integers(2, 5))
    tall = _GROUND_FLOOR + _STOREY * storeys + 3.0
    length = tall * width / height
    count = max(1, round(length / float(rng.uniform(7.0, 9.5))))
    shares = rng.uniform(0.8, 1.2, count)
    widths = length * shares / shares.sum()
    left = -length / 2 + np.concatenate([[0.0], np.cumsum(widths)[:-1]])
    highest = int(rng.integers(count))
    fronts = []
    for i in range(count):
        floors = storeys if i == highest else max(1, storeys - int(rng.integers(0, 2)))
        fronts.append(moved(_front(float(widths[i]), floors, rng, lit_windows), (left[i] + widths[i] / 2, 0, 0)))
    mesh = merged(fronts)
    far = Eye(distance=12 * tall, height=1.8)
    finer = 1 if height > 200 else supersampling(height)  # walls that large are seen aslant, and made smaller
    return portray(mesh, height / float(mesh.position[:, 1].max()), light, far, finer=finer)
