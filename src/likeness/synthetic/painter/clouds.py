"""Smooth random fields over a picture: where the hand wanders, the wash is denser, the canvas is rougher."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
        across = _between(lattice.T, np.arange(width) / cell + rng.uniform(0, 1))
        total += _between(across.T, np.arange(height) / cell + rng.uniform(0, 1)) * np.float32(0.5**octave)
    return total / np.float32(2 - 0.5 ** (octaves - 1))


def _between(values: Array, positions: NDArray[np.float64]) -> Array:
    """Rows (n, …) at fractional positions (k,), passed smoothly from one to the next (Hermite), (k, …)."""
    row = positions.astype(np.int64)
    t = positions - row
    share = (t * t * (3 - 2 * t)).astype(np.float32)[:, None]
    return np.asarray(values[row] * (1 - share) + values[row + 1] * share, np.float32)
