"""A landscape, from what it shows to its picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.landscapes.composition import compose
from likeness.synthetic.landscapes.daylight import daylight
from likeness.synthetic.landscapes.finish import finish
from likeness.synthetic.landscapes.ground import add_air, paint_ground
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.palette import palette_of
from likeness.synthetic.landscapes.plants import grow, growth_of
from likeness.synthetic.landscapes.sky import add_stars, paint_sky, sky_of
from likeness.synthetic.landscapes.terrain import NO_WATER, look
from likeness.synthetic.landscapes.water import paint_water, waves_of
from likeness.synthetic.landscapes.weather import add_rain, add_snowfall


def render_landscape(landscape: Landscape, size: int = 256, *, supersampling: float = 1.5) -> NDArray[np.uint8]:
    """Paint a landscape; the same landscape gives the same picture in every process.

    Args:
        landscape: What is seen.
        size: Pixels a side.
        supersampling: Pixels painted a side for each one of the picture.

    Returns:
        (size, size, 3) uint8 sRGB.
    """
    place, air, looks, grain = (np.random.default_rng((landscape.seed, part)) for part in range(4))
    view, terrain = compose(landscape, round(size * supersampling), place)
    light = daylight(landscape, air)
    sky = sky_of(light, air)
    palette = palette_of(landscape, terrain.mountains, looks)

    image = paint_sky(view, sky)
    horizon = image[-1].copy()
    add_stars(image, view, light.stars, air)
    seen = look(view, terrain)
    sunlit = np.ones(seen.depth.shape, np.float32)
    clouded = 0.75 * light.cover if landscape.weather in ("clear", "cloudy") else 0.0
    paint_ground(image, view, terrain, palette, seen, sunlit, light.sun, light.sun_colour, light.ambient, clouded)
    add_air(image, np.where(seen.water > 0.5, np.inf, seen.depth), horizon, light.visibility, view, 0.0)
    if terrain.water != NO_WATER:
        wet = seen.water > 0.5
        paint_water(image, image.copy(), view, terrain, seen, waves_of(landscape, light, palette.deep, looks))
        add_air(image, np.where(wet, seen.depth, np.inf).astype(np.float32), horizon, light.visibility, view, 0.0)
    if landscape.hour == "dawn" and landscape.weather in ("clear", "cloudy"):
        add_air(image, seen.depth, horizon, 700.0, view, 1.0)
    if landscape.kind != "street":
        growth = growth_of(landscape, light, palette, looks)
        grow(image, view, terrain, growth, seen.depth, sunlit, horizon, light.visibility)
    if landscape.weather == "rain":
        add_rain(image, grain)
    if landscape.season == "winter" and landscape.weather == "cloudy" and landscape.seed % 2:
        add_snowfall(image, grain)
    exposure = 1.0
    return finish(image, size, exposure, grain)
