"""A car's lacquered body and its cabin, as smooth sheets."""

from __future__ import annotations

import math

import numpy as np
from scipy.interpolate import PchipInterpolator

from likeness.synthetic.landscapes.objects.car_bodies import Body, Cabin, Curve
from likeness.synthetic.landscapes.objects.finishes import GLASS, PAINT
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.solids import sheet
from likeness.synthetic.vectors import Array, Floats, Vector


def curve(points: Curve) -> PchipInterpolator:
    """A curve through points that does not overshoot them."""
    x, value = zip(*points, strict=True)
    return PchipInterpolator(x, value)


def _section(body: Body, x: Floats, y: Floats, z: Floats) -> Array:
    """0 on the body, more outside: a superellipse over one that tucks in a little, along x."""
    low, high = floor_height(body, x), np.asarray(curve(body.top)(x))
    middle = low + body.widest * (high - low)
    above = np.maximum(y - middle, 0) / np.maximum(high - middle, 0.01)
    below = np.clip((middle - y) / np.maximum(middle - low, 0.01), 0, 1)
    across = z / (curve(body.half_width)(x) * (1 - 0.10 * below**2.5))
    return np.asarray(np.abs(across) ** body.flat + above**body.flat - 1)


def outward(body: Body, points: Floats) -> Array:
    """Unit normals (…, 3) at points of the body."""
    step, normal = 2e-3, np.empty_like(points)
    for axis in range(3):
        offset = np.eye(3)[axis] * step
        ahead, behind = points + offset, points - offset
        normal[..., axis] = _section(body, *np.moveaxis(ahead, -1, 0)) - _section(body, *np.moveaxis(behind, -1, 0))
    return np.asarray(normal / (np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9), np.float32)


def floor_height(body: Body, x: Floats) -> Array:
    """Height of the body's lower edge, which rises at its ends."""
    front, rear = body.top[-1][0], body.top[0][0]
    return np.asarray(body.bottom + 0.10 * np.clip(1 - np.minimum(x - rear, front - x) / 0.25, 0, 1) ** 2)


def half_width(body: Body, x: Floats, y: Floats, low: Floats, high: Floats) -> Array:
    """Half the body's width at heights ``y`` of the sections at ``x``: a superellipse that tucks in below."""
    middle = low + body.widest * (high - low)
    above = np.clip((y - middle) / np.maximum(high - middle, 0.01), 0, 1)
    below = np.clip((middle - y) / np.maximum(middle - low, 0.01), 0, 1)
    section = (1 - above**body.flat) ** (1 / body.flat) * (1 - 0.10 * below**2.5)
    return np.asarray(curve(body.half_width)(x) * section, np.float32)


def _stations(body: Body) -> Array:
    """Where along x the body is cut: closer at its ends and at the wheel arches."""
    ends = body.top[0][0], body.top[-1][0]
    marks = [np.linspace(*ends, 64)]
    marks += [axle + body.arch * np.cos(np.linspace(0, np.pi, 25)) for axle in body.wheels]
    marks += [ends[0] + 0.18 * np.linspace(0, 1, 8) ** 2, ends[1] - 0.18 * np.linspace(0, 1, 8) ** 2]
    return np.unique(np.round(np.concatenate(marks), 4))


def shell(body: Body, paint: Vector) -> Mesh:
    """The body without cabin, cut out at the wheel arches."""
    x = _stations(body)
    high = np.asarray(curve(body.top)(x))
    floor = floor_height(body, x)
    bottom = floor.copy()
    if not body.fenders:
        for axle in body.wheels:
            inside = body.arch**2 - (x - axle) ** 2
            bottom = np.maximum(bottom, np.where(inside > 0, body.wheel + np.sqrt(np.maximum(inside, 0)), 0))
    bottom = np.minimum(bottom, high - 0.02)
    share = np.concatenate([np.linspace(0, 0.75, 14), 1 - 0.25 * np.linspace(1, 0, 14)[1:] ** 2.2])
    y = bottom[:, None] + share * (high - bottom)[:, None]
    z = half_width(body, x[:, None], y, floor[:, None], high[:, None])
    left = np.stack([np.broadcast_to(x[:, None], y.shape), y, z], axis=2)
    right = left[:, ::-1] * np.array([1, 1, -1])
    grid = np.concatenate([left, right[:, 1:]], axis=1)
    side = sheet(grid, paint, PAINT)._replace(normal=outward(body, grid).reshape(-1, 3))
    caps = []
    for i, way in ((0, -1.0), (-1, 1.0)):
        middle = np.broadcast_to(np.array([x[i], 0.5 * (floor[i] + high[i]), 0]), grid[i].shape)
        cap = sheet(np.stack([grid[i], middle]), paint, PAINT)
        caps.append(cap._replace(normal=np.broadcast_to(np.array([way, 0, 0], np.float32), cap.normal.shape)))
    return merged([side, *caps])


_INTERIOR = (0.030, 0.032, 0.036)


def cabin(cabin: Cabin, paint: Vector) -> Mesh:
    """Glass between pillars, and the roof."""
    corners = np.linspace(0, 2 * np.pi, 97)
    # a superellipse in plan; the parameter runs evenly along the sides
    power = 2 / cabin.round
    cos, sin = np.cos(corners), np.sin(corners)
    along, across = np.sign(cos) * np.abs(cos) ** power, np.sign(sin) * np.abs(sin) ** power

    def ring(ends: tuple[float, float], half: float, height: float | Floats) -> Array:
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
    return merged(
        [
            mesh._replace(faces=mesh.faces[some], finish=mesh.finish[some])
            for mesh, some in ((shell, ~panes), (glass, panes))
        ]
    )
