"""Smooth random fields over a picture: where the hand wanders, the wash is denser, the canvas is rougher."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.vectors import Array


def clouds(height: int, width: int, size: float, octaves: int, rng: np.random.Generator) -> Array:
    """Fractal value noise, about −1 to 1 with mean nought.

    Args:
        height: Pixels.
        width: Pixels.
        size: Of the largest cells, pixels.
        octaves: Each half as large and half as strong as the one before.
        rng: Source of randomness.

    Returns:
        (height, width) float32.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(size / 2**octave, 1.0)
        rows, columns = int(height / cell) + 3, int(width / cell) + 3
        lattice = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        y = (np.arange(height, dtype=np.float32) / cell + 0.5 + rng.uniform(0, 0.5)).astype(np.float32)
        x = (np.arange(width, dtype=np.float32) / cell + 0.5 + rng.uniform(0, 0.5)).astype(np.float32)
        grid_x, grid_y = np.meshgrid(_eased(x), _eased(y))
        total += cv2.remap(lattice, grid_x, grid_y, cv2.INTER_LINEAR) * 0.5**octave
    return total / np.float32(2 - 0.5 ** (octaves - 1))


def _eased(position: Array) -> Array:
    """Move positions within their cells so that linear interpolation becomes smooth (Hermite)."""
    whole = np.floor(position)
    t = position - whole
    return np.asarray(whole + t * t * (3 - 2 * t), np.float32)
