"""Drawn lines: contours along what is dark or sharp, and hatching where it is dark."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.direction import halved, structure
from likeness.synthetic.painter.streamlines import Streamlines, streamlines
from likeness.synthetic.painter.strokes import Strokes
from likeness.synthetic.painter.style import Lines
from likeness.synthetic.vectors import Array

_STEP = 0.006
"""Share of the side from node to node."""
_CONTOUR_SEED = 1.6
"""A contour begins where it is this much stronger than where it ends (hysteresis, Canny 1986)."""
_TAPER = 4
"""Nodes over which a line swells from its tip."""


def contours(lab: Array, lines: Lines, rng: np.random.Generator) -> Strokes:
    """Contours of a picture (h, w, 3), the strongest first."""
    side = min(lab.shape[:2])
    strength = _broken(contour_strength(lab, lines.scale * side), lines, rng)
    tangent, _ = structure(lab, lines.scale * side, 2 * lines.scale * side)
    seeds = np.flatnonzero(strength > lines.threshold * _CONTOUR_SEED)
    seeds = seeds[np.argsort(-strength.flat[seeds], kind="stable")]
    return _inked(_traced(strength, halved(tangent), seeds, lines, on_ridge=True), lines, side)


def hatching(lab: Array, field: Array, lines: Lines, rng: np.random.Generator) -> Strokes:
    """Hatching of a picture (h, w, 3) along a field of directions (h, w, 2), in no order."""
    strength = _broken(np.asarray(1 - lab[..., 0] / 100, np.float32), lines, rng)
    seeds = rng.permutation(np.flatnonzero(strength > lines.threshold))
    return _inked(_traced(strength, field, seeds, lines, on_ridge=False), lines, min(lab.shape[:2]))


def contour_strength(lab: Array, scale: float) -> Array:
    """How much a place asks for a contour (h, w), in L*.

    That is the dark side of edges and dark lines (difference of Gaussians, cf. XDoG, Winnemöller et al. 2012), and
    edges between colours of one lightness.

    Args:
        lab: (h, w, 3) CIE L*a*b*.
        scale: Standard deviation of the finest detail seen, pixels.
    """
    lightness = np.ascontiguousarray(lab[..., 0])
    surround = cv2.GaussianBlur(lightness, (0, 0), 2.2 * scale)
    dark = surround - cv2.GaussianBlur(lightness, (0, 0), scale)
    _, roots = structure(lab * np.array([0, 1, 1], np.float32), 1.3 * scale, 0.3)
    return np.asarray(np.maximum(dark, 0) + 0.35 * scale * np.sqrt(roots), np.float32)


def _broken(strength: Array, lines: Lines, rng: np.random.Generator) -> Array:
    """The map without the places where the hand leaves lines out."""
    if lines.broken > 0:
        height, width = strength.shape
        pressure = clouds(height, width, 0.08 * min(height, width), 2, rng)
        strength = np.where(pressure < np.quantile(pressure, lines.broken), 0, strength)
    return np.ascontiguousarray(strength, np.float32)


def _traced(strength: Array, field: Array, seeds: NDArray[np.int64], lines: Lines, *, on_ridge: bool) -> Streamlines:
    """Streamlines of a map with the lengths that the style asks for."""
    side = min(strength.shape)
    step = max(_STEP * side, 1.0)
    steps = max(1, round(lines.length * side / 2 / step))
    return streamlines(strength, field, seeds, lines.threshold, max(lines.gap * side, 1.0), step, steps, on_ridge)


def _inked(traced: Streamlines, lines: Lines, side: int) -> Strokes:
    """Width and opacity of lines by the strength of where they run; thin at the tips."""
    nodes, first, last, strength = traced
    count, longest = strength.shape
    share = np.clip((strength - lines.threshold) / (lines.full - lines.threshold), 0, 1)
    index = np.arange(longest)
    to_tip = np.minimum(index - first[:, None], last[:, None] - index)
    width = lines.width * side * (1 + lines.swell * (share - 1)) * np.clip((to_tip + 1) / _TAPER, 0.25, 1)
    mean = np.where(to_tip >= 0, share, 0).sum(1) / np.maximum(last - first + 1, 1)
    opacity = lines.opacity * (lines.swell + (1 - lines.swell) * (0.25 + 0.75 * mean))
    return Strokes(
        nodes,
        (width / 2).astype(np.float32),
        first,
        last,
        np.tile(np.array(lines.colour, np.float32), (count, 1)),
        np.zeros((count, 3), np.float32),
        opacity.astype(np.float32),
    )
