"""A bare plain, seen by noon: what the tests of landscapes change one thing of."""

import numpy as np
import pytest

from likeness.synthetic.landscapes.composition import compose
from likeness.synthetic.landscapes.daylight import Daylight, daylight
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.palette import Palette, palette_of
from likeness.synthetic.landscapes.terrain import Terrain
from likeness.synthetic.landscapes.view import View

SIZE = 64


@pytest.fixture(scope="session")
def plain() -> Landscape:
    return Landscape(seed=3, kind="plain", season="summer", hour="noon", weather="clear", ground="green")


@pytest.fixture(scope="session")
def view() -> View:
    """Two metres above the ground, the horizon in the middle."""
    return View(size=SIZE, horizon=32.0, focal=64.0, eye=2.0)


@pytest.fixture(scope="session")
def flat(plain: Landscape) -> Terrain:
    """Level ground for ever: no hill, no water, no path, no tree."""
    _, terrain = compose(plain, SIZE, np.random.default_rng(0))
    terrain = terrain._replace(rolling_length=40.0, hill_length=700.0, mountain_length=2000.0, path_length=20.0)
    return terrain._replace(rolling=0.0, drop=0.0, knolls=0.0, hills=0.0, mountains=0.0, forest=0.0, path_width=0.0)


@pytest.fixture(scope="session")
def light(plain: Landscape) -> Daylight:
    return daylight(plain, np.random.default_rng(1))


@pytest.fixture(scope="session")
def palette(plain: Landscape) -> Palette:
    return palette_of(plain, 0.0, np.random.default_rng(2))
