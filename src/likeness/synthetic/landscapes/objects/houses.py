"""Houses of the country: walls of several makes under a gabled roof."""

from __future__ import annotations

import math

import numpy as np

from likeness.synthetic.landscapes.objects.finishes import BRICK, MATT, PLANKS, PLASTER, STONE, TILES
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, moved, turned
from likeness.synthetic.landscapes.objects.openings import WindowStyle, door, window
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.solids import boxes, quads
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import LAMPLIGHT, tint, varied
from likeness.synthetic.vectors import Vector, times

_WALLS = (
    (PLASTER, ((0.93, 0.90, 0.84), (0.92, 0.82, 0.62), (0.86, 0.70, 0.56), (0.80, 0.84, 0.86), (0.90, 0.76, 0.72))),
    (BRICK, ((0.62, 0.30, 0.22), (0.70, 0.42, 0.30), (0.55, 0.35, 0.28))),
    (PLANKS, ((0.60, 0.17, 0.13), (0.92, 0.91, 0.87), (0.45, 0.34, 0.25), (0.42, 0.52, 0.56), (0.85, 0.73, 0.42))),
    (STONE, ((0.60, 0.57, 0.52), (0.66, 0.60, 0.50))),
)
_ROOFS = (
    (0.62, 0.27, 0.17),
    (0.52, 0.24, 0.18),
    (0.34, 0.35, 0.38),
    (0.42, 0.31, 0.24),
    (0.70, 0.38, 0.22),
    (0.30, 0.26, 0.25),
)
_TRIMS = ((0.95, 0.94, 0.91), (0.30, 0.22, 0.16), (0.86, 0.84, 0.78))
_SHUTTERS = ((0.18, 0.36, 0.28), (0.20, 0.32, 0.50), (0.55, 0.20, 0.16), (0.40, 0.28, 0.18), (0.36, 0.48, 0.44))
_DOORS = ((0.45, 0.25, 0.14), (0.16, 0.30, 0.26), (0.55, 0.14, 0.12), (0.18, 0.26, 0.42), (0.80, 0.66, 0.30))

_EYE = Eye(distance=34.0, height=2.6)


def _gable(half: float, low: float, peak: float, depth: float, wall: Vector, finish: int) -> Mesh:
    """The triangles of wall under the roof, before and behind."""
    corners = [
        [(-half, low, depth), (half, low, depth), (0, peak, depth), (0, peak, depth)],
        [(half, low, -depth), (-half, low, -depth), (0, peak, -depth), (0, peak, -depth)],
    ]
    return quads(np.array(corners), wall, finish)


def _roof(half: float, low: float, peak: float, depth: float, over: float, roof: Vector, trim: Vector) -> Mesh:
    """Two slopes that reach over the walls, boards along their edges, a ridge; the ridge runs towards the viewer."""
    slope = (peak - low) / half
    out, eaves, far = half + over, low - over * slope, depth + over
    thick = 0.16
    faces = [
        [(out, eaves, far), (out, eaves, -far), (0, peak, -far), (0, peak, far)],
        [(-out, eaves, -far), (-out, eaves, far), (0, peak, far), (0, peak, -far)],
    ]
    slopes = quads(np.array(faces) + np.array([0, thick, 0]), roof, TILES)
    boards = []
    for side in (-1, 1):
        for z, order in ((far, 1), (-far, -1)):
            edge = [(0, peak, z), (0, peak + thick, z), (side * out, eaves + thick, z), (side * out, eaves, z)]
            boards.append(edge if side * order < 0 else edge[::-1])
        along = [
            (side * out, eaves, far),
            (side * out, eaves, -far),
            (side * out, eaves + thick, -far),
            (side * out, eaves + thick, far),
        ]
        boards.append(along if side > 0 else [along[1], along[0], along[3], along[2]])
        below = [(side * out, eaves, far), (side * out, eaves, -far), (0, peak, -far), (0, peak, far)]
        boards.append(below[::-1] if side > 0 else below)
    ridge = boxes((-0.14, peak + thick - 0.06, -far), (0.14, peak + thick + 0.10, far), times(roof, 0.8), MATT)
    return merged([slopes, quads(np.array(boards), trim, MATT), ridge])


def _timber(half: float, base: float, low: float, peak: float, z: float, colour: Vector) -> Mesh:
    """The beams of a half-timbered gable wall."""
    beams = []

    def beam(ax: float, ay: float, bx: float, by: float, wide: float = 0.2) -> None:
        length = math.hypot(bx - ax, by - ay)
        ox, oy = -(by - ay) / length * wide / 2, (bx - ax) / length * wide / 2
        beams.append([(ax - ox, ay - oy, z), (bx - ox, by - oy, z), (bx + ox, by + oy, z), (ax + ox, ay + oy, z)])

    for y in (base + 0.1, low, *((base + (low - base) * 0.5,) if low - base > 3.6 else ())):
        beam(-half, y, half, y)
    for x in np.linspace(-half + 0.1, half - 0.1, 5):
        beam(float(x), base, float(x), low)
    beam(0, low, 0, peak - 0.2)
    for side in (-1, 1):
        beam(side * half * 0.5, low, side * half * 0.5, low + (peak - low) * 0.48)
        beam(side * (half - 0.1), low, 0, peak - 0.1)
        beam(side * half, base + 0.3, side * half * 0.55, low - 0.2, 0.17)
    return quads(np.array(beams), colour, MATT)


def _windows_of(length: float, rng: np.random.Generator, *, keep: float | None = None) -> list[float]:
    """Middles of a wall's windows, evenly spaced; none within 1 m of ``keep``, where the door is."""
    count = max(1, round(length / float(rng.uniform(2.0, 2.8))))
    places = [length * ((i + 0.5) / count - 0.5) for i in range(count)]
    return [place for place in places if keep is None or abs(place - keep) > 1.05]


def house(height: float, light: Illumination, rng: np.random.Generator, *, lit_windows: bool) -> Sprite:
    """A house.

    Args:
        height: Pixels from the ground to the ridge.
        light: What lights it; ``snow`` lies on its roof.
        rng: Source of randomness.
        lit_windows: Lamps are lit behind most of its windows.
    """
    make, colours = _WALLS[int(rng.integers(len(_WALLS)))]
    wall, roof = (
        varied(tint(colours[int(rng.integers(len(colours)))]), rng),
        varied(tint(_ROOFS[int(rng.integers(len(_ROOFS)))]), rng),
    )
    trim = tint(_TRIMS[int(rng.integers(len(_TRIMS)))])
    shutters = tint(_SHUTTERS[int(rng.integers(len(_SHUTTERS)))]) if rng.random() < 0.5 else None
    timbered = make == PLASTER and bool(rng.random() < 0.35)
    half, depth = float(rng.uniform(2.6, 3.6)), float(rng.uniform(3.2, 5.2))
    storeys = 1 if rng.random() < 0.55 else 2
    base, low = 0.35, 0.35 + 2.7 * storeys
    peak = low + half * float(rng.uniform(0.75, 1.5))
    style = WindowStyle(
        trim, None if timbered else shutters, ((1, 1), (1, 2), (0, 0), (1, 0))[int(rng.integers(4))], trim
    )
    door_colour = tint(_DOORS[int(rng.integers(len(_DOORS)))])
    gable_door = bool(rng.random() < 0.5)
    wide, tall = float(rng.uniform(0.85, 1.15)), float(rng.uniform(1.15, 1.45))

    def glow() -> Vector | None:
        return varied(LAMPLIGHT, rng) if lit_windows and rng.random() < 0.8 else None

    parts = [
        boxes((-half, base, -depth), (half, low, depth), wall, make),
        boxes((-half - 0.06, 0, -depth - 0.06), (half + 0.06, base, depth + 0.06), tint((0.52, 0.50, 0.47)), STONE),
        _gable(half, low, peak, depth, wall, make),
        _roof(half, low, peak, depth, float(rng.uniform(0.3, 0.6)), roof, trim),
    ]
    if timbered:
        beams = tint((0.26, 0.18, 0.13))
        parts.append(_timber(half, base, low, peak, depth + 0.02, beams))
    # the gable wall faces the viewer before it is turned; the long wall is made likewise and turned to its side
    for length, offset, angle, has_door in (
        (2 * half, depth, 0.0, gable_door),
        (2 * depth, half, -math.pi / 2, not gable_door),
    ):
        middle = float(rng.uniform(-0.15, 0.15)) * length if has_door else None
        for side in (1, -1) if angle else (1,):
            openings = []
            for storey in range(storeys):
                y = base + 0.95 + 2.7 * storey
                for x in _windows_of(length, rng, keep=middle if storey == 0 else None):
                    openings.append(window(x, y, wide, tall, style, glow()))
            if has_door and middle is not None:
                openings.append(door(middle, base, 1.05, 2.1, door_colour, style, glow()))
            if not angle and peak - low > 2.4:
                openings.append(window(0.0, low + 0.45, wide * 0.8, tall * 0.75, style._replace(shutters=None), glow()))
            if openings:
                parts.append(turned(moved(merged(openings), (0, 0, offset)), side * angle))
    if rng.random() < 0.85:
        x, z = float(rng.choice((-1, 1))) * half * float(rng.uniform(0.25, 0.45)), depth * float(rng.uniform(-0.6, 0.5))
        brick = tint((0.50, 0.28, 0.21))
        parts.append(boxes((x - 0.36, low, z - 0.36), (x + 0.36, peak + 0.55, z + 0.36), brick, BRICK))
        parts.append(
            boxes((x - 0.44, peak + 0.55, z - 0.44), (x + 0.44, peak + 0.72, z + 0.44), tint((0.45, 0.42, 0.40)), MATT)
        )
    angle = float(rng.choice((-1, 1))) * float(rng.uniform(0.35, 1.15))
    return portray(turned(merged(parts), angle), height / peak, light, _EYE, finer=supersampling(height))
