"""Colours as people name them, in linear light, each a little different."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.vectors import Array, Vector, vector


def tint(colour: Vector) -> Vector:
    """An sRGB colour, 0 to 1, in linear light."""
    return vector(srgb_to_linear(colour))


def tints(colours: Sequence[Vector]) -> Array:
    """SRGB colours (n, 3), 0 to 1, in linear light."""
    return np.asarray(srgb_to_linear(colours), np.float32)


def varied(colour: Vector, rng: np.random.Generator, spread: float = 0.10) -> Vector:
    """A linear colour made brighter or darker, warmer or cooler, by shares of about ``spread``."""
    bright, warm = float(rng.normal(0, spread)), float(rng.normal(0, 0.4 * spread))
    red, green, blue = (
        min(0.95, value * factor)
        for value, factor in zip(colour, np.exp((bright + warm, bright, bright - warm)), strict=True)
    )
    return float(red), float(green), float(blue)


LAMPLIGHT: Vector = (0.95, 0.62, 0.22)
"""What a window shows when a lamp is lit behind it, linear RGB."""
