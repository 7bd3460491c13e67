"""Water: what it mirrors, what it swallows, its waves and its foam."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.daylight import Daylight, luminance
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.plane_noise import fractal, plane_noise
from likeness.synthetic.landscapes.sight import Seen
from likeness.synthetic.landscapes.terrain import SEA, Terrain, inland
from likeness.synthetic.landscapes.view import View, across
from likeness.synthetic.vectors import Array, Vector, add_scaled, mix, times


class Waves(NamedTuple):
    """The state of the water.

    Attributes:
        seed: Of the waves.
        steepness: Slope of the waves, 0 for a mirror.
        length: Length of the waves, metres.
        foam: Strength of the surf and the white horses, 0 to 1.
        deep: What comes back from the depth, linear RGB.
        glint: The sun's or moon's light on the waves, linear RGB.
        sun: Unit vector towards it.
    """

    seed: int
    steepness: float
    length: float
    foam: float
    deep: Vector
    glint: Vector
    sun: Vector


def waves_of(landscape: Landscape, light: Daylight, deep: Vector, rng: np.random.Generator) -> Waves:
    """Waves as the weather raises them: the sea's longer than a river's, and a lake at times a mirror."""
    steepness, length, seed = float(rng.uniform(0.5, 1.5)), float(rng.uniform(0.8, 1.6)), int(rng.integers(2**31))
    base = {"sea": 0.085, "river": 0.022}.get(landscape.kind, 0.012)
    rough = {"clear": 1.0, "cloudy": 1.3, "rain": 2.2, "fog": 0.5}[landscape.weather]
    shine = max(luminance(light.disc), 0.3 * luminance(light.sun_colour))
    back = add_scaled(light.ambient, light.sun_colour, 0.35 * max(light.sun[1], 0.1))
    return Waves(
        seed=seed,
        steepness=base * rough * steepness,
        length=length * (2.4 if landscape.kind == "sea" else 0.9),
        foam=1.0 if landscape.weather in ("cloudy", "rain") else 0.35,
        deep=(deep[0] * back[0], deep[1] * back[1], deep[2] * back[2]),
        glint=times(mix(light.sun_colour, light.glow, 0.4), 0.55 * min(shine, 1.5)),
        sun=light.sun,
    )


@inlined
def _mirrored_row(view: View, depth: Array, column: int, below: float, lift: float) -> float:
    """Row of what a level mirror shows.

    A point at height h above the mirror and depth D is seen at f (E − h) / D below the horizon, its image at
    f (E + h) / D, for an eye E above the mirror: the two rows' distances from the horizon add to 2 f E / D.

    Args:
        view: The perspective.
        depth: (size, size) metres.
        column: Column of the picture.
        below: Rows below the horizon of the mirroring pixel.
        lift: 2 f E.
    """
    sky = view.horizon - below
    row = sky
    for _ in range(4):
        r = min(max(int(row), 0), view.size - 1)
        away = float(depth[r, column])
        if not away < 1e9:
            return sky
        row = min(sky + lift / away, view.horizon + below - 1.0)
    return row


@compiled
def paint_water(image: Array, mirrored: Array, view: View, t: Terrain, seen: Seen, waves: Waves) -> None:
    """Paint the pixels of water in place, without the air before them.

    Args:
        image: (size, size, 3) linear RGB.
        mirrored: The same without water, with all that stands beyond it.
        view: The perspective.
        t: The land.
        seen: What each pixel shows.
        waves: The state of the water.
    """
    size = view.size
    height = view.eye - t.level
    lift = 2.0 * view.focal * height
    for row in range(size):
        below = row + 0.5 - view.horizon
        for column in range(size):
            if seen.water[row, column] < 0.5:
                continue
            away = float(seen.depth[row, column])
            x = across(view, column + 0.5, away)
            length = max(waves.length, 0.012 * away)
            wave = fractal(x / (2.2 * length), away / length, waves.seed, 3.0)
            swell = plane_noise(x / 70.0, away / 30.0, waves.seed + 5)
            calm = 0.25 + 0.75 * smoothstep(-0.5, 0.3, swell)
            tilt = waves.steepness * calm * wave
            shift = 2.0 * tilt * view.focal
            sideways = 0.35 * shift * plane_noise(x / length + 9.5, away / length, waves.seed + 7)
            reach = max(below + shift + 0.10 * waves.steepness * view.focal, 0.5)
            c = min(max(int(column + sideways), 0), size - 1)
            mirrored_row = _mirrored_row(view, seen.depth, c, reach, lift)
            # above the picture's edge its topmost sky goes on, drawn out, so that no sun is mirrored twice
            r = min(max(int(mirrored_row if mirrored_row >= 0 else -0.15 * mirrored_row), 0), size - 1)
            picture = (float(mirrored[r, c, 0]), float(mirrored[r, c, 1]), float(mirrored[r, c, 2]))
            grazing = 1.0 - min(max(height / math.hypot(away, height) + tilt, 0.0), 1.0)
            fresnel = 0.10 + 0.86 * grazing**4
            colour = mix(waves.deep, picture, min(fresnel, 0.96))
            if waves.sun[2] < 0:
                sun_column = size * 0.5 - view.focal * waves.sun[0] / waves.sun[2]
                spread = (column - sun_column) / (view.focal * (0.02 + 0.9 * waves.steepness))
                streak = math.exp(-0.5 * spread * spread) * smoothstep(0.02, 0.26, wave * calm)
                colour = add_scaled(colour, waves.glint, streak)
            shore = inland(t, x, away)
            if t.water == SEA:
                colour = mix(
                    colour,
                    (waves.deep[0] * 1.6, waves.deep[1] * 2.4, waves.deep[2] * 2.2),
                    0.5 * smoothstep(-14.0, 0.0, shore),
                )
                edge = shore + 2.4 * plane_noise(x / 9.0, away / 9.0, waves.seed + 11)
                rolls = smoothstep(0.80, 0.97, math.sin(edge * 0.62 + 1.2)) * smoothstep(-26.0, -2.0, edge)
                wash = smoothstep(-2.4, -0.4, edge)
                lace = smoothstep(-0.25, 0.25, fractal(x / 1.4, away / 0.9, waves.seed + 12, 3.0))
                horses = smoothstep(0.30, 0.36, wave) * smoothstep(400.0, 40.0, away) * waves.foam
                white = min((rolls + wash) * (0.35 + 0.65 * lace) + 0.6 * horses, 1.0)
                light = waves.glint
                bright = (
                    0.75 * mirrored[0, c, 0] + 0.2 * light[0],
                    0.75 * mirrored[0, c, 1] + 0.2 * light[1],
                    0.75 * mirrored[0, c, 2] + 0.2 * light[2],
                )
                pale = max(bright[0], bright[1], bright[2]) * 0.6
                colour = mix(
                    colour, (bright[0] * 0.4 + pale, bright[1] * 0.4 + pale, bright[2] * 0.4 + pale), 0.9 * white
                )
            else:
                rim = smoothstep(-1.2, 0.2, shore) * 0.35
                colour = mix(colour, (colour[0] * 0.6, colour[1] * 0.6, colour[2] * 0.55), rim)
            image[row, column, 0] = colour[0]
            image[row, column, 1] = colour[1]
            image[row, column, 2] = colour[2]
