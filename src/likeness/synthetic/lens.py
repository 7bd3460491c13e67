"""What the lens and the film make of the light: vignette, exposure, tone curve, blur, grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.colour import linear_to_srgb
from likeness.synthetic.shot import Shot
from likeness.synthetic.vectors import Array, Vector

_METERED, _METERING, _LONGEST = 0.28, 0.3, 1.7
"""Luminance of skin that needs no compensation, how much of the difference is made up for, and the largest factor."""


def metering(skin: Vector) -> float:
    """Factor of the exposure of somebody who meters on the face: 1 for light skin, more the darker it is.

    Args:
        skin: Albedo, linear RGB.
    """
    luminance = 0.2126 * skin[0] + 0.7152 * skin[1] + 0.0722 * skin[2]
    return float(np.clip((_METERED / max(luminance, 1e-3)) ** _METERING, 1.0, _LONGEST))


def develop(
    image: Array, shot: Shot, size: int, rng: np.random.Generator, *, metering: float = 1.0
) -> NDArray[np.uint8]:
    """Turn light into a picture.

    Args:
        image: (large, large, 3) linear RGB, at least 0.
        shot: Its exposure, and what went wrong.
        size: Pixels a side of the result, not above ``large``.
        rng: Source of randomness.
        metering: Factor of the exposure beside the photograph's own.

    Returns:
        (size, size, 3) uint8 sRGB.
    """
    large = len(image)
    y, x = np.mgrid[0:large, 0:large].astype(np.float32) / large - 0.5
    vignette = 1 - 0.35 * rng.uniform(0.2, 1.0) * (x * x + y * y)
    exposed = image * (vignette * shot.exposure * metering * 1.15)[..., None]
    toned = exposed * (1 + exposed * 0.10) / (1 + exposed * 0.32) * 1.12  # highlights roll off
    picture = cv2.resize(toned.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    if shot.hard == "blurred":
        picture = _out_of_focus(picture, rng)
    grain = rng.standard_normal((size, size, 1)).astype(np.float32) * (0.022 if shot.hard == "dark" else 0.006)
    return np.clip((linear_to_srgb(picture) + grain) * 255 + 0.5, 0, 255).astype(np.uint8)


def _out_of_focus(picture: Array, rng: np.random.Generator) -> Array:
    """Blurred by focus and by a hand that moved sideways."""
    size = len(picture)
    soft = cv2.GaussianBlur(picture, (0, 0), size * float(rng.uniform(0.022, 0.035)))
    length = int(size * 0.06) | 1  # odd, lest the picture shift
    sideways = np.zeros((length, length), np.float32)
    sideways[length // 2] = 1 / length
    return np.asarray(cv2.filter2D(soft, -1, sideways), np.float32)
