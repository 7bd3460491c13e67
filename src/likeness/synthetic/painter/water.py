"""Water colour: pigment gathers at the rims of washes, settles in the paper and runs (cf. Bousseau et al. 2006)."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.palette import lab_to_rgb, rgb_to_lab
from likeness.synthetic.painter.style import Lab, Water
from likeness.synthetic.vectors import Array

_DETAIL = 5.0
"""Change of L* by the bleeding at which the painter half waits for the paper to dry."""
_RIM = 6.0
"""Change of L* across the rim of a wash at which the pigment gathers fully."""


def wet(lab: Array, relief: Array, paper: Lab, water: Water, rng: np.random.Generator) -> Array:
    """A picture (h, w, 3) in CIE L*a*b* after the water has dried.

    Args:
        lab: As painted.
        relief: (h, w) of the paper, 0 to 1.
        paper: Its colour.
        water: How wet it was.
        rng: Source of randomness.
    """
    height, width = relief.shape
    side = min(height, width)
    run = cv2.GaussianBlur(lab, (0, 0), max(water.bleeding * side, 0.3))
    drawn = np.abs(lab[..., 0] - run[..., 0]) / _DETAIL
    wetness = np.clip(2.2 * clouds(height, width, 0.22 * side, 3, rng), 0, 1) / (1 + drawn**2)
    mixed = lab + (run - lab) * wetness[..., None]
    lightness = np.ascontiguousarray(mixed[..., 0])
    surround = cv2.GaussianBlur(lightness, (0, 0), 0.011 * side)
    rims = surround - cv2.GaussianBlur(lightness, (0, 0), max(0.002 * side, 0.3))
    density = 1 + water.edges * np.clip(rims / _RIM, 0, 1.5)
    density += water.granulation * (1 - 2 * relief)
    density += water.turbulence * clouds(height, width, 0.3 * side, 5, rng)
    colour = lab_to_rgb(mixed)
    colour -= (colour - colour**2) * (density[..., None] - 1)  # more pigment darkens, but none is on white paper
    return _margin(rgb_to_lab(np.clip(colour, 0, 1)), paper, water.margin * side, rng)


def _margin(lab: Array, paper: Lab, margin: float, rng: np.random.Generator) -> Array:
    """Leave the border white where the brush did not reach it."""
    height, width = lab.shape[:2]
    side = min(height, width)
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    inside = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    ragged = (inside - margin * (1 + 0.9 * clouds(height, width, 3.5 * margin + 2, 4, rng))) / max(0.006 * side, 1.0)
    painted = np.clip(ragged + 0.5, 0, 1)[..., None]
    rim = np.clip(1 - np.abs(ragged - 1), 0, 1)[..., None] * np.array([5, 0, 0], np.float32)
    return np.asarray(np.array(paper, np.float32) * (1 - painted) + (lab - rim) * painted, np.float32)
