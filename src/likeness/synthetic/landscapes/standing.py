"""Things cut out, and the shadows that they cast."""

from __future__ import annotations

import math

import cv2
import numpy as np

from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.objects.cars import car
from likeness.synthetic.landscapes.objects.figures import figure
from likeness.synthetic.landscapes.objects.houses import house
from likeness.synthetic.landscapes.objects.shrubs import bush, rock
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.trees import tree
from likeness.synthetic.landscapes.places import CAR_METRES, Thing
from likeness.synthetic.landscapes.terrain import Terrain, ground_height
from likeness.synthetic.landscapes.view import View, column_of, row_of
from likeness.synthetic.vectors import Array

_SMALL = {"tree": 90, "house": 60, "bush": 400, "rock": 400}
"""Things below so many pixels are drawn in a few designs and made smaller."""
_DESIGNS = 2


class Cutouts:
    """Sprites of one picture: everything in the same light, small things drawn once and used again."""

    def __init__(self, landscape: Landscape, light: Illumination, *, lamps: bool) -> None:
        self._landscape, self._light, self._lamps = landscape, light, lamps
        self._small: dict[tuple[str, str, int], Sprite] = {}

    def of(self, thing: Thing, height: float) -> Sprite:
        """A thing at a height in pixels."""
        small = _SMALL.get(thing.what, 0)
        if height >= small:
            return self._drawn(thing, height, np.random.default_rng(thing.seed))
        key = (thing.what, thing.kind, thing.seed % _DESIGNS)
        if key not in self._small:
            rng = np.random.default_rng((self._landscape.seed, *map(ord, thing.kind), key[2]))
            self._small[key] = self._drawn(thing, min(0.75 * small, 60), rng)
        return resized(self._small[key], height / min(0.75 * small, 60))

    def _drawn(self, thing: Thing, height: float, rng: np.random.Generator) -> Sprite:
        if thing.what == "house":
            at_home = bool(rng.random() < 0.85)
            return house(height, self._light, rng, lit_windows=self._lamps and at_home)
        if thing.what == "car":
            width = height * CAR_METRES / thing.metres
            return car(self._landscape.car, thing.kind, width, self._light, rng, lamps=self._lamps)
        if thing.what == "bush":
            return bush(self._landscape.season, height, self._light, rng)
        if thing.what == "rock":
            return rock(height, self._light, rng)
        if thing.what == "figure":
            return figure(thing.kind, height, self._light, rng)
        return tree(thing.kind, self._landscape.season, height, self._light, rng)


def resized(sprite: Sprite, factor: float) -> Sprite:
    """A sprite at another size."""
    rows, columns = sprite.alpha.shape
    size = (max(int(columns * factor + 0.5), 1), max(int(rows * factor + 0.5), 1))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    alpha = cv2.resize(sprite.alpha, size, interpolation=how)
    premultiplied = cv2.resize(sprite.colour * sprite.alpha[..., None], size, interpolation=how)
    colour = premultiplied / np.maximum(alpha, 1e-4)[..., None]
    foot = (sprite.foot[0] * size[0] / columns, sprite.foot[1] * size[1] / rows)
    return Sprite(colour.astype(np.float32), alpha.astype(np.float32), foot)


def foot_of(thing: Thing, view: View, terrain: Terrain) -> tuple[float, float]:
    """Column and row where a thing meets the ground."""
    height = ground_height(terrain, thing.x, thing.depth)
    return column_of(view, thing.x, thing.depth), row_of(view, height, thing.depth)


def cast_shadow(
    sunlit: Array,
    depth: Array,
    sprite: Sprite,
    thing: Thing,
    view: View,
    terrain: Terrain,
    sun: tuple[float, float, float],
) -> None:
    """Darken the ground behind a thing in place: its outline laid along the ground, away from the sun.

    Args:
        sunlit: (size, size) share of the sun that reaches the ground.
        depth: (size, size) metres of the land.
        sprite: The thing's outline.
        thing: Where it stands.
        view: The perspective.
        terrain: The land.
        sun: Unit vector towards the sun; z towards the viewer.
    """
    column, row = foot_of(thing, view, terrain)
    low = max(sun[1], 0.22)
    tip_depth = max(thing.depth + thing.metres * sun[2] / low, 0.4 * thing.depth, 1.5)
    ground = ground_height(terrain, thing.x, thing.depth)
    tip_column = column_of(view, thing.x - thing.metres * sun[0] / low, tip_depth)
    tip_row = row_of(view, ground, tip_depth)
    height = view.focal * thing.metres / thing.depth
    if abs(tip_row - row) < 0.14 * height:  # a solid's shadow has some depth even when the sun is level with it
        tip_row = row + math.copysign(0.14 * height, tip_row - row)
    x, y = sprite.foot
    source = np.array([(x, y), (x + height, y), (x, y - height)], np.float32)
    target = np.array([(column, row), (column + height, row), (tip_column, tip_row)], np.float32)
    matrix = cv2.getAffineTransform(source, target)
    mask = cv2.warpAffine(sprite.alpha, matrix, (view.size, view.size), flags=cv2.INTER_AREA)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.012 * height, 0.8))
    spread = max(0.05 * height, 1.0)  # where it stands, little of the sky is seen
    cv2.ellipse(mask, ((column, row), (3.2 * spread, 1.1 * spread), 0.0), 0.8, -1, cv2.LINE_AA)
    near = (depth > 0.35 * thing.depth) & (depth < 4.0 * thing.depth)
    sunlit *= 1 - 0.85 * np.clip(mask, 0, 1) * near
