"""The light of an hour under a weather: where it comes from, its colours, and what the air makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.landscapes.hours import HOUR_COLOURS
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.view import View, column_of
from likeness.synthetic.vectors import Array, Vector, mix, times, vector


def linear(red: float, green: float, blue: float) -> Vector:
    """An sRGB colour, 0–1, in linear light."""
    return vector(srgb_to_linear((red, green, blue)))


def luminance(colour: Vector) -> float:
    """Relative luminance of linear RGB (ITU-R BT.709)."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


@dataclass(frozen=True)
class Daylight:
    """What lights a landscape; colours are linear RGB.

    Attributes:
        sun: Unit vector towards the sun, or by night the moon: x right, y up, z towards the viewer.
        sun_colour: Its light on what faces it.
        ambient: The light of the whole sky.
        zenith: The sky overhead, ``middle`` at a third of the way up, ``horizon`` at the bottom.
        middle: See ``zenith``.
        horizon: See ``zenith``; also what distance fades into.
        glow: What the sky gains around the sun.
        disc: Colour of the sun's or the moon's disc; black where none is seen.
        cloud_light: Clouds towards the light.
        cloud_shade: Clouds away from it.
        cover: Share of the sky under clouds, 0 to 1.
        stars: How bright the stars are, 0 to 1.
        visibility: Metres after which a third of the contrast is left.
        night: It is night: lamps are lit.
    """

    sun: Vector
    sun_colour: Vector
    ambient: Vector
    zenith: Vector
    middle: Vector
    horizon: Vector
    glow: Vector
    disc: Vector
    cloud_light: Vector
    cloud_shade: Vector
    cover: float
    stars: float
    visibility: float
    night: bool


_AMBIENCE = {"dawn": 0.80, "noon": 0.62, "sunset": 1.0, "night": 1.5}
"""Light of the sky on the land by its colours' brightness: more than there is, as eyes and painters see it."""


def _sun_direction(landscape: Landscape, rng: np.random.Generator) -> Vector:
    """Towards the light: in front of the viewer where the disc is seen, else from a side, by choice behind him."""
    side = float(rng.choice((-1, 1)))
    seen = side * float(rng.uniform(0.04, 0.26)), float(rng.uniform(0.0, 1.0))  # both drawn always, to keep the stream
    unseen = side * float(rng.uniform(0.5, 1.9)), float(rng.uniform(0.0, 1.0))
    low = landscape.hour in ("dawn", "sunset")
    if landscape.sun or landscape.hour == "night":
        azimuth, high = seen
        elevation = 0.035 + 0.085 * high if low else 0.20 + 0.10 * high
    else:
        azimuth, high = unseen
        elevation = 0.14 + 0.16 * high if low else 0.65 + 0.4 * high
    level = math.cos(elevation)
    return level * math.sin(azimuth), math.sin(elevation), -level * math.cos(azimuth)


def daylight(landscape: Landscape, rng: np.random.Generator) -> Daylight:
    """The light of a landscape's hour and weather, a little different for every state of ``rng``."""
    palette = HOUR_COLOURS[landscape.hour]
    sun = _sun_direction(landscape, rng)
    tint, warmth = rng.normal(0, 0.05), rng.normal(0, 0.04)
    rose = (
        float(np.clip(rng.normal(0, 0.09), -0.11, 0.16)) if landscape.hour in ("dawn", "sunset") else 0.0
    )  # some are pink, some golden
    covers = {"clear": rng.uniform(0.12, 0.5), "cloudy": rng.uniform(0.62, 0.85)}
    clear_air, moonshine = float(rng.uniform(4.5e3, 11e3)), bool(rng.random() < 0.7)

    def colour(name: str) -> Vector:
        red, green, blue = getattr(palette, name)
        red, green, blue = linear(red, green, blue)
        return red * math.exp(warmth + tint), green * math.exp(tint + rose), blue * math.exp(tint - warmth)

    weather, night = landscape.weather, landscape.hour == "night"
    veil = colour("veil")
    grey = {"clear": 0.0, "cloudy": 0.30, "rain": 0.80, "fog": 0.92}[weather]
    dim = {"clear": 1.0, "cloudy": 0.85, "rain": 0.50, "fog": 0.95}[weather]
    shine = {"clear": 1.0, "cloudy": 0.62, "rain": 0.10, "fog": 0.22}[weather]

    def veiled(name: str, share: float = 1.0) -> Vector:
        return times(mix(colour(name), veil, grey * share), dim)

    zenith, middle, horizon = veiled("zenith"), veiled("middle"), veiled("horizon", 0.8)
    if weather == "fog":  # no more is seen of the sky than of the land
        zenith, middle = mix(zenith, horizon, 0.8), mix(middle, horizon, 0.9)
    strength = palette.strength * shine
    ambient = times(mix(mix(zenith, middle, 0.5), horizon, 0.15), _AMBIENCE[landscape.hour])
    # away from a low sun the sky that lights the shadows is bluer than what is seen of it
    cool = (
        (0.74, 0.96, 1.9)
        if landscape.hour in ("dawn", "sunset") and weather in ("clear", "cloudy")
        else (1.0, 1.0, 1.0)
    )
    ambient = mix(ambient, times(cool, luminance(ambient)), 0.6)
    if weather in ("rain", "fog"):
        ambient = times(ambient, 1.25)
    shown = landscape.sun or (night and weather in ("clear", "cloudy") and moonshine)
    disc = times(linear(*palette.sun), 9.0 if landscape.hour == "noon" else 2.4) if shown else (0.0, 0.0, 0.0)
    if shown and landscape.hour in ("dawn", "sunset"):
        disc = times(linear(1.0, 0.30, 0.12) if landscape.hour == "sunset" else linear(1.0, 0.34, 0.28), 1.8)
    if shown and night:
        disc = times(linear(0.94, 0.95, 0.90), 1.1)
    return Daylight(
        sun=sun,
        sun_colour=times(linear(*palette.sun), strength),
        ambient=ambient,
        zenith=zenith,
        middle=middle,
        horizon=horizon,
        glow=times(colour("glow"), shine * (1.0 if landscape.sun or night else 0.55)),
        disc=disc,
        cloud_light=times(mix(colour("cloud_light"), veil, 0.75 if weather == "rain" else 0.0), dim),
        cloud_shade=times(mix(colour("cloud_shade"), veil, 0.2 if weather == "rain" else 0.0), dim),
        cover=float(covers.get(weather, 0.97 if weather == "rain" else 0.0)),
        stars=1.0 if night and weather == "clear" else 0.15 if night and weather == "cloudy" else 0.0,
        visibility={"clear": clear_air, "cloudy": clear_air * 0.8, "rain": 1500.0, "fog": 125.0}[weather],
        night=night,
    )


def clear_of_land(light: Daylight, depth: Array, view: View) -> Daylight:
    """The same light with its disc over the land, if it has one: as near as may be to where it stood.

    Args:
        light: The light; without a disc it is given back as it is.
        depth: (size, size) metres of the land, infinite in the sky.
        view: The perspective.
    """
    if max(light.disc) <= 0:
        return light
    size = view.size
    skyline = np.where(np.isfinite(depth).any(axis=0), np.isfinite(depth).argmax(axis=0), view.horizon)
    margin = round(0.05 * size)
    wide = np.array([skyline[max(column - margin, 0) : column + margin + 1].min() for column in range(size)])
    row, column = view.horizon - view.focal * light.sun[1] / -light.sun[2], column_of(view, light.sun[0], -light.sun[2])
    columns = np.arange(round(0.12 * size), round(0.88 * size))
    rows = np.clip(np.minimum(row, wide[columns] - 0.012 * size), 0.07 * size, None)
    # a column aside costs as much as a row up; where the land leaves no room, the lowest gap is taken
    cost = np.abs(columns - column) + np.abs(rows - row) + 1e3 * np.maximum(rows - wide[columns] + 0.012 * size, 0)
    best = int(cost.argmin())
    towards = ((columns[best] + 0.5 - size * 0.5) / view.focal, (view.horizon - rows[best]) / view.focal, -1.0)
    length = math.hypot(*towards)
    return replace(light, sun=(float(towards[0] / length), float(towards[1] / length), float(-1.0 / length)))
