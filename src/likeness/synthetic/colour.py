"""Colours: sRGB as people name them, linear as light adds up."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from likeness.synthetic.vectors import Array


def srgb_to_linear(colour: ArrayLike) -> Array:
    """Decode sRGB 0–1 to linear 0–1 (IEC 61966-2-1), any shape, float32."""
    value = np.asarray(colour, np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_to_srgb(colour: Array) -> Array:
    """Encode linear 0–1 as sRGB 0–1 (IEC 61966-2-1), any shape, float32; values outside are clipped."""
    value = np.clip(colour, 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055).astype(np.float32)
