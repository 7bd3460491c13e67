"""The land in the light: every place's material under the sun, the sky and the shadows."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import compiled
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.materials import surface
from likeness.synthetic.landscapes.palette import Palette
from likeness.synthetic.landscapes.plane_noise import fractal
from likeness.synthetic.landscapes.sight import Seen
from likeness.synthetic.landscapes.terrain import Terrain
from likeness.synthetic.landscapes.view import View, across
from likeness.synthetic.vectors import Array, Vector, mix, normalised, times


@compiled
def paint_ground(
    image: Array,
    view: View,
    t: Terrain,
    p: Palette,
    seen: Seen,
    sunlit: Array,
    sun: Vector,
    sun_colour: Vector,
    ambient: Vector,
    clouded: float,
) -> None:
    """Colour every dry pixel of the land in place, without the air before it.

    Args:
        image: (size, size, 3) linear RGB.
        view: The perspective.
        t: The land.
        p: Its colours.
        seen: What each pixel shows.
        sunlit: (size, size) share of the sun that what stands there lets through.
        sun: Unit vector towards it; z towards the viewer.
        sun_colour: Linear RGB.
        ambient: The sky's light, linear RGB.
        clouded: How dark the shadows of clouds are, 0 to 1.
    """
    size = view.size
    for row in range(size):
        for column in range(size):
            depth = float(seen.depth[row, column])
            if not depth < 1e9 or seen.water[row, column] > 0.5:
                continue
            x = across(view, column + 0.5, depth)
            height = view.eye - (row + 0.5 - view.horizon) * depth / view.focal
            slope_x, slope_d = float(seen.slope_x[row, column]), float(seen.slope_depth[row, column])
            steep = math.hypot(slope_x, slope_d)
            wooded = float(seen.wooded[row, column])
            colour, snow = surface(t, p, x, height, depth, steep, wooded)
            # height rises along −z with depth: the normal of h(x, −z)
            normal = normalised((-slope_x, 1.0, slope_d))
            facing = max(normal[0] * sun[0] + normal[1] * sun[1] + normal[2] * sun[2], 0.0)
            facing = 0.75 * facing + 0.25 * max(0.35 + 0.65 * facing, 0.0) * max(sun[1] + 0.15, 0.0)
            open_sky = 0.55 + 0.45 * normal[1]
            if depth < 60.0:
                tuft = fractal(x * 2.3, depth * 1.1, t.seed + 80, 3.0)
                colour = times(colour, 1.0 + 0.55 * tuft * smoothstep(60.0, 12.0, depth))
            shadow = float(sunlit[row, column])
            if clouded > 0:
                drift = fractal(x / 700.0 + 3.7, depth / 900.0, t.seed + 81, 3.0)
                shadow *= 1.0 - clouded * smoothstep(-0.04, 0.14, drift)
            if snow > 0:
                sparkle = 1.0 + 0.30 * fractal(x * 0.16, depth * 0.09, t.seed + 82, 4.0)
                colour = mix(colour, (0.76 * sparkle, 0.78 * sparkle, 0.82 * sparkle), snow)
            light = facing * shadow
            for channel in range(3):
                image[row, column, channel] = colour[channel] * (
                    sun_colour[channel] * light + ambient[channel] * open_sky * (0.65 + 0.35 * shadow)
                )
