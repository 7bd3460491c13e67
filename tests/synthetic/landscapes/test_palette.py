from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.palette import illumination, palette_of


def of(landscape, **changes):
    return palette_of(replace(landscape, **changes), 2000.0, np.random.default_rng(0))


def test_seasons_colour_leaves_and_lay_snow(plain):
    summer, autumn, winter = (of(plain, season=season) for season in ("summer", "autumn", "winter"))
    assert (summer.leaves[:, 1] > summer.leaves[:, 0]).all()  # green
    assert (autumn.leaves[:, 0] > 1.5 * autumn.leaves[:, 1]).all()  # yellow to red
    assert winter.snow > 0.9
    assert summer.snow == autumn.snow == 0
    assert winter.snow_line < 0 < autumn.snow_line < summer.snow_line


def test_the_near_ground_is_what_was_asked_for(plain):
    green, wheat, dry, flowers = (of(plain, ground=ground) for ground in ("green", "wheat", "dry", "flowers"))
    assert green.near[1] > green.near[0]
    assert wheat.near[0] > wheat.near[1] > 2 * wheat.near[2]
    assert dry.grass[0] > green.grass[0]
    assert flowers.bloom == 1
    assert green.bloom == wheat.bloom == of(plain, ground="flowers", season="winter").bloom == 0


def test_snow_lights_things_from_below(plain, light):
    grass, snow = (illumination(light, of(plain, season=season)) for season in ("summer", "winter"))
    assert min(snow.ground_colour) > 2 * min(grass.ground_colour)
    assert snow.snow > 0.9
    assert grass.snow == 0
    assert snow.sun == light.sun
    assert snow.sky_colour == pytest.approx([1.3 * value for value in light.ambient])
