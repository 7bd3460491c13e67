"""From light to a picture: halation, exposure, film's tone curve, grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.colour import linear_to_srgb
from likeness.synthetic.landscapes.daylight import Daylight
from likeness.synthetic.vectors import Array

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


_MIDDLE = 0.26
"""Brightness that a picture's middle tones are pulled towards by day."""


def exposure(image: Array, light: Daylight) -> float:
    """Factor that brings a picture half-way (in stops) to a middle brightness, lower by night."""
    middle = float(np.exp(np.log(image[::5, ::5] @ _LUMINANCE + 1e-3).mean()))
    wanted = 0.11 if light.night else _MIDDLE
    return float(np.clip((wanted / middle) ** 0.5, 0.65, 2.2))


def finish(image: Array, size: int, gain: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Expose, roll the highlights off, and keep the colours full.

    Args:
        image: (large, large, 3) linear RGB, at least 0.
        size: Pixels a side of the result.
        gain: Factor on the light, as of ``exposure``.
        rng: Of the grain.

    Returns:
        (size, size, 3) uint8 sRGB.
    """
    large = len(image)
    light = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) if large != size else image
    bright = cv2.resize(np.clip(light - 0.85, 0, 2), (max(8, size // 4),) * 2, interpolation=cv2.INTER_AREA)
    halo = cv2.resize(cv2.GaussianBlur(bright, (0, 0), len(bright) * 0.035), (size, size))
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    exposed = (light + 0.35 * halo) * ((1 - 0.30 * (x * x + y * y)) * gain)[..., None]
    # Reinhard's (2002) curve with a white point, on the brightness, then a little on each channel, as film has it
    brightness = (exposed @ _LUMINANCE)[..., None] + 1e-6
    rolled = brightness * (1 + brightness / 6.0) / (1 + 0.62 * brightness)
    kept = exposed * (rolled / brightness)
    each = exposed * (1 + exposed / 6.0) / (1 + 0.62 * exposed)
    toned = 0.45 * kept + 0.55 * each
    value = linear_to_srgb(toned)
    value += 0.35 * value * (1 - value) * (value - 0.42)  # a soft S
    grey = (value @ _LUMINANCE)[..., None]
    value += 0.05 * (value - grey)
    grain = rng.standard_normal((size, size, 1)).astype(np.float32) * 0.006
    return np.clip((value + grain) * 255 + 0.5, 0, 255).astype(np.uint8)
