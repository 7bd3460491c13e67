"""Brush strokes laid layer by layer, from coarse to fine (Hertzmann 1998)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.painter.bristles import TICKS, draw_bristles
from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.direction import stroke_directions
from likeness.synthetic.painter.laying import Canvas, lay
from likeness.synthetic.painter.strokes import Strokes
from likeness.synthetic.painter.style import Brush, Layer, Style
from likeness.synthetic.painter.tracing import origins, trace
from likeness.synthetic.vectors import Array

_DARK = 35.0
"""L* up to which no ground is left bare: it would glare."""


def paint_layers(canvas: Canvas, seen: Array, style: Style, bare: float, rng: np.random.Generator) -> None:
    """Paint every layer of a style, in place.

    Args:
        canvas: What is painted on.
        seen: (h, w, 3) CIE L*a*b* the picture in the palette's colours.
        style: Its layers, brush and direction.
        bare: Share of the ground to be left bare.
        rng: Source of randomness.
    """
    if not style.layers:
        return
    field = stroke_directions(seen, style.direction, rng)
    painted = ~bare_places(seen, bare, rng)
    for layer in style.layers:
        draw_strokes(canvas, layer_strokes(canvas, seen, field, painted, layer, rng), style.brush, rng)


def bare_places(seen: Array, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Where the painter leaves the ground (h, w): flecks, rather in the light and where little is to be seen."""
    height, width = seen.shape[:2]
    side = min(height, width)
    lightness = np.ascontiguousarray(seen[..., 0])
    detail = np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 0.02 * side))
    busy = cv2.GaussianBlur(detail, (0, 0), 0.04 * side)
    score = clouds(height, width, 0.045 * side, 2, rng) + lightness / 200 - busy / 12
    return np.asarray((score > np.quantile(score, 1 - share)) & (lightness > _DARK))


def layer_strokes(
    canvas: Canvas,
    seen: Array,
    field: Array,
    painted: NDArray[np.bool_],
    layer: Layer,
    rng: np.random.Generator,
) -> Strokes:
    """Strokes of one brush where the canvas differs from the reference.

    Args:
        canvas: As painted so far.
        seen: (h, w, 3) the picture in the palette's colours.
        field: (h, w, 2) unit vectors along which strokes run.
        painted: (h, w) where they may.
        layer: The brush.
        rng: Source of randomness.
    """
    height, width = seen.shape[:2]
    size = layer.width * min(height, width)
    reference = cv2.GaussianBlur(seen, (0, 0), max(layer.blur * size, 0.3))
    apart = np.sqrt(((reference - canvas.intended) ** 2).sum(-1))
    spacing = max(layer.spacing * size, 1.0)
    cells = (int(np.ceil(height / spacing)), int(np.ceil(width / spacing)), 2)
    starts = origins(apart, spacing, layer.threshold, rng.random(cells, np.float32))
    starts = starts[painted[starts[:, 1].astype(int), starts[:, 0].astype(int)]]
    starts = starts[rng.permutation(len(starts))]
    step = max(size / 2, 1.0)
    steps = max(1, round(layer.length * size / 2 / step))
    traced = trace(reference, canvas.intended, painted, field, starts, step, steps, layer.tolerance)
    nodes, first, last, colours = traced
    count = len(starts)
    shift = rng.standard_normal((count, 3), np.float32) * np.array(layer.jitter, np.float32)
    radii = np.full(nodes.shape[:2], size / 2, np.float32)
    return Strokes(nodes, radii, first, last, colours, shift, np.full(count, layer.opacity, np.float32))


def draw_strokes(canvas: Canvas, strokes: Strokes, brush: Brush, rng: np.random.Generator) -> None:
    """Lay strokes with a brush whose bristles are drawn anew, in place."""
    places = rng.integers(0, TICKS, (len(strokes.first), 2), np.int32)
    lay(canvas, strokes, draw_bristles(brush, rng), places)
