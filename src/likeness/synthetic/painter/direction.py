"""The field of directions that strokes follow: along the picture's edges, else as the painter prefers.

Directions have no sign, so they are averaged as unit vectors at the double angle (Bigün & Granlund 1987).
"""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.compiled import compiled
from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.style import Direction
from likeness.synthetic.vectors import Array

_CLEAR_EDGE = 75.0
"""Gradient, ΔE*ab a side, of the edges that count half."""
_COLOUR_WEIGHT = 1 / 900
"""Squared patch sides that a squared ΔE*ab counts when a place's nearest patch is sought."""


def structure(lab: Array, scale: float, smoothing: float) -> tuple[Array, Array]:
    """Smoothed structure tensor of a colour picture (Di Zenzo 1986).

    Args:
        lab: (h, w, 3) CIE L*a*b*.
        scale: Standard deviation of the blur before differentiation, pixels.
        smoothing: Standard deviation of the blur of the tensor, pixels.

    Returns:
        The *tangent's* double-angle vector (h, w, 2), as long as the roots' difference, and the roots' sum (h, w);
        both in (ΔE*ab a pixel)².
    """
    smooth = cv2.GaussianBlur(lab, (0, 0), max(scale, 0.3))
    dx, dy = (cv2.Scharr(smooth, cv2.CV_32F, *order) / 32 for order in ((1, 0), (0, 1)))
    products = np.stack([(dx * dx).sum(-1), (dy * dy).sum(-1), (dx * dy).sum(-1)], -1)
    xx, yy, xy = np.moveaxis(cv2.GaussianBlur(products, (0, 0), max(smoothing, 0.3)), -1, 0)
    return np.stack([yy - xx, -2 * xy], -1), xx + yy


def stroke_directions(lab: Array, direction: Direction, rng: np.random.Generator) -> Array:
    """Unit vectors (h, w, 2), x and y downwards, along which strokes run."""
    height, width = lab.shape[:2]
    side = min(height, width)
    tangent, _ = structure(lab, 0.004 * side, direction.smoothing * side)
    length = np.sqrt((tangent**2).sum(-1))
    follow = direction.follow * length / (length + (_CLEAR_EDGE / side) ** 2)
    if direction.patch > 0:
        wander = _patches(lab, direction.patch * side, rng)
    else:
        wander = clouds(height, width, 0.35 * side, 2, rng) * 1.5
    angle = direction.angle + direction.sway * float(rng.standard_normal())
    angle = -np.radians(2 * (angle + direction.spread * wander))  # y points downwards
    preferred = np.stack([np.cos(angle), np.sin(angle)], -1)
    double = preferred * (1 - follow)[..., None] + tangent * (follow / (length + 1e-9))[..., None]
    return halved(double)


def halved(double: Array) -> Array:
    """Unit vectors (h, w, 2) at half the angle of double-angle vectors."""
    angle = np.arctan2(double[..., 1], double[..., 0]) / 2
    return np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)


def _patches(lab: Array, side: float, rng: np.random.Generator) -> Array:
    """A random value −1 to 1 a patch (h, w): patches keep to regions of like colour."""
    rows, columns = int(lab.shape[0] / side) + 3, int(lab.shape[1] / side) + 3
    jitter = rng.uniform(-0.5, 0.5, (rows, columns, 2)).astype(np.float32)
    values = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return _nearest_seed(lab, jitter, values, side)


@compiled
def _nearest_seed(lab: Array, jitter: Array, values: Array, side: float) -> Array:
    """Value of the nearest jittered grid point, near in place and in colour (cf. superpixels, Achanta et al. 2012)."""
    height, width = lab.shape[:2]
    found = np.empty((height, width), np.float32)
    for row in range(height):
        for column in range(width):
            nearest = np.inf
            i, j = int(row / side) + 1, int(column / side) + 1
            for u in range(i - 1, i + 2):
                for v in range(j - 1, j + 2):
                    y, x = u - 0.5 + jitter[u, v, 0], v - 0.5 + jitter[u, v, 1]
                    seed_row = min(max(int(y * side), 0), height - 1)
                    seed_column = min(max(int(x * side), 0), width - 1)
                    distance = (row / side - y) ** 2 + (column / side - x) ** 2
                    for channel in range(3):
                        apart = lab[row, column, channel] - lab[seed_row, seed_column, channel]
                        distance += _COLOUR_WEIGHT * apart * apart
                    if distance < nearest:
                        nearest = distance
                        found[row, column] = values[u, v]
    return found
