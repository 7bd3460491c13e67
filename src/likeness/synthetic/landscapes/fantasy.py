"""What no land on earth has: floating rocks, a second moon, lights in the air."""

from __future__ import annotations

import math

import cv2
import numpy as np

from likeness.synthetic.compiled import compiled
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.palette import Palette
from likeness.synthetic.landscapes.plane_noise import fractal, plane_noise
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, mix, normalised, times


@compiled
def _rock(colour: Array, alpha: Array, p: Palette, sun: Vector, light: Vector, sky: Vector, seed: int) -> None:
    """A rock pointed below and level above, grass on it, lit, in place."""
    rows, columns = alpha.shape
    for row in range(rows):
        v = (row + 0.5) / rows
        for column in range(columns):
            u = 2 * (column + 0.5) / columns - 1
            top = 0.20 + 0.09 * fractal(u * 2.2, 0.5, seed, 4.0) * 2
            down = (v - top) / (1 - top)
            edge = 0.92 * (1 - max(down, 0.0)) ** 0.62 * (1 + 0.45 * fractal(3 * v, u * 1.5, seed + 1, 4.0))
            inside = (edge - abs(u)) * columns * 0.5
            if down < 0 or inside <= 0:
                continue
            alpha[row, column] = min(inside, 1.0) * min((v - top) * rows, 1.0)
            grass = down < 0.09 + 0.10 * fractal(u * 6, 2.5, seed + 2, 3.0)
            bump = 1.6 * (fractal(u * 3 + 0.05, v * 5, seed + 3, 4.0) - fractal(u * 3 - 0.05, v * 5, seed + 3, 4.0))
            round_x = u / max(edge, 0.05)
            if grass:
                albedo, normal = mix(p.grass, p.grass_bright, 0.5 + plane_noise(u * 9, v * 9, seed)), (0.0, 1.0, 0.3)
                albedo = mix(albedo, (0.76, 0.78, 0.82), p.snow)
            else:
                grain = 0.5 + 1.4 * fractal(u * 4, v * 7, seed + 4, 5.0)
                albedo = mix(p.rock_dark, p.rock, min(max(grain, 0.0), 1.0))
                normal = normalised((0.8 * round_x + 4 * bump, -0.25, 0.8))
            facing = max(dot(normal, sun), 0.0)
            lit = add_scaled(times(sky, 0.55 + 0.35 * normal[1]), light, facing)
            for channel in range(3):
                colour[row, column, channel] = albedo[channel] * lit[channel]


def floating_rock(width: float, light: Illumination, palette: Palette, rng: np.random.Generator) -> Sprite:
    """A rock so many pixels wide that floats; its foot is its point."""
    columns, rows = max(round(width), 4), max(round(width * float(rng.uniform(0.75, 1.35))), 4)
    colour, alpha = np.zeros((rows, columns, 3), np.float32), np.zeros((rows, columns), np.float32)
    _rock(colour, alpha, palette, light.sun, light.sun_colour, light.sky_colour, int(rng.integers(2**31)))
    return Sprite(colour, alpha, (columns / 2, rows))


def floating_rocks(
    view: View, light: Illumination, palette: Palette, rng: np.random.Generator
) -> list[tuple[Sprite, tuple[float, float], float]]:
    """Two to five rocks in the sky, the far ones small: sprite, column and row of the point, metres away; far first."""
    rocks = []
    for away in sorted(rng.uniform(500, 3500, int(rng.integers(2, 6))), reverse=True):
        width = view.size * float(rng.uniform(60, 130)) / (120.0 + away * 0.45)
        column = float(rng.uniform(0.05, 0.95)) * view.size
        row = float(rng.uniform(0.35, 0.9)) * view.horizon
        rocks.append((floating_rock(width, light, palette, rng), (column, row), float(away)))
    return rocks


def add_moon(image: Array, view: View, colour: Vector, rng: np.random.Generator) -> None:
    """A great pale moon in the sky in place, lit from one side, with or without a ring."""
    radius = float(rng.uniform(0.07, 0.17)) * view.size
    x, y = float(rng.uniform(0.12, 0.88)) * view.size, float(rng.uniform(0.10, 0.5)) * view.horizon
    lit_from, ringed = float(rng.uniform(0, 2 * math.pi)), bool(rng.random() < 0.4)
    offsets = rng.uniform(0, 100, 2)
    rows, columns = np.mgrid[0 : view.size, 0 : view.size].astype(np.float32)
    u, v = (columns - x) / radius, (rows - y) / radius
    distance = np.hypot(u, v)
    disc = np.clip((1 - distance) * radius + 0.5, 0, 1)
    deep = np.sqrt(np.clip(1 - distance**2, 0, 1))
    lit = np.clip(0.55 * deep + 0.8 * (u * math.cos(lit_from) + v * math.sin(lit_from)) + 0.1, 0, 1)
    bands = cv2.resize(
        rng.standard_normal((24, 8)).astype(np.float32), (view.size, view.size), interpolation=cv2.INTER_CUBIC
    )
    tint = np.array(colour, np.float32) * (0.85 + 0.12 * bands[..., None])
    above = (rows < view.horizon)[..., None]
    body = image * 0.55 + tint * lit[..., None] * 0.75
    image += (disc[..., None] * above) * (body - image)
    if ringed:
        turn = float(offsets[0])
        along = u * math.cos(turn) + v * math.sin(turn)
        beside = (v * math.cos(turn) - u * math.sin(turn)) / 0.28
        around = np.hypot(along, beside)
        ring = np.exp(-(((around - 1.75) / 0.22) ** 2)) * ((beside > 0) | (distance > 1))
        image += (ring[..., None] * above) * 0.45 * np.array(colour, np.float32)


def add_lights(image: Array, view: View, rng: np.random.Generator) -> None:
    """Glowing motes over the ground in place."""
    hue = rng.uniform(0, 1)
    colour = 0.55 + 0.45 * np.cos(2 * np.pi * (hue + np.array([0.0, 0.33, 0.67])))
    glow = np.zeros(image.shape[:2], np.float32)
    for _ in range(int(rng.integers(24, 50))):
        x, y = rng.uniform(0, 1), rng.beta(2.0, 2.2)
        row = view.horizon * 0.75 + y * (view.size - 0.75 * view.horizon)
        radius = (0.0014 + 0.003 * y * rng.random()) * view.size
        cv2.circle(
            glow,
            (int(x * view.size * 8), int(row * 8)),
            int(radius * 8) + 3,
            float(rng.uniform(0.5, 1)),
            -1,
            cv2.LINE_AA,
            3,
        )
    small = cv2.resize(glow, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    halo = cv2.resize(cv2.GaussianBlur(small, (0, 0), 0.006 * view.size), (view.size, view.size))
    image += (1.5 * glow + 1.6 * halo)[..., None] * colour.astype(np.float32)
