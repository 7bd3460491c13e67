"""A landscape, from what it shows to its picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.landscapes.air import add_air
from likeness.synthetic.landscapes.composition import compose
from likeness.synthetic.landscapes.daylight import clear_of_land, daylight
from likeness.synthetic.landscapes.fantasy import add_lights, add_moon, floating_rocks
from likeness.synthetic.landscapes.finish import exposure, finish
from likeness.synthetic.landscapes.ground import paint_ground
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.palette import illumination, palette_of
from likeness.synthetic.landscapes.places import place_things
from likeness.synthetic.landscapes.plants import grow, growth_of
from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.sky import add_stars, paint_sky_at, sky_of
from likeness.synthetic.landscapes.standing import Cutouts, cast_shadow, foot_of, put
from likeness.synthetic.landscapes.street import draw_lamps, draw_rows, rows_of, shade_street
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
    seen = look(view, terrain)
    light = clear_of_land(daylight(landscape, air), seen.depth, view)
    sky = sky_of(light, air)
    palette = palette_of(landscape, terrain.mountains, looks)
    waves = waves_of(landscape, light, palette.deep, looks)
    growth = growth_of(landscape, light, palette, looks)

    image = paint_sky_at(view, sky, min(size, view.size))
    horizon = image[-1].copy()
    add_stars(image, view, light.stars, air)
    if landscape.fantasy and landscape.weather in ("clear", "cloudy"):
        add_moon(image, view, light.cloud_light, air)
    lamps = light.night or (landscape.hour == "sunset" and landscape.seed % 3 == 0)
    sprite_light = illumination(light, palette)
    cutouts = Cutouts(landscape, sprite_light, lamps=lamps)
    things = place_things(landscape, view, terrain, place)
    sprites = [cutouts.of(thing, view.focal * thing.metres / thing.depth) for thing in things]
    sunlit = np.ones(seen.depth.shape, np.float32)
    for thing, sprite in zip(things, sprites, strict=True):
        cast_shadow(sunlit, seen.depth, sprite, thing, view, terrain, light.sun)
    rows = rows_of(terrain, place)
    if landscape.kind == "street":
        shade_street(sunlit, seen.depth, rows, view, light.sun)
    clouded = 0.75 * light.cover if landscape.weather in ("clear", "cloudy") else 0.0
    paint_ground(image, view, terrain, palette, seen, sunlit, light.sun, light.sun_colour, light.ambient, clouded)

    wet = seen.water > 0.5
    depth = seen.depth.copy()

    def breathe(visibility: float, low: float, where: NDArray[np.bool_]) -> None:
        add_air(image, np.where(where, depth, np.inf).astype(np.float32), horizon, visibility, view, low)

    breathe(light.visibility, 0.0, ~wet)
    if landscape.fantasy:
        for rock, foot, away in floating_rocks(view, sprite_light, palette, looks):
            put(image, depth, rock, foot, away, horizon, light.visibility)
    if landscape.kind == "street":
        draw_rows(
            image, depth, rows, view, sprite_light, horizon, light.visibility, lit_windows=lamps, seed=landscape.seed
        )
        draw_lamps(image, depth, terrain, view, lit=lamps, rng=looks)

    def stand(beyond: float, up_to: float) -> None:
        for thing, sprite in zip(things, sprites, strict=True):
            if beyond <= thing.depth < up_to:
                put(image, depth, sprite, foot_of(thing, view, terrain), thing.depth, horizon, light.visibility)

    shore = float(seen.depth[wet].min()) if wet.any() else 0.0
    stand(shore, np.inf)
    if wet.any():
        wet &= depth == seen.depth
        paint_water(image, image.copy(), view, terrain, seen._replace(depth=depth, water=wet.astype(np.float32)), waves)
        breathe(light.visibility, 0.0, wet)
    if landscape.hour == "dawn" and landscape.weather in ("clear", "cloudy"):
        breathe(700.0, 1.0, np.ones_like(wet))
    stand(0.0, shore)
    if landscape.kind != "street":
        grow(image, view, terrain, growth, depth, sunlit, horizon, light.visibility)
    if landscape.fantasy:
        add_lights(image, view, looks)
    if landscape.weather == "rain":
        add_rain(image, grain)
    if landscape.season == "winter" and landscape.weather == "cloudy" and landscape.seed % 2:
        add_snowfall(image, grain)
    return finish(image, size, exposure(image, light), grain)
