import numpy as np

from likeness.synthetic.landscapes.fantasy import add_lights, add_moon, floating_rock, floating_rocks
from likeness.synthetic.landscapes.objects.sprite import Illumination

LIGHT = Illumination((0.6, 0.5, 0.62), (2.0, 2.0, 2.0), (0.3, 0.3, 0.4), (0.1, 0.1, 0.1))


def test_a_rock_is_wide_and_green_above_and_pointed_below(palette, rng):
    rock = floating_rock(80.0, LIGHT, palette, rng)
    widths = (rock.alpha > 0.5).sum(axis=1)
    rows = np.nonzero(widths)[0]
    upper, lower = widths[rows[0] + 3 : rows[0] + 12].mean(), widths[rows[-1] - 8 :].mean()
    assert upper > 2 * lower
    top = rock.colour[rows[0] + 3][rock.alpha[rows[0] + 3] > 0.9].mean(axis=0)
    assert top[1] > 1.1 * top[0]


def test_rocks_float_over_the_horizon_far_ones_first(view, palette):
    rocks = floating_rocks(view, LIGHT, palette, np.random.default_rng(1))
    assert 2 <= len(rocks) <= 5
    depths = [away for _, _, away in rocks]
    assert depths == sorted(depths, reverse=True)
    assert all(row < view.horizon for _, (_, row), _ in rocks)


def test_a_moon_hangs_in_the_sky(view):
    image = np.zeros((64, 64, 3), np.float32)
    add_moon(image, view, (1.0, 0.9, 0.8), np.random.default_rng(2))
    assert 20 < (image.max(axis=2) > 0.05).sum() < 900
    assert image[33:].max() == 0


def test_lights_glow_over_the_ground(view):
    image = np.zeros((64, 64, 3), np.float32)
    add_lights(image, view, np.random.default_rng(3))
    assert image[24:].max() > 0.3
    assert image[:16].max() < 0.02
