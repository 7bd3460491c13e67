"""What falls and drifts between the viewer and the land: rain, snow, morning mist."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.vectors import Array


def add_rain(image: Array, rng: np.random.Generator) -> None:
    """Streaks of rain in place, slanting one way, the near ones long and faint."""
    size = len(image)
    slant = float(rng.normal(0, 0.16))
    drops = np.zeros((size, size), np.float32)
    for count, length, width, strength in ((520, 0.035, 1, 0.30), (230, 0.075, 1, 0.40), (60, 0.15, 2, 0.22)):
        layer = np.zeros((size, size), np.float32)
        left, top = rng.uniform(-0.1, 1.1, count) * size, rng.uniform(-0.15, 1, count) * size
        long = length * size * rng.uniform(0.6, 1.3, count)
        for x, y, tall in zip(left, top, long, strict=True):
            start, end = (int(x * 8), int(y * 8)), (int((x + slant * tall) * 8), int((y + tall) * 8))
            cv2.line(layer, start, end, 1.0, width, cv2.LINE_AA, 3)
        drops += strength * layer
    light = cv2.GaussianBlur(image, (0, 0), size * 0.05)
    bright = light.mean(axis=(0, 1)) * 1.1 + 0.6 * light + 0.02
    veil = np.clip(drops, 0, 0.55)[..., None]
    image += veil * (bright - image)


def add_snowfall(image: Array, rng: np.random.Generator) -> None:
    """Falling flakes in place, far ones many and small, near ones few, large and soft."""
    size = len(image)
    flakes = np.zeros((size, size), np.float32)
    for count, radius, strength in ((650, 0.0016, 0.75), (230, 0.0032, 0.85), (34, 0.0085, 0.55)):
        layer = np.zeros((size, size), np.float32)
        places = rng.uniform(0, size, (count, 2))
        sizes = radius * size * rng.uniform(0.6, 1.4, count)
        for (x, y), r in zip(places, sizes, strict=True):
            cv2.circle(layer, (int(x * 8), int(y * 8)), max(int(r * 8), 4), 1.0, -1, cv2.LINE_AA, 3)
        flakes += strength * cv2.GaussianBlur(layer, (0, 0), max(radius * size * 0.45, 0.5))
    bright = np.quantile(image.reshape(-1, 3)[::37], 0.9, axis=0) * 1.05
    image += np.clip(flakes, 0, 0.9)[..., None] * (bright.astype(np.float32) - image)
