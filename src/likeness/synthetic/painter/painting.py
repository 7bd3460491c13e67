"""A picture painted in a style: ground, inks, strokes from coarse to fine, hatching, contours, water, light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.painter.direction import stroke_directions
from likeness.synthetic.painter.ground import relief, slope_light
from likeness.synthetic.painter.inks import flat_inks
from likeness.synthetic.painter.layers import draw_strokes, paint_layers
from likeness.synthetic.painter.laying import Canvas
from likeness.synthetic.painter.lines import contours, hatching
from likeness.synthetic.painter.palette import lab_to_rgb, recolour, rgb_to_lab
from likeness.synthetic.painter.style import Ground, Style
from likeness.synthetic.painter.water import wet
from likeness.synthetic.vectors import Array

_SMALLEST_SIDE = 192
"""Pixels; smaller pictures are painted enlarged, since no brush is finer than a pixel."""

_HIDING = 0.8
"""Share of the ground's relief that paint of thickness 1 hides."""


def paint(picture: NDArray[np.uint8], style: Style, seed: int) -> NDArray[np.uint8]:
    """Paint a picture.

    Args:
        picture: (h, w, 3) uint8 sRGB.
        style: How.
        seed: Of the painter's hand; the same seed, the same picture.

    Returns:
        (h, w, 3) uint8 sRGB.

    Raises:
        ValueError: If the picture is not (h, w, 3) uint8.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"expected a picture (h, w, 3) uint8, got {picture.shape} {picture.dtype}")
    if style.ground is None:
        return picture.copy()
    height, width = picture.shape[:2]
    rgb = picture.astype(np.float32) / np.float32(255)
    enlarged = _SMALLEST_SIDE / min(height, width)
    if enlarged > 1:
        size = round(width * enlarged), round(height * enlarged)
        rgb = np.clip(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), 0, 1)
    painted = lab_to_rgb(_painted(rgb_to_lab(rgb), style, style.ground, np.random.default_rng([seed, 29])))
    if enlarged > 1:
        painted = cv2.resize(painted, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(painted * 255 + 0.5, np.uint8)


def _painted(lab: Array, style: Style, ground: Ground, rng: np.random.Generator) -> Array:
    """The painting of a picture, both (h, w, 3) CIE L*a*b*."""
    seen = recolour(lab, style.palette)
    canvas = _prepared(seen, style, ground, rng)
    paint_layers(canvas, seen, style, ground.bare, rng)
    _draw_lines(canvas, seen, style, rng)
    colour = canvas.colour
    if style.water is not None:
        colour = wet(colour, canvas.relief, ground.colour, style.water, rng)
    return _lit(colour, canvas, style, ground)


def _prepared(seen: Array, style: Style, ground: Ground, rng: np.random.Generator) -> Canvas:
    """Ground, underpainting and flat inks, before the first stroke."""
    height, width = seen.shape[:2]
    colour = np.broadcast_to(np.array(ground.colour, np.float32), seen.shape)
    if style.inks:
        colour = flat_inks(seen, style.inks, 0.006 * min(height, width))
    under = np.array(colour + (seen - colour) * np.float32(ground.underpainting), np.float32)
    surface = relief(height, width, ground, rng)
    return Canvas(under, under.copy(), np.zeros((height, width), np.float32), surface)


def _draw_lines(canvas: Canvas, seen: Array, style: Style, rng: np.random.Generator) -> None:
    """Hatch what is dark, then draw contours, in place."""
    soft = cv2.GaussianBlur(seen, (0, 0), 0.004 * min(seen.shape[:2]))
    for lines, direction in style.hatching:
        field = stroke_directions(seen, direction, rng)
        draw_strokes(canvas, hatching(soft, field, lines, rng), style.pen, rng)
    for lines in style.contours:
        draw_strokes(canvas, contours(seen, lines, rng), style.pen, rng)


def _lit(colour: Array, canvas: Canvas, style: Style, ground: Ground) -> Array:
    """Light on the relief of ground and paint."""
    side = min(canvas.paint.shape)
    bare = 1 - _HIDING * np.minimum(canvas.paint, 1)
    light = ground.relief * bare * slope_light(canvas.relief, 0.5 * ground.grain * side)
    ridges = cv2.GaussianBlur(canvas.paint, (0, 0), 0.002 * side)
    light = light + style.relief * slope_light(ridges, 0.01 * side)
    return np.concatenate([colour[..., :1] + light[..., None], colour[..., 1:]], -1)
