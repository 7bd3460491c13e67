import math
from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.mesh import Mesh
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite


def area(mesh: Mesh) -> float:
    a, b, c = np.moveaxis(mesh.position[mesh.faces].astype(np.float64), 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def mean_colour(sprite: Sprite) -> np.ndarray:
    return np.average(sprite.colour.reshape(-1, 3), axis=0, weights=sprite.alpha.reshape(-1))


@pytest.fixture
def noon() -> Illumination:
    """The sun high on the left, before the thing."""
    sun = (-0.48, 0.72, math.sqrt(1 - 0.48**2 - 0.72**2))
    return Illumination(sun, (2.2, 2.1, 1.9), (0.25, 0.35, 0.55), (0.12, 0.15, 0.06))


@pytest.fixture
def winter(noon: Illumination) -> Illumination:
    return replace(noon, snow=0.9)


@pytest.fixture
def night(noon: Illumination) -> Illumination:
    dark = (0.01, 0.012, 0.02)
    return replace(noon, sun_colour=dark, sky_colour=dark, ground_colour=dark)
