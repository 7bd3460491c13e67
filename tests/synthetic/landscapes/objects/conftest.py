import math
from dataclasses import replace

import pytest

from likeness.synthetic.landscapes.objects.sprite import Illumination


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
