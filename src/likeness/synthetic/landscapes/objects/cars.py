"""Cars in a street: lacquer that mirrors the sky, glass, chrome, wheels, lamps."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from likeness.synthetic.landscapes.objects.car_bodies import BODIES, Body, Cabin, Curve
from likeness.synthetic.landscapes.objects.finishes import CHROME, GLASS, GLOW, MATT, PAINT
from likeness.synthetic.landscapes.objects.mesh import Mesh, ball, boxes, merged, moved, quads, sheet, tubes, turned, turned_profile
from likeness.synthetic.landscapes.objects.portray import Eye, portray, shaded_below
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import tint, varied
from likeness.synthetic.vectors import Array, Vector

_PAINTS = {
    "yellow": (0.98, 0.78, 0.08),
    "red": (0.78, 0.06, 0.06),
    "blue": (0.10, 0.26, 0.66),
    "white": (0.93, 0.93, 0.91),
    "black": (0.055, 0.055, 0.06),
}
_RUBBER, _DARK = (0.018, 0.018, 0.019), (0.012, 0.012, 0.013)
_STEEL, _SILVER = (0.75, 0.76, 0.78), (0.48, 0.49, 0.51)
_UNPAINTED = (-1.0, -1.0, -1.0)
_INTERIOR = (0.030, 0.032, 0.036)
_WARM_LAMP, _RED_LAMP = (2.6, 2.2, 1.5), (1.3, 0.05, 0.03)

_EYE = Eye(distance=9.0, height=1.75)


def _curve(points: Curve) -> PchipInterpolator:
    """A curve through points that does not overshoot them."""
    x, value = zip(*points, strict=True)
    return PchipInterpolator(x, value)


def _stations(body: Body) -> Array:
    """Where along x the body is cut: closer at its ends and at the wheel arches."""
    ends = body.top[0][0], body.top[-1][0]
    marks = [np.linspace(*ends, 64)]
    marks += [axle + body.arch * np.cos(np.linspace(0, np.pi, 25)) for axle in body.wheels]
    marks += [ends[0] + 0.18 * np.linspace(0, 1, 8) ** 2, ends[1] - 0.18 * np.linspace(0, 1, 8) ** 2]
    return np.unique(np.round(np.concatenate(marks), 4))


def _section(body: Body, x: Array, y: Array, z: Array) -> Array:
    """0 on the body, more outside: a superellipse over one that tucks in a little, along x."""
    low, high = _floor(body, x), np.asarray(_curve(body.top)(x))
    middle = low + body.widest * (high - low)
    above = np.maximum(y - middle, 0) / np.maximum(high - middle, 0.01)
    below = np.clip((middle - y) / np.maximum(middle - low, 0.01), 0, 1)
    across = z / (_curve(body.half_width)(x) * (1 - 0.10 * below**2.5))
    return np.asarray(np.abs(across) ** body.flat + above**body.flat - 1)


def _outward(body: Body, points: Array) -> Array:
    """Unit normals (…, 3) at points of the body."""
    step, normal = 2e-3, np.empty_like(points)
    for axis in range(3):
        offset = np.eye(3)[axis] * step
        ahead, behind = points + offset, points - offset
        normal[..., axis] = _section(body, *np.moveaxis(ahead, -1, 0)) - _section(body, *np.moveaxis(behind, -1, 0))
    return np.asarray(normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9), np.float32)


def _floor(body: Body, x: Array) -> Array:
    """Height of the body's lower edge, which rises at its ends."""
    front, rear = body.top[-1][0], body.top[0][0]
    return np.asarray(body.bottom + 0.10 * np.clip(1 - np.minimum(x - rear, front - x) / 0.25, 0, 1) ** 2)


def _half_width(body: Body, x: Array, y: Array, low: Array, high: Array) -> Array:
    """Half the body's width at heights ``y`` of the sections at ``x``: a superellipse that tucks in below."""
    middle = low + body.widest * (high - low)
    above = np.clip((y - middle) / np.maximum(high - middle, 0.01), 0, 1)
    below = np.clip((middle - y) / np.maximum(middle - low, 0.01), 0, 1)
    section = (1 - above**body.flat) ** (1 / body.flat) * (1 - 0.10 * below**2.5)
    return np.asarray(_curve(body.half_width)(x) * section, np.float32)


def _shell(body: Body, paint: Vector) -> Mesh:
    """The body without cabin, cut out at the wheel arches."""
    x = _stations(body)
    high = np.asarray(_curve(body.top)(x))
    floor = _floor(body, x)
    bottom = floor.copy()
    if not body.fenders:
        for axle in body.wheels:
            inside = body.arch**2 - (x - axle) ** 2
            bottom = np.maximum(bottom, np.where(inside > 0, body.wheel + np.sqrt(np.maximum(inside, 0)), 0))
    bottom = np.minimum(bottom, high - 0.02)
    share = np.concatenate([np.linspace(0, 0.75, 14), 1 - 0.25 * np.linspace(1, 0, 14)[1:] ** 2.2])
    y = bottom[:, None] + share * (high - bottom)[:, None]
    z = _half_width(body, x[:, None], y, floor[:, None], high[:, None])
    left = np.stack([np.broadcast_to(x[:, None], y.shape), y, z], axis=2)
    right = left[:, ::-1] * np.array([1, 1, -1])
    grid = np.concatenate([left, right[:, 1:]], axis=1)
    side = sheet(grid, paint, PAINT)._replace(normal=_outward(body, grid).reshape(-1, 3))
    caps = []
    for i, way in ((0, -1.0), (-1, 1.0)):
        middle = np.broadcast_to(np.array([x[i], 0.5 * (floor[i] + high[i]), 0]), grid[i].shape)
        cap = sheet(np.stack([grid[i], middle]), paint, PAINT)
        caps.append(cap._replace(normal=np.broadcast_to(np.array([way, 0, 0], np.float32), cap.normal.shape)))
    return merged([side, *caps])


def _cabin(cabin: Cabin, paint: Vector) -> Mesh:
    """Glass between pillars, and the roof."""
    corners = np.linspace(0, 2 * np.pi, 97)
    # a superellipse in plan; the parameter runs evenly along the sides
    power = 2 / cabin.round
    cos, sin = np.cos(corners), np.sin(corners)
    along, across = np.sign(cos) * np.abs(cos) ** power, np.sign(sin) * np.abs(sin) ** power

    def ring(ends: tuple[float, float], half: float, height: float | Array) -> Array:
        x = 0.5 * (ends[0] + ends[1]) + 0.5 * (ends[1] - ends[0]) * along
        return np.stack([x, np.broadcast_to(height, x.shape), half * across], axis=1)

    slant = (along + 1) / 2
    sill = cabin.sill[0] + (cabin.sill[1] - cabin.sill[0]) * slant
    base = ring(cabin.base, cabin.half_base, sill - 0.04)
    eaves = ring(cabin.roof, cabin.half_roof, cabin.top)
    rows = []
    for t in (0.0, 0.10, 0.16, 0.5, 0.84, 0.92, 1.0):
        bulge = 0.05 * math.sin(math.pi * t)
        row = base + (eaves - base) * t
        row[:, 1] += bulge * 0.5 * (np.abs(across) < 0.999)
        row[:, [0, 2]] += bulge * np.stack([along, across], axis=1)
        rows.append(row)
    for t in (0.06, 0.16, 0.32, 0.55, 0.8, 1.0):
        row = eaves * (1 - t) + t * np.array([0.5 * sum(cabin.roof), 0, 0])
        row[:, 1] = cabin.top + cabin.crown * (1 - (1 - t) ** 2) ** 0.7
        rows.append(row)
    grid = np.stack(rows)
    finish = np.full((len(rows) - 1, len(corners) - 1), PAINT, np.int8)
    middle = 0.5 * (corners[1:] + corners[:-1])
    place = (np.cos(middle) * np.abs(np.cos(middle)) ** (power - 1) + 1) / 2
    side = np.abs(np.sin(middle)) > np.abs(np.cos(middle)) ** 1.0
    pillar = np.zeros(len(middle), bool)
    for at in cabin.pillars:
        pillar |= side & (np.abs(place - at) < 0.022)
    corner = np.abs(np.abs(np.tan(middle)) - 1) < 0.16
    finish[2:4, ~(pillar | corner)] = GLASS
    finish[4:5, ~(pillar | corner)] = GLASS
    shell = sheet(grid, paint, finish)
    panes = shell.finish == GLASS
    glass = shell._replace(colour=np.broadcast_to(np.asarray(_INTERIOR, np.float32), shell.colour.shape))
    return merged([mesh._replace(faces=mesh.faces[some], finish=mesh.finish[some]) for mesh, some in ((shell, ~panes), (glass, panes))])


def _wheel(radius: float, spokes: int, whitewall: bool) -> Mesh:
    """A tyre with its rim, its axle along z, its outer side towards the viewer."""
    rim = radius * 0.64
    tyre = turned_profile([(rim, 0.0), (rim * 1.02, 0.03), (radius * 0.93, 0.035), (radius, 0.0), (radius, -0.16), (radius * 0.9, -0.2)], _RUBBER, MATT, sides=36)
    parts = [tyre]
    if whitewall:
        parts.append(turned_profile([(rim, 0.036), (radius * 0.86, 0.040)], (0.8, 0.79, 0.75), MATT, sides=36))
    if spokes:
        parts.append(turned_profile([(0.0, -0.05), (rim * 0.98, -0.05)], _DARK, MATT, sides=24))
        parts.append(turned_profile([(rim * 0.88, 0.012), (rim * 0.94, 0.03), (rim, 0.028)], _SILVER, CHROME, sides=36))
        angle = np.arange(spokes) * (2 * np.pi / spokes) + 0.3
        out = np.stack([np.sin(angle), np.zeros(spokes), np.cos(angle)], axis=1)
        flat = np.stack([np.cos(angle), np.zeros(spokes), -np.sin(angle)], axis=1)
        inner, outer = 0.12 * rim, 0.92 * rim
        w = 0.16 * rim
        up = np.array([0, 0.02, 0])
        bars = np.stack([out * inner - flat * w + up, out * outer - flat * w * 0.8 + up, out * outer + flat * w * 0.8 + up, out * inner + flat * w + up], axis=1)
        parts.append(quads(bars, _SILVER, CHROME, normal=np.broadcast_to(np.array([0, 1.0, 0]), (spokes, 3))))
        parts.append(turned_profile([(0.2 * rim, 0.02), (0.17 * rim, 0.035), (0.0, 0.04)], _SILVER, CHROME, sides=20))
    else:
        parts.append(turned_profile([(rim, 0.01), (rim * 0.97, 0.025), (rim * 0.80, 0.005), (rim * 0.72, 0.0)], (0.30, 0.29, 0.27), MATT, sides=36))
        parts.append(turned_profile([(rim * 0.74, 0.0), (rim * 0.66, 0.035), (rim * 0.4, 0.065), (0.0, 0.08)], _STEEL, CHROME, sides=32))
    wheel = merged(parts)
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32)  # the profile's axis towards the viewer
    return moved(wheel._replace(position=wheel.position @ upright.T, normal=wheel.normal @ upright.T), (0, radius, 0))


def _pod(centre: tuple[float, float, float], size: tuple[float, float, float], paint: Vector, arch: float, axle: float, wheel: float) -> Mesh:
    """A wing over a wheel of an old car: half an ellipsoid, open around the wheel."""
    u, v = np.linspace(0, np.pi, 41)[:, None], np.linspace(0, np.pi, 21)[None]
    x = centre[0] - size[0] * np.cos(u) * np.ones_like(v)
    y = centre[1] + size[1] * np.sin(u) ** 0.8 * np.sin(v)
    z = centre[2] + size[2] * np.sin(u) ** 0.6 * np.cos(v)
    inside = arch**2 - (x - axle) ** 2
    y = np.maximum(y, np.where((inside > 0) & (z > centre[2] - 2), wheel + np.sqrt(np.maximum(inside, 0)), 0.0))
    return sheet(np.stack([x, y, z], axis=2).transpose(1, 0, 2)[::-1], paint, PAINT)


def _line(body: Body, points: Array, width: float, colour: Vector, finish: int = MATT) -> Mesh:
    """A strip that lies on the body's sides along points (n, 2) of the side view."""
    dense = np.concatenate([np.linspace(a, b, 8, endpoint=False) for a, b in zip(points[:-1], points[1:], strict=True)] + [points[-1:]])
    way = np.gradient(dense, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    side = np.stack([-way[:, 1], way[:, 0]], axis=1) * width / 2
    strips = []
    for edge in (dense - side, dense + side):
        low, high = _floor(body, edge[:, 0]), np.asarray(_curve(body.top)(edge[:, 0]))
        z = _half_width(body, edge[:, 0], np.clip(edge[:, 1], low, high), low, high) + 0.012
        strips.append(np.stack([edge[:, 0], edge[:, 1], z], axis=1))
    strip = np.stack(strips)
    return _both(sheet(strip, colour, finish)._replace(normal=_outward(body, strip).reshape(-1, 3)))


def _both(mesh: Mesh) -> Mesh:
    """A mesh and its mirror image on the car's other side."""
    mirror = np.array([1, 1, -1], np.float32)
    return merged([mesh, mesh._replace(position=mesh.position * mirror, normal=mesh.normal * mirror)])


def _lamp(centre: tuple[float, float, float], radii: tuple[float, float, float], lit: bool, *, red: bool = False) -> Mesh:
    """A pair of lamps."""
    glow = _RED_LAMP if red else _WARM_LAMP
    dull = (0.30, 0.012, 0.010) if red else (0.72, 0.75, 0.78)
    return _both(ball(centre, radii, glow if lit else dull, GLOW if lit else GLASS, sides=16))


def _modern_details(body: Body, kind: str, paint: Vector, lamps: bool) -> list[Mesh]:
    """Doors, handles, lamps, grille and bumpers of a saloon or sports car."""
    front, rear = body.top[-1][0], body.top[0][0]
    parts = []
    sill, high = body.bottom + 0.09, 0.90 if kind == "plain" else 0.76
    doors = [[(0.95, high - 0.02), (0.98, 0.5), (0.82, sill), (-0.10, sill), (-0.12, high)], [(-0.12, sill), (-0.75, sill), (-0.98, 0.62), (-0.95, high)]]
    if kind == "sports":
        doors = [[(0.62, high - 0.02), (0.68, 0.45), (0.52, sill), (-0.50, sill), (-0.72, 0.55), (-0.66, high)]]
    parts += [_line(body, np.array(points), 0.018, _DARK) for points in doors]
    handles = ((0.02, 0.80), (-0.86, 0.80)) if kind == "plain" else ((-0.52, 0.66),)
    parts += [_line(body, np.array([(x, y), (x + 0.19, y)]), 0.035, _STEEL, CHROME) for x, y in handles]
    sill_ends = body.wheels[0] + body.arch + 0.02, body.wheels[1] - body.arch - 0.02
    parts.append(_line(body, np.array([(x, body.bottom + 0.045) for x in sill_ends]), 0.09, _DARK))
    half, rear_half = (float(_curve(body.half_width)(x)) for x in (front - 0.16, rear + 0.08))
    if kind == "plain":
        parts.append(_lamp((front - 0.13, 0.66, half * 0.76), (0.135, 0.075, 0.16), lamps))
        low, high_y, reach = 0.50, 0.64, 0.42
        bars = np.linspace(low, high_y, 5)[:, None] * np.array([0, 1, 0]) + np.array([front, 0, 0])
        parts.append(boxes(bars - np.array([0.06, 0.008, reach]), bars + np.array([0.035, 0.008, reach]), _STEEL, CHROME))
        parts.append(boxes((front - 0.02, 0.30, -0.24), (front + 0.11, 0.40, 0.24), (0.8, 0.8, 0.78), MATT))
        bumper = np.array([(front - 0.42, 0.42, 0.82), (front - 0.10, 0.42, 0.72), (front + 0.06, 0.42, 0.4), (front + 0.08, 0.42, 0)])
        back = bumper * np.array([-1, 1, 1]) + np.array([front + rear, 0.02, 0])
        for bar in (bumper, back):
            parts.append(_both(tubes(bar[:-1], bar[1:], (0.055, 0.055), _STEEL, CHROME, sides=10)))
        mirror = (0.74, 1.0)
    else:
        parts.append(_lamp((front - 0.30, 0.545, half * 0.84), (0.20, 0.042, 0.10), lamps))
        low, high_y, reach = 0.28, 0.35, 0.46
        mirror = (0.45, 0.88)
    parts.append(_lamp((rear + 0.07, 0.74, rear_half * 0.78), (0.08, 0.065, 0.18), lamps, red=True))
    parts.append(boxes((front - 0.10, low, -reach), (front + 0.012, high_y, reach), _DARK, MATT))
    x, y = mirror
    z = float(_curve(body.half_width)(x))
    parts.append(_both(ball((x, y, z + 0.02), (0.075, 0.062, 0.10), paint, PAINT, sides=12)))
    parts.append(_both(tubes((x, y - 0.02, z), (x, y - 0.12, z - 0.16), (0.02, 0.025), _DARK, MATT)))
    return parts


def _old_details(body: Body, paint: Vector, lamps: bool) -> list[Mesh]:
    """Wings, running boards, grille, round lamps and bumpers of a car of the 1940s."""
    rear, front = body.wheels
    parts = [
        _both(_pod((front + 0.02, 0.36, 0.60), (0.72, 0.60, 0.25), paint, body.arch, front, body.wheel)),
        _both(_pod((rear - 0.05, 0.36, 0.60), (0.78, 0.62, 0.25), paint, body.arch, rear, body.wheel)),
        _both(boxes((rear + 0.5, 0.30, 0.55), (front - 0.5, 0.36, 0.84), _DARK, MATT)),
        _both(boxes((rear + 0.5, 0.36, 0.80), (front - 0.5, 0.385, 0.845), _STEEL, CHROME)),
        _lamp((1.72, 0.84, 0.52), (0.17, 0.135, 0.135), lamps),
        _lamp((-2.02, 0.66, 0.62), (0.06, 0.07, 0.07), lamps, red=True),
    ]
    x = 2.03
    parts.append(boxes((x - 0.10, 0.46, -0.23), (x - 0.005, 0.90, 0.23), _DARK, MATT))
    z = np.linspace(-0.21, 0.21, 9)
    parts.append(boxes(np.stack([np.full(9, x - 0.02), np.full(9, 0.46), z - 0.012], axis=1), np.stack([np.full(9, x + 0.03), np.full(9, 0.90), z + 0.012], axis=1), _STEEL, CHROME))
    bumper = np.array([(1.75, 0.40, 0.88), (2.12, 0.40, 0.78), (2.22, 0.40, 0.4), (2.24, 0.40, 0)])
    parts.append(_both(tubes(bumper[:-1], bumper[1:], (0.065, 0.065), _STEEL, CHROME, sides=10)))
    back = bumper * np.array([-1, 1, 1]) - np.array([0.06, 0, 0])
    parts.append(_both(tubes(back[:-1], back[1:], (0.065, 0.065), _STEEL, CHROME, sides=10)))
    parts.append(_line(body, np.array([(-1.7, 0.92), (0.0, 0.95), (1.7, 0.93)]), 0.03, _STEEL, CHROME))
    for door in ([(0.55, 1.02), (0.55, 0.42)], [(-0.28, 1.05), (-0.28, 0.42)]):
        parts.append(_line(body, np.array(door), 0.018, _DARK))
    parts.append(_line(body, np.array([(-0.20, 0.84), (-0.02, 0.84)]), 0.035, _STEEL, CHROME))
    return parts


def _wheels(body: Body) -> Mesh:
    """Four wheels, and the dark under the car."""
    parts = []
    for x in body.wheels:
        wheel = moved(_wheel(body.wheel, body.spokes, body.fenders), (x, 0, body.track - 0.04))
        parts.append(_both(wheel))
    rear, front = body.top[0][0] + 0.25, body.top[-1][0] - 0.25
    half = (0.52 if body.fenders else 0.66)
    parts.append(boxes((rear, 0.16, -half), (front, body.bottom + 0.25, half), _DARK, MATT))
    for x in body.wheels:
        parts.append(boxes((x - body.arch, 0.16, -half), (x + body.arch, body.wheel + body.arch + 0.02, half), _DARK, MATT))
    return merged(parts)


@lru_cache(maxsize=8)
def _assembled(kind: str, lamps: bool) -> Mesh:
    """A car on the origin, its bonnet to the right, unpainted: where its lacquer comes the colour is below 0."""
    body = BODIES[kind]
    details = _old_details(body, _UNPAINTED, lamps) if kind == "old" else _modern_details(body, kind, _UNPAINTED, lamps)
    return merged([_shell(body, _UNPAINTED), _cabin(body.cabin, _UNPAINTED), _wheels(body), *details])


def car(colour: str, kind: str, width: float, light: Illumination, rng: np.random.Generator, *, lamps: bool) -> Sprite:
    """A car seen from the side or from before.

    Args:
        colour: "yellow", "red", "blue", "white" or "black".
        kind: "old" of the 1940s, "sports" or "plain", a saloon.
        width: Pixels of the sprite.
        light: What lights it, and what it mirrors.
        rng: Source of randomness: where it heads, and its paint's shade.
        lamps: Whether they are lit.
    """
    paint = np.asarray(varied(tint(_PAINTS[colour]), rng, 0.05), np.float32)
    mesh = _assembled(kind, lamps)
    mesh = mesh._replace(colour=np.where(mesh.colour < 0, paint, mesh.colour))
    angle = float(rng.uniform(0.10, 0.85))
    mesh = turned(mesh, -angle)
    if rng.random() < 0.5:  # it heads to the left
        flip = np.array([-1, 1, 1], np.float32)
        mesh = mesh._replace(position=mesh.position * flip, normal=mesh.normal * flip)
    near = _EYE.distance / (_EYE.distance - mesh.position[:, 2])
    wide = float(np.ptp(mesh.position[:, 0] * near))
    swept = replace(light, snow=0.6 * light.snow)  # it was driven
    sprite = portray(mesh, width / wide, swept, _EYE, finer=3 if width < 110 else 2)
    under = mesh.position[mesh.position[:, 1] < 0.3] * np.array([1, 0, 1], np.float32)
    return shaded_below(sprite, under, width / wide, _EYE)
