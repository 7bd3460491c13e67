"""A picture painted in a style: ground, inks, strokes from coarse to fine, hatching, contours, water, light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.direction import stroke_directions
from likeness.synthetic.painter.ground import relief, slope_light
from likeness.synthetic.painter.inks import flat_inks
from likeness.synthetic.painter.laying import Canvas, bristles, lay
from likeness.synthetic.painter.lines import contours, hatching
from likeness.synthetic.painter.palette import recolour, to_lab, to_srgb
from likeness.synthetic.painter.style import Brush, Ground, Layer, Style
from likeness.synthetic.painter.tracing import Strokes, origins, trace
from likeness.synthetic.painter.water import wet
from likeness.synthetic.vectors import Array

_SMALLEST_SIDE = 192
"""Pixels; smaller pictures are painted enlarged, since no brush is finer than a pixel."""


def paint(picture: NDArray[np.uint8], style: Style, seed: int) -> NDArray[np.uint8]:
    """Paint a picture.

    Args:
        picture: (h, w, 3) uint8 sRGB, 16 pixels a side or more.
        style: How.
        seed: Of the painter's hand; the same seed, the same picture.

    Returns:
        (h, w, 3) uint8 sRGB.
    """
    if style.ground is None:
        return picture.copy()
    height, width = picture.shape[:2]
    enlarged = max(1.0, _SMALLEST_SIDE / min(height, width))
    if enlarged > 1:
        size = (round(width * enlarged), round(height * enlarged))
        large = paint(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8), style, seed)
        return np.asarray(cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    rng = np.random.default_rng([seed, 29])
    seen = recolour(to_lab(picture), style.palette)
    canvas = prepare(seen, style, style.ground, rng)
    if style.layers:
        field = stroke_directions(seen, style.direction, rng)
        painted = ~bare_places(seen, style.ground.bare, rng)
        for layer in style.layers:
            paint_layer(canvas, seen, field, painted, layer, style.brush, rng)
    draw_lines(canvas, seen, style, rng)
    return to_srgb(dry(canvas, style, style.ground, rng))


def prepare(seen: Array, style: Style, ground: Ground, rng: np.random.Generator) -> Canvas:
    """Ground, underpainting and flat inks, before the first stroke."""
    height, width = seen.shape[:2]
    colour = np.broadcast_to(np.array(ground.colour, np.float32), seen.shape)
    if style.inks:
        colour = flat_inks(seen, style.inks, 0.006 * min(height, width))
    under = np.array(colour + (seen - colour) * np.float32(ground.underpainting), np.float32)
    surface = relief(height, width, ground, rng)
    return Canvas(under, under.copy(), np.zeros((height, width), np.float32), surface)


def bare_places(seen: Array, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where the painter leaves the ground (h, w): flecks, rather where it is light and where little is to be seen."""
    height, width = seen.shape[:2]
    side = min(height, width)
    lightness = np.ascontiguousarray(seen[..., 0])
    detail = cv2.GaussianBlur(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 0.02 * side)), (0, 0), 0.04 * side)
    score = clouds(height, width, 0.045 * side, 2, rng) + lightness / 200 - detail / 12
    return np.asarray(score > np.quantile(score, 1 - share) if share > 0 else np.zeros_like(score, bool))


def paint_layer(
    canvas: Canvas,
    seen: Array,
    field: Array,
    painted: NDArray[np.bool_],
    layer: Layer,
    brush: Brush,
    rng: np.random.Generator,
) -> None:
    """Paint with one brush where the canvas differs from the reference, in place (Hertzmann 1998)."""
    height, width = seen.shape[:2]
    size = layer.width * min(height, width)
    reference = cv2.GaussianBlur(seen, (0, 0), max(layer.blur * size, 0.3))
    apart = np.sqrt(((reference - canvas.intended) ** 2).sum(-1))
    spacing = max(layer.spacing * size, 1.0)
    cells = (int(np.ceil(height / spacing)), int(np.ceil(width / spacing)), 2)
    starts = origins(apart, spacing, layer.threshold, rng.random(cells, np.float32))
    starts = starts[rng.permutation(len(starts))]
    starts = starts[painted[starts[:, 1].astype(int), starts[:, 0].astype(int)]]
    step = max(size / 2, 1.0)
    steps = max(1, round(layer.length * size / 2 / step))
    nodes, first, last, colours = trace(
        reference, canvas.intended, painted, field, starts, step, steps, layer.tolerance
    )
    count = len(starts)
    shift = rng.standard_normal((count, 3), np.float32) * np.array(layer.jitter, np.float32)
    radii = np.full(nodes.shape[:2], size / 2, np.float32)
    strokes = Strokes(nodes, radii, first, last, colours, shift, np.full(count, layer.opacity, np.float32))
    _lay(canvas, strokes, brush, rng)


def draw_lines(canvas: Canvas, seen: Array, style: Style, rng: np.random.Generator) -> None:
    """Hatch what is dark, then draw contours, in place."""
    soft = cv2.GaussianBlur(seen, (0, 0), 0.004 * min(seen.shape[:2]))
    for lines, direction in style.hatching:
        _lay(canvas, hatching(soft, stroke_directions(seen, direction, rng), lines, rng), style.pen, rng)
    for lines in style.contours:
        _lay(canvas, contours(seen, lines, rng), style.pen, rng)


def dry(canvas: Canvas, style: Style, ground: Ground, rng: np.random.Generator) -> Array:
    """The finished picture (h, w, 3) in CIE L*a*b*: water dried, light on ground and paint."""
    colour = canvas.colour
    if style.water is not None:
        colour = wet(colour, canvas.relief, ground.colour, style.water, rng)
    side = min(canvas.paint.shape)
    light = ground.relief * slope_light(canvas.relief, 0.5 * ground.grain * side)
    light = light + style.relief * slope_light(cv2.GaussianBlur(canvas.paint, (0, 0), 0.002 * side), 0.01 * side)
    colour = colour.copy()
    colour[..., 0] += light
    return colour


def _lay(canvas: Canvas, strokes: Strokes, brush: Brush, rng: np.random.Generator) -> None:
    """Lay strokes with a brush whose bristles are drawn anew, in place."""
    seeds = rng.integers(0, 256, (len(strokes.first), 2), np.int32)
    lay(canvas, strokes, bristles(brush, rng), seeds)
