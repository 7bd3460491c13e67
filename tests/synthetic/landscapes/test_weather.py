import numpy as np

from likeness.synthetic.landscapes.weather import add_rain, add_snowfall


def grey(value):
    return np.full((128, 128, 3), value, np.float32)


def test_rain_draws_streaks_that_are_longer_than_wide(rng):
    image = grey(0.2)
    add_rain(image, rng)
    drawn = image[..., 0] - 0.2
    assert 0.05 < (drawn > 0.02).mean() < 0.8
    down, across = np.abs(np.diff(drawn, axis=0)).mean(), np.abs(np.diff(drawn, axis=1)).mean()
    assert across > 1.5 * down


def test_flakes_are_as_bright_as_the_brightest_there(rng):
    image = grey(0.1)
    image[:40] = 0.7
    add_snowfall(image, rng)
    assert image.max() < 0.75
    assert (image[60:] > 0.2).mean() > 0.01
    assert np.median(image[60:]) < 0.2


def test_the_same_state_rains_alike():
    one, other = grey(0.2), grey(0.2)
    add_rain(one, np.random.default_rng(4))
    add_rain(other, np.random.default_rng(4))
    np.testing.assert_array_equal(one, other)
