"""Where the sitter is: a background out of focus, and the light that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from likeness.synthetic import scenes
from likeness.synthetic.vectors import Array


@dataclass(frozen=True)
class Place:
    """A place.

    Attributes:
        phrase: How a caption names it.
        paint: Draws its background, (size, size, 3) linear RGB; lamps exceed 1.
        key: Colour of the key lamp, linear RGB.
        sky: Colour of the light from above.
        floor: Colour of the light from below.
        strength: Of the key lamp.
    """

    phrase: str
    paint: Callable[[np.random.Generator], Array]
    key: tuple[float, float, float]
    sky: tuple[float, float, float]
    floor: tuple[float, float, float]
    strength: float = 1.0


PLACES = {
    "studio": Place("in a photo studio", scenes.studio, (1.0, 0.97, 0.93), (0.30, 0.31, 0.33), (0.16, 0.15, 0.14)),
    "forest": Place("in a forest", scenes.forest, (1.0, 0.98, 0.86), (0.30, 0.36, 0.27), (0.16, 0.19, 0.10), 0.9),
    "beach": Place("at the beach", scenes.beach, (1.0, 0.96, 0.88), (0.34, 0.40, 0.48), (0.28, 0.25, 0.18), 1.1),
    "city": Place("in a city", scenes.city, (1.0, 0.97, 0.92), (0.34, 0.38, 0.44), (0.16, 0.16, 0.16)),
    "mountains": Place(
        "in the mountains", scenes.mountains, (1.0, 0.97, 0.92), (0.32, 0.39, 0.50), (0.18, 0.19, 0.15), 1.05
    ),
    "library": Place("in a library", scenes.library, (1.0, 0.88, 0.70), (0.28, 0.24, 0.19), (0.14, 0.11, 0.08), 0.85),
    "garden": Place("in a garden", scenes.garden, (1.0, 0.97, 0.87), (0.33, 0.38, 0.36), (0.18, 0.22, 0.12)),
    "snow": Place("in the snow", scenes.snow, (0.95, 0.97, 1.0), (0.42, 0.47, 0.55), (0.36, 0.39, 0.44), 0.85),
    "room": Place("at home", scenes.room, (1.0, 0.93, 0.82), (0.30, 0.28, 0.25), (0.18, 0.15, 0.12), 0.9),
    "night": Place(
        "in a street at night", scenes.night, (1.0, 0.84, 0.62), (0.13, 0.14, 0.20), (0.10, 0.08, 0.07), 0.8
    ),
}
"""Where a portrait can be taken."""


def _disc(radius: float) -> Array:
    """A disc of a radius in pixels with a soft edge, which sums to 1: what a lens makes of a point."""
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def backdrop(kind: str, rng: np.random.Generator, size: int, blur: float) -> Array:
    """A background picture, out of focus.

    Args:
        kind: A key of ``PLACES``.
        rng: Source of randomness.
        size: Pixels a side.
        blur: Radius of the circle of confusion as a share of the picture's side, about 0.01 to 0.05.

    Returns:
        (size, size, 3) linear RGB, at least 0; lamps exceed 1.
    """
    image = np.clip(PLACES[kind].paint(rng), 0, None).astype(np.float32)
    image = cv2.filter2D(image, -1, _disc(max(0.6, blur * scenes.SIZE)), borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)
