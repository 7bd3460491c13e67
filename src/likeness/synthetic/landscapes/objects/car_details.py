"""What a car's body carries: doors, handles, lamps, grille, bumpers, mirrors, wings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from likeness.synthetic.landscapes.objects.car_bodies import DARK, STEEL, Body
from likeness.synthetic.landscapes.objects.car_shells import curve, floor_height, half_width, outward
from likeness.synthetic.landscapes.objects.finishes import CHROME, GLASS, GLOW, MATT, PAINT
from likeness.synthetic.landscapes.objects.mesh import Mesh, with_mirror_image
from likeness.synthetic.landscapes.objects.solids import ball, boxes, sheet, tubes
from likeness.synthetic.vectors import Floats, Vector

_WARM_LAMP, _RED_LAMP = (2.6, 2.2, 1.5), (1.3, 0.05, 0.03)


def _pod(
    centre: tuple[float, float, float],
    size: tuple[float, float, float],
    paint: Vector,
    arch: float,
    axle: float,
    wheel: float,
) -> Mesh:
    """A wing over a wheel of an old car: half an ellipsoid, open around the wheel."""
    u, v = np.linspace(0, np.pi, 41)[:, None], np.linspace(0, np.pi, 21)[None]
    x = centre[0] - size[0] * np.cos(u) * np.ones_like(v)
    y = centre[1] + size[1] * np.sin(u) ** 0.8 * np.sin(v)
    z = centre[2] + size[2] * np.sin(u) ** 0.6 * np.cos(v)
    inside = arch**2 - (x - axle) ** 2
    y = np.maximum(y, np.where((inside > 0) & (z > centre[2] - 2), wheel + np.sqrt(np.maximum(inside, 0)), 0.0))
    return sheet(np.stack([x, y, z], axis=2).transpose(1, 0, 2)[::-1], paint, PAINT)


def _line(body: Body, points: Floats, width: float, colour: Vector, finish: int = MATT) -> Mesh:
    """A strip that lies on the body's sides along points (n, 2) of the side view."""
    dense = np.concatenate([np.linspace(a, b, 8, endpoint=False) for a, b in pairwise(points)] + [points[-1:]])
    way = np.gradient(dense, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    side = np.stack([-way[:, 1], way[:, 0]], axis=1) * width / 2
    strips = []
    for edge in (dense - side, dense + side):
        low, high = floor_height(body, edge[:, 0]), np.asarray(curve(body.top)(edge[:, 0]))
        z = half_width(body, edge[:, 0], np.clip(edge[:, 1], low, high), low, high) + 0.012
        strips.append(np.stack([edge[:, 0], edge[:, 1], z], axis=1))
    strip = np.stack(strips)
    return with_mirror_image(sheet(strip, colour, finish)._replace(normal=outward(body, strip).reshape(-1, 3)))


def _lamp(
    centre: tuple[float, float, float], radii: tuple[float, float, float], lit: bool, *, red: bool = False
) -> Mesh:
    """A pair of lamps."""
    glow = _RED_LAMP if red else _WARM_LAMP
    dull = (0.30, 0.012, 0.010) if red else (0.72, 0.75, 0.78)
    return with_mirror_image(ball(centre, radii, glow if lit else dull, GLOW if lit else GLASS, sides=16))


def modern_details(body: Body, kind: str, paint: Vector, lamps: bool) -> list[Mesh]:
    """Doors, handles, lamps, grille and bumpers of a saloon or sports car."""
    front, rear = body.top[-1][0], body.top[0][0]
    parts = []
    sill, high = body.bottom + 0.09, 0.90 if kind == "plain" else 0.76
    doors = [
        [(0.95, high - 0.02), (0.98, 0.5), (0.82, sill), (-0.10, sill), (-0.12, high)],
        [(-0.12, sill), (-0.75, sill), (-0.98, 0.62), (-0.95, high)],
    ]
    if kind == "sports":
        doors = [[(0.62, high - 0.02), (0.68, 0.45), (0.52, sill), (-0.50, sill), (-0.72, 0.55), (-0.66, high)]]
    parts += [_line(body, np.array(points), 0.018, DARK) for points in doors]
    handles = ((0.02, 0.80), (-0.86, 0.80)) if kind == "plain" else ((-0.52, 0.66),)
    parts += [_line(body, np.array([(x, y), (x + 0.19, y)]), 0.035, STEEL, CHROME) for x, y in handles]
    sill_ends = body.wheels[0] + body.arch + 0.02, body.wheels[1] - body.arch - 0.02
    parts.append(_line(body, np.array([(x, body.bottom + 0.045) for x in sill_ends]), 0.09, DARK))
    half, rear_half = (float(curve(body.half_width)(x)) for x in (front - 0.16, rear + 0.08))
    if kind == "plain":
        parts.append(_lamp((front - 0.13, 0.66, half * 0.76), (0.135, 0.075, 0.16), lamps))
        low, high_y, reach = 0.50, 0.64, 0.42
        bars = np.linspace(low, high_y, 5)[:, None] * np.array([0, 1, 0]) + np.array([front, 0, 0])
        parts.append(
            boxes(bars - np.array([0.06, 0.008, reach]), bars + np.array([0.035, 0.008, reach]), STEEL, CHROME)
        )
        parts.append(boxes((front - 0.02, 0.30, -0.24), (front + 0.11, 0.40, 0.24), (0.8, 0.8, 0.78), MATT))
        bumper = np.array(
            [(front - 0.42, 0.42, 0.82), (front - 0.10, 0.42, 0.72), (front + 0.06, 0.42, 0.4), (front + 0.08, 0.42, 0)]
        )
        back = bumper * np.array([-1, 1, 1]) + np.array([front + rear, 0.02, 0])
        for bar in (bumper, back):
            parts.append(with_mirror_image(tubes(bar[:-1], bar[1:], (0.055, 0.055), STEEL, CHROME, sides=10)))
        mirror = (0.74, 1.0)
    else:
        parts.append(_lamp((front - 0.30, 0.545, half * 0.84), (0.20, 0.042, 0.10), lamps))
        low, high_y, reach = 0.28, 0.35, 0.46
        mirror = (0.45, 0.88)
    parts.append(_lamp((rear + 0.07, 0.74, rear_half * 0.78), (0.08, 0.065, 0.18), lamps, red=True))
    parts.append(boxes((front - 0.10, low, -reach), (front + 0.012, high_y, reach), DARK, MATT))
    x, y = mirror
    z = float(curve(body.half_width)(x))
    parts.append(with_mirror_image(ball((x, y, z + 0.02), (0.075, 0.062, 0.10), paint, PAINT, sides=12)))
    parts.append(with_mirror_image(tubes((x, y - 0.02, z), (x, y - 0.12, z - 0.16), (0.02, 0.025), DARK, MATT)))
    return parts


def old_details(body: Body, paint: Vector, lamps: bool) -> list[Mesh]:
    """Wings, running boards, grille, round lamps and bumpers of a car of the 1940s."""
    rear, front = body.wheels
    parts = [
        with_mirror_image(_pod((front + 0.02, 0.36, 0.60), (0.72, 0.60, 0.25), paint, body.arch, front, body.wheel)),
        with_mirror_image(_pod((rear - 0.05, 0.36, 0.60), (0.78, 0.62, 0.25), paint, body.arch, rear, body.wheel)),
        with_mirror_image(boxes((rear + 0.5, 0.30, 0.55), (front - 0.5, 0.36, 0.84), DARK, MATT)),
        with_mirror_image(boxes((rear + 0.5, 0.36, 0.80), (front - 0.5, 0.385, 0.845), STEEL, CHROME)),
        _lamp((1.72, 0.84, 0.52), (0.17, 0.135, 0.135), lamps),
        _lamp((-2.02, 0.66, 0.62), (0.06, 0.07, 0.07), lamps, red=True),
    ]
    x = 2.03
    parts.append(boxes((x - 0.10, 0.46, -0.23), (x - 0.005, 0.90, 0.23), DARK, MATT))
    z = np.linspace(-0.21, 0.21, 9)
    parts.append(
        boxes(
            np.stack([np.full(9, x - 0.02), np.full(9, 0.46), z - 0.012], axis=1),
            np.stack([np.full(9, x + 0.03), np.full(9, 0.90), z + 0.012], axis=1),
            STEEL,
            CHROME,
        )
    )
    bumper = np.array([(1.75, 0.40, 0.88), (2.12, 0.40, 0.78), (2.22, 0.40, 0.4), (2.24, 0.40, 0)])
    parts.append(with_mirror_image(tubes(bumper[:-1], bumper[1:], (0.065, 0.065), STEEL, CHROME, sides=10)))
    back = bumper * np.array([-1, 1, 1]) - np.array([0.06, 0, 0])
    parts.append(with_mirror_image(tubes(back[:-1], back[1:], (0.065, 0.065), STEEL, CHROME, sides=10)))
    parts.append(_line(body, np.array([(-1.7, 0.92), (0.0, 0.95), (1.7, 0.93)]), 0.03, STEEL, CHROME))
    for door in ([(0.55, 1.02), (0.55, 0.42)], [(-0.28, 1.05), (-0.28, 0.42)]):
        parts.append(_line(body, np.array(door), 0.018, DARK))
    parts.append(_line(body, np.array([(-0.20, 0.84), (-0.02, 0.84)]), 0.035, STEEL, CHROME))
    return parts
