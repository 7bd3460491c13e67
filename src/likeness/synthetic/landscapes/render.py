"""A landscape, from what it shows to its picture."""

from __future__ import annotations

from itertools import compress

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.landscapes.canvas import Canvas
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
from likeness.synthetic.landscapes.standing import Cutouts, cast_shadow, foot_of
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
    palette = palette_of(landscape, terrain.mountains, looks)
    waves = waves_of(landscape, light, palette.deep, looks)
    growth = growth_of(landscape, light, palette, looks)
    street, clear = landscape.kind == "street", landscape.weather in ("clear", "cloudy")
    lamps = light.night or (landscape.hour == "sunset" and landscape.seed % 3 == 0)

    things = place_things(landscape, view, terrain, place)
    rows = rows_of(terrain, place)
    on_things = illumination(light, palette)
    cutouts = Cutouts(landscape, on_things, lamps=lamps)
    sprites = [cutouts.of(thing, view.focal * thing.metres / thing.depth) for thing in things]
    sunlit = np.ones(seen.depth.shape, np.float32)
    for thing, sprite in zip(things, sprites, strict=True):
        cast_shadow(sunlit, seen.depth, sprite, thing, view, terrain, light.sun)
    if street:
        shade_street(sunlit, seen.depth, rows, view, light.sun)

    sky = paint_sky_at(view, sky_of(light, air), min(size, view.size))
    canvas = Canvas(view, sky, seen.depth.copy(), sky[-1].copy(), light.visibility)
    add_stars(sky, view, light.stars, air)
    if landscape.fantasy and clear:
        add_moon(sky, view, light.cloud_light, air)
    clouded = 0.75 * light.cover if clear else 0.0
    paint_ground(
        canvas.image, view, terrain, palette, seen, sunlit, light.sun, light.sun_colour, light.ambient, clouded
    )
    wet = seen.water > 0.5
    canvas.fade(~wet)
    if landscape.fantasy:
        for rock, foot, away in floating_rocks(view, on_things, palette, looks):
            canvas.put(rock, foot, away)
    if street:
        draw_rows(canvas, rows, on_things, lit_windows=lamps, seed=landscape.seed)
        draw_lamps(canvas, terrain, lit=lamps, rng=looks)

    shore = float(seen.depth[wet].min()) if wet.any() else 0.0
    beyond = [thing.depth >= shore for thing in things]  # mirrored in the water, if there is any
    for thing, sprite in compress(zip(things, sprites, strict=True), beyond):
        canvas.put(sprite, foot_of(thing, view, terrain), thing.depth)
    if wet.any():
        wet &= canvas.depth == seen.depth
        uncovered = seen._replace(depth=canvas.depth, water=wet.astype(np.float32))
        paint_water(canvas.image, canvas.image.copy(), view, terrain, uncovered, waves)
        canvas.fade(wet)
    if landscape.hour == "dawn" and clear:
        canvas.fade(np.ones_like(wet), mist=700.0)
    for thing, sprite in compress(zip(things, sprites, strict=True), np.logical_not(beyond)):
        canvas.put(sprite, foot_of(thing, view, terrain), thing.depth)
    if not street:
        grow(canvas.image, view, terrain, growth, canvas.depth, sunlit, canvas.horizon, light.visibility)

    if landscape.fantasy:
        add_lights(canvas.image, view, looks)
    if landscape.weather == "rain":
        add_rain(canvas.image, grain)
    if landscape.season == "winter" and landscape.weather == "cloudy" and landscape.seed % 2:
        add_snowfall(canvas.image, grain)
    return finish(canvas.image, size, exposure(canvas.image, light), grain)
