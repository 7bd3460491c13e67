"""A small scene to be painted: sky, a disc of sun, a hill and a dark trunk."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Scene = Callable[..., NDArray[np.uint8]]


def _scene(height: int, width: int | None = None) -> NDArray[np.uint8]:
    width = height if width is None else width
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    side = min(height, width)
    y, x = y / side, x / side
    picture = np.stack([90 + 120 * y, 140 + 80 * y, 220 - 20 * y], -1)
    picture[(x - 0.75) ** 2 + (y - 0.22) ** 2 < 0.01] = (250, 220, 90)
    hill = y > 0.62 - 0.12 * np.sin(4 * x)
    picture[hill] = np.stack([60 + 50 * y, 130 - 20 * y, 50 + 0 * y], -1)[hill]
    picture[(np.abs(x - 0.3) < 0.03) & (y > 0.25) & (y < 0.8)] = (50, 35, 25)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A scene of any size that shows the same at all."""
    return _scene
