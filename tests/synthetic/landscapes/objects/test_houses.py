from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.facades import facade
from likeness.synthetic.landscapes.objects.houses import house
from likeness.synthetic.landscapes.objects.openings import WindowStyle, door, window

STYLE = WindowStyle(frame=(0.8, 0.8, 0.8), shutters=None, bars=(1, 2), sill=(0.7, 0.7, 0.7))


def bright_share(sprite):
    """Share of the sprite that shines like a lamp."""
    return float(((sprite.colour[..., 0] > 0.3) & (sprite.alpha > 0.9)).sum() / sprite.alpha.sum())


@pytest.mark.parametrize("height", [20, 90])
@pytest.mark.parametrize("seed", range(6))
def test_a_house_is_as_high_as_asked(height, seed, noon):
    sprite = house(height, noon, np.random.default_rng(seed), lit_windows=False)
    rows, columns = np.flatnonzero(sprite.alpha.max(1) > 0.3), np.flatnonzero(sprite.alpha.max(0) > 0.3)
    assert height * 0.95 < sprite.foot[1] - rows[0] < 1.3 * height  # a chimney stands above the ridge
    assert 0.7 * height < len(columns) < 2.4 * height
    assert columns[0] < sprite.foot[0] < columns[-1]


@pytest.mark.parametrize("seed", range(4))
def test_windows_are_lit_by_night(seed, night):
    dark, lit = (house(90, night, np.random.default_rng(seed), lit_windows=lamps) for lamps in (False, True))
    assert bright_share(dark) == 0
    assert 0.01 < bright_share(lit) < 0.3


@pytest.mark.parametrize("seed", range(4))
def test_snow_lies_on_the_roof_and_not_on_the_walls(seed, noon, winter):
    grey = {"sun_colour": (0.0, 0.0, 0.0), "sky_colour": (1.0, 1.0, 1.0), "ground_colour": (1.0, 1.0, 1.0)}
    bare, white = (
        house(90, replace(light, **grey), np.random.default_rng(seed), lit_windows=False) for light in (noon, winter)
    )
    changed = (np.abs(bare.colour - white.colour).sum(2) > 0.15) & (bare.alpha > 0.9)
    upper = np.arange(len(changed)) < 0.5 * len(changed)
    assert changed[upper].sum() > 0.15 * bare.alpha[upper].sum()
    assert changed[int(0.75 * len(changed)) :].mean() < 0.1


def test_a_window_has_panes_frame_and_light():
    by_day, by_night = window(0, 1, 1, 1.4, STYLE, None), window(0, 1, 1, 1.4, STYLE, (0.9, 0.6, 0.2))
    np.testing.assert_array_equal(by_day.position, by_night.position)
    assert (by_night.colour == np.float32((0.9, 0.6, 0.2))).all(axis=1).any()
    assert not (by_day.colour[:, 0] == np.float32(0.9)).any()
    shuttered = window(0, 1, 1, 1.4, STYLE._replace(shutters=(0.1, 0.3, 0.2)), None)
    assert np.ptp(shuttered.position[:, 0]) > 1.8 * np.ptp(by_day.position[:, 0]) - 0.4
    more = window(0, 1, 1, 1.4, STYLE._replace(bars=(3, 2)), None)
    assert len(more.faces) == len(by_day.faces) + 2 * 12


def test_a_door_stands_where_it_is_put():
    leaf = door(2.0, 0.3, 1.0, 2.1, (0.3, 0.1, 0.1), STYLE, None, 0.5)
    assert leaf.position[:, 0].mean() == pytest.approx(2.0, abs=1e-5)
    assert leaf.position[:, 2].min() == 0.5
    assert leaf.position[:, 1].max() == pytest.approx(0.3 + 2.1 + 0.16, abs=1e-5)


@pytest.mark.parametrize(("width", "height"), [(120, 80), (300, 90), (80, 110)])
def test_fronts_fill_the_street(width, height, noon):
    for seed in range(3):
        sprite = facade(width, height, noon, np.random.default_rng(seed), False)
        columns = sprite.alpha.max(0) > 0.5
        rows = np.flatnonzero(sprite.alpha.max(1) > 0.3)
        assert columns.sum() == pytest.approx(width, rel=0.22)
        assert columns[np.flatnonzero(columns)[0] : np.flatnonzero(columns)[-1]].all()  # no gaps
        assert sprite.foot[1] - rows[0] == pytest.approx(height, rel=0.05, abs=2)
        assert sprite.foot[0] == pytest.approx(np.flatnonzero(columns).mean(), abs=2)


def test_a_street_is_lit_by_night(night):
    for seed in range(3):
        dark, lit = (facade(200, 100, night, np.random.default_rng(seed), lamps) for lamps in (False, True))
        assert bright_share(dark) == 0
        assert 0.03 < bright_share(lit) < 0.35
