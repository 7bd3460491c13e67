"""What the land is made of by season: colours of grass, crops, leaves, rock, sand and paths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.landscapes.daylight import Daylight, linear
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.objects.sprite import Illumination
from likeness.synthetic.vectors import Array, Vector, add_scaled, mix, times

_GRASS = {
    "spring": ((0.36, 0.50, 0.17), (0.56, 0.65, 0.30)),
    "summer": ((0.28, 0.40, 0.14), (0.45, 0.53, 0.23)),
    "autumn": ((0.46, 0.46, 0.18), (0.62, 0.54, 0.24)),
    "winter": ((0.40, 0.43, 0.25), (0.55, 0.52, 0.34)),
}
_NEAR = {
    "dry": ((0.62, 0.51, 0.29), (0.80, 0.69, 0.42)),
    "wheat": ((0.68, 0.51, 0.23), (0.82, 0.67, 0.37)),
}
_LEAVES = {
    "spring": ((0.40, 0.54, 0.18), (0.56, 0.66, 0.28), (0.80, 0.66, 0.66)),
    "summer": ((0.15, 0.30, 0.09), (0.24, 0.38, 0.12), (0.32, 0.43, 0.15)),
    "autumn": ((0.74, 0.33, 0.08), (0.84, 0.60, 0.14), (0.52, 0.17, 0.09)),
    "winter": ((0.33, 0.29, 0.27), (0.40, 0.36, 0.34), (0.28, 0.25, 0.24)),
}
_CROPS = {
    "spring": ((0.42, 0.60, 0.18), (0.88, 0.80, 0.16), (0.52, 0.41, 0.28), (0.58, 0.70, 0.30), (0.34, 0.52, 0.18)),
    "summer": ((0.34, 0.50, 0.15), (0.86, 0.72, 0.34), (0.78, 0.64, 0.30), (0.48, 0.58, 0.22), (0.60, 0.62, 0.28)),
    "autumn": ((0.50, 0.38, 0.24), (0.72, 0.58, 0.30), (0.58, 0.50, 0.24), (0.48, 0.52, 0.22), (0.64, 0.44, 0.22)),
    "winter": ((0.46, 0.40, 0.30), (0.52, 0.50, 0.34), (0.44, 0.46, 0.30), (0.58, 0.52, 0.40), (0.40, 0.36, 0.28)),
}
_FLOWERS = (
    ((0.86, 0.10, 0.07), (0.92, 0.22, 0.12)),  # poppies
    ((0.96, 0.82, 0.10), (0.98, 0.92, 0.40)),  # buttercups
    ((0.50, 0.36, 0.74), (0.66, 0.50, 0.86)),  # lavender
    ((0.96, 0.95, 0.92), (0.98, 0.90, 0.50)),  # daisies
    ((0.92, 0.46, 0.66), (0.86, 0.26, 0.52)),  # pinks
    ((0.28, 0.40, 0.86), (0.52, 0.56, 0.94)),  # cornflowers
    ((0.90, 0.16, 0.12), (0.98, 0.84, 0.20)),  # a mixed meadow
)


class Palette(NamedTuple):
    """Colours of a land, linear RGB.

    Attributes:
        grass: Dark and bright side of the grass far and near.
        grass_bright: See ``grass``.
        near: What grows near by, dark and bright.
        near_bright: See ``near``.
        flower: Two colours of flowers.
        flower_other: See ``flower``.
        bloom: Share of the near ground in flower, 0 to 1.
        firs: Of the forest.
        leaves: (3, 3) of the forest.
        crops: (5, 3) of fields in the distance.
        fields: How far the land is parted into fields, 0 to 1.
        rock: Light and dark.
        rock_dark: See ``rock``.
        path: Of a path.
        sand: Of shores.
        deep: Light that comes back from deep water, a share.
        snow: Share of level ground under snow, 0 to 1.
        snow_line: Height above which mountains are white, metres.
    """

    grass: Vector
    grass_bright: Vector
    near: Vector
    near_bright: Vector
    flower: Vector
    flower_other: Vector
    bloom: float
    firs: Vector
    leaves: Array
    crops: Array
    fields: float
    rock: Vector
    rock_dark: Vector
    path: Vector
    sand: Vector
    deep: Vector
    snow: float
    snow_line: float


_ROCKS = (
    ((0.49, 0.47, 0.46), (0.24, 0.24, 0.26)),
    ((0.53, 0.46, 0.39), (0.30, 0.25, 0.22)),
    ((0.45, 0.46, 0.51), (0.20, 0.22, 0.27)),
)


def palette_of(landscape: Landscape, mountains: float, rng: np.random.Generator) -> Palette:
    """Colours of a landscape whose mountains are so many metres high; rock, flowers, snow line are drawn."""
    season = landscape.season
    flower = _FLOWERS[int(rng.integers(len(_FLOWERS)))]
    rock = _ROCKS[int(rng.integers(len(_ROCKS)))]
    line = {"spring": 0.36, "summer": 0.55, "autumn": 0.46, "winter": -1.0}[season] * float(rng.uniform(0.75, 1.15))
    fields, cover = float(rng.uniform(0.0, 1.0)), float(rng.uniform(0.92, 1.0))
    grass = _GRASS[season]
    near = _NEAR.get(landscape.ground, grass)
    near_dark, near_bright = linear(*near[0]), linear(*near[1])
    dark, bright = linear(*grass[0]), linear(*grass[1])
    if landscape.ground == "dry":  # a drought is no matter of one meadow
        dark, bright = mix(dark, near_dark, 0.5), mix(bright, near_bright, 0.5)
    leaves = np.stack([np.asarray(srgb_to_linear(colour)) for colour in _LEAVES[season]])
    crops = np.stack([np.asarray(srgb_to_linear(colour)) for colour in _CROPS[season]])
    farmed = {"plain": 1.0, "hills": 0.9, "village": 0.9, "river": 0.7}.get(landscape.kind, 0.0)
    return Palette(
        grass=dark,
        grass_bright=bright,
        near=near_dark,
        near_bright=near_bright,
        flower=linear(*flower[0]),
        flower_other=linear(*flower[1]),
        bloom=1.0 if landscape.ground == "flowers" and season != "winter" else 0.0,
        firs=linear(0.12, 0.22, 0.14),
        leaves=leaves,
        crops=crops,
        fields=farmed * min(1.0, 0.25 + 1.2 * fields),
        rock=linear(*rock[0]),
        rock_dark=linear(*rock[1]),
        path=linear(0.66, 0.57, 0.45),
        sand=linear(0.83, 0.74, 0.58),
        deep=linear(0.06, 0.24, 0.30) if landscape.kind == "sea" else linear(0.07, 0.17, 0.18),
        snow=cover if season == "winter" else 0.0,
        snow_line=line * mountains,
    )


def illumination(light: Daylight, palette: Palette) -> Illumination:
    """The light on what stands: the sun's, the sky's and what the ground sends up."""
    albedo = mix(palette.near, (0.8, 0.82, 0.86), palette.snow)
    falling = add_scaled(light.ambient, light.sun_colour, max(light.sun[1], 0.0))
    ground = (albedo[0] * falling[0], albedo[1] * falling[1], albedo[2] * falling[2])
    # a little more than falls, lest what stands against the light be a mere outline
    return Illumination(light.sun, light.sun_colour, times(light.ambient, 1.3), times(ground, 0.8), palette.snow)
