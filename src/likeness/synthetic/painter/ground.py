"""Paper and canvas: their relief, and how light falls on it and on the paint."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.style import Ground
from likeness.synthetic.vectors import Array


def relief(height: int, width: int, ground: Ground, rng: np.random.Generator) -> Array:
    """Height of the ground (height, width), 0 in the valleys to 1 on the peaks."""
    pitch = ground.grain * min(height, width)
    if not ground.weave:
        return np.asarray(np.clip(0.5 + 0.75 * clouds(height, width, pitch, 2, rng), 0, 1), np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = clouds(height, width, 12 * pitch, 2, rng) * pitch * 0.25
    across, along = (y + bend) * (2 * np.pi / pitch), (x - bend) * (2 * np.pi / pitch)
    threads = np.sin(across) * (np.sin(along / 2) > 0) + np.sin(along) * (np.sin(across / 2) > 0)
    knots = clouds(height, width, 2.5 * pitch, 2, rng)
    woven = cv2.GaussianBlur(threads.astype(np.float32), (0, 0), max(0.2 * pitch, 0.4))
    return np.asarray(np.clip(0.5 + 0.4 * woven + 0.2 * knots, 0, 1), np.float32)


def slope_light(surface: Array, scale: float) -> Array:
    """Light from above on the left on a surface (h, w): −1 to 1, nought where it is flat.

    Args:
        surface: Height.
        scale: Pixels over which a rise of 1 is as bright as light gets.
    """
    down, right = np.gradient(surface)
    return np.asarray(np.clip((right + down) * scale, -1, 1), np.float32)
