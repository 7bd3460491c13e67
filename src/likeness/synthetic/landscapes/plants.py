"""What grows before the viewer's feet, blade by blade: grass, dry tufts, wheat, flowers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.landscapes.daylight import Daylight
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.palette import Palette
from likeness.synthetic.landscapes.plane_noise import chance, fractal
from likeness.synthetic.landscapes.terrain import NO_WATER, Terrain, ground_height, inland, off_path
from likeness.synthetic.landscapes.view import View, across, row_of
from likeness.synthetic.vectors import Array, Vector, add_scaled, mix, times

FARTHEST_BLADE = 55.0
"""Metres up to which blades are drawn one by one."""


class Growth(NamedTuple):
    """What grows near by; colours are linear RGB, lengths metres.

    Attributes:
        seed: Of every blade.
        blades: Blades tried.
        height: Of a blade.
        width: Of a blade at its root.
        lean: Bend by the wind, as a share of the height.
        root: Colour at the ground, dark and bright blades alike.
        tip: Two colours of the tips.
        tip_other: See ``tip``.
        ears: Share of blades that carry an ear of corn.
        blooms: Share of blades that carry a flower.
        flower: Two colours of flowers.
        flower_other: See ``flower``.
        bare: Share of blades left out, under snow.
        direct: The sun's light on the blades.
        diffuse: The sky's.
        through: Light that shines through them from behind.
    """

    seed: int
    blades: int
    height: float
    width: float
    lean: float
    root: Vector
    tip: Vector
    tip_other: Vector
    ears: float
    blooms: float
    flower: Vector
    flower_other: Vector
    bare: float
    direct: Vector
    diffuse: Vector
    through: float


def growth_of(landscape: Landscape, light: Daylight, palette: Palette, rng: np.random.Generator) -> Growth:
    """What grows near by in a landscape, in its light."""
    seed, lean, tall = int(rng.integers(2**31)), float(rng.normal(0, 0.25)), float(rng.uniform(0.75, 1.25))
    ground = landscape.ground
    height = {"green": 0.24, "dry": 0.36, "wheat": 0.80, "flowers": 0.34}[ground]
    backlit = max(-light.sun[2], 0.0)
    return Growth(
        seed=seed,
        blades={"green": 5200, "dry": 4200, "wheat": 6200, "flowers": 5600}[ground],
        height=height * tall * (0.7 if landscape.season == "winter" else 1.0),
        width={"green": 0.016, "dry": 0.014, "wheat": 0.018, "flowers": 0.016}[ground],
        lean=lean,
        root=times(palette.near, 0.55),
        tip=palette.near,
        tip_other=times(palette.near_bright, 1.15),
        ears=0.75 if ground == "wheat" else 0.0,
        blooms=0.34 * palette.bloom,
        flower=palette.flower,
        flower_other=palette.flower_other,
        bare=0.90 if landscape.season == "winter" else 0.0,
        direct=times(light.sun_colour, 0.35 + 0.55 * light.sun[1]),
        diffuse=light.ambient,
        through=0.45 * backlit,
    )


@inlined
def _lay(image: Array, row: int, left: float, right: float, colour: Vector, share: float) -> None:
    """Cover a row from ``left`` to ``right`` (columns, fractions count) in place."""
    for column in range(max(int(left), 0), min(int(right) + 1, image.shape[1])):
        cover = share * max(min(right, column + 1.0) - max(left, float(column)), 0.0)
        for channel in range(3):
            image[row, column, channel] += cover * (colour[channel] - image[row, column, channel])


@compiled
def grow(
    image: Array, view: View, t: Terrain, g: Growth, depth: Array, sunlit: Array, horizon: Array, visibility: float
) -> None:
    """Draw every blade in place, far ones first.

    Args:
        image: (size, size, 3) linear RGB.
        view: The perspective.
        t: The land.
        g: What grows there.
        depth: (size, size) metres of what is drawn already; nearer things hide blades.
        sunlit: (size, size) share of the sun that reaches the ground.
        horizon: (size, 3) the sky at the horizon.
        visibility: Metres after which a third of the contrast is left.
    """
    size = view.size
    nearest = max(0.62 * view.eye * view.focal / (size - view.horizon), 1.5)
    unit = size / 384.0
    for i in range(g.blades):
        share = ((i + chance(i, 1, g.seed)) / g.blades) ** 1.5
        away = 1.0 / ((1 - share) / FARTHEST_BLADE + share / nearest)
        column = (1.1 * chance(i, 2, g.seed) - 0.05) * size
        x = across(view, column, away)
        if chance(i, 3, g.seed) < g.bare:
            continue
        if off_path(t, x, away) < t.path_width * (0.46 + 0.2 * chance(i, 4, g.seed)):
            continue
        if t.water != NO_WATER and inland(t, x, away) < t.bank * (0.9 + 0.6 * chance(i, 5, g.seed)):
            continue
        stand = fractal(x / 3.0, away / 3.0, g.seed + 1, 2.0)
        tall = g.height * (0.55 + 0.7 * chance(i, 6, g.seed) + 0.9 * stand)
        if tall <= 0.03:
            continue
        foot = row_of(view, ground_height(t, x, away), away)
        seen_row, seen_column = min(max(int(foot), 0), size - 1), min(max(int(column), 0), size - 1)
        if foot < size and float(depth[seen_row, seen_column]) < 0.86 * away - 0.3:
            continue
        lit = float(sunlit[seen_row, seen_column])
        length = view.focal * tall / away
        thick = max(view.focal * g.width / away, 0.55 * unit)
        lean = g.lean + 0.45 * (chance(i, 7, g.seed) - 0.5)
        tip = mix(g.tip, g.tip_other, chance(i, 8, g.seed))
        blooming = chance(i, 9, g.seed) < g.blooms * (0.6 + 2.5 * max(stand + 0.15, 0.0))
        eared = chance(i, 10, g.seed) < g.ears
        clear = math.exp(-away / visibility)
        rows = max(int(length), 1)
        for j in range(rows + 1):
            s = j / rows
            row = int(foot - length * s)
            if row < 0 or row >= size:
                continue
            middle = column + lean * length * s * s
            half = 0.5 * thick * (1.05 - 0.75 * s)
            if eared and s > 0.72:
                half = 0.5 * thick * (1.9 - 1.2 * abs(s - 0.85) / 0.15)
            albedo = mix(g.root, tip, s)
            light = add_scaled(times(g.diffuse, 0.45 + 0.55 * s), g.direct, lit * (0.25 + 0.75 * s))
            light = add_scaled(light, g.direct, g.through * s * lit)
            colour = (albedo[0] * light[0], albedo[1] * light[1], albedo[2] * light[2])
            c = min(max(int(middle), 0), size - 1)
            if row < size and float(depth[row, c]) < 0.80 * away - 0.5:
                continue
            air = (float(horizon[c, 0]), float(horizon[c, 1]), float(horizon[c, 2]))
            _lay(image, row, middle - half, middle + half, mix(air, colour, clear), 0.92)
        if blooming:
            radius = max(view.focal * 0.045 * (0.7 + 0.6 * chance(i, 11, g.seed)) / away, 0.7 * unit)
            petal = g.flower if chance(i, 12, g.seed) < 0.6 else g.flower_other
            light = add_scaled(times(g.diffuse, 1.0), g.direct, lit)
            head_row, head_column = foot - length, column + lean * length
            for row in range(max(int(head_row - radius), 0), min(int(head_row + radius) + 1, size)):
                up = (row + 0.5 - head_row) / radius
                half = radius * math.sqrt(max(1.0 - up * up, 0.0))
                shade = 0.85 - 0.25 * up
                colour = (petal[0] * light[0] * shade, petal[1] * light[1] * shade, petal[2] * light[2] * shade)
                c = min(max(int(head_column), 0), size - 1)
                if float(depth[row, c]) < 0.80 * away - 0.5:
                    continue
                air = (float(horizon[c, 0]), float(horizon[c, 1]), float(horizon[c, 2]))
                _lay(image, row, head_column - half, head_column + half, mix(air, colour, clear), 0.95)
