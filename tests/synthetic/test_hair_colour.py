import numpy as np

from likeness.synthetic.hair_colour import base_colour, greyness, hair_colours


def saturation(colour):
    return (colour.max(-1) - colour.min(-1)) / colour.max(-1)


def test_hair_greys_with_age(woman):
    shares = [greyness(woman, age) for age in (0, 30, 37, 47, 60, 90)]
    assert shares[:3] == [0, 0, 0]
    assert shares == sorted(shares)
    assert 0 < shares[3] < 1 == shares[4]


def test_the_mean_colour_fades(woman):
    young, middle, old = (saturation(base_colour(woman, age)) for age in (20, 47, 70))
    assert young > middle > old == 0
    assert base_colour(woman, 80).mean() > base_colour(woman, 60).mean()
    assert base_colour(woman, 2).mean() > base_colour(woman, 20).mean()


def test_single_hairs_are_grey_or_not(woman, rng):
    colours = hair_colours(woman, 47, 4000, rng)
    assert colours.shape == (4000, 3)
    grey = saturation(colours) < 0.01
    assert abs(grey.mean() - greyness(woman, 47)) < 0.03
    assert saturation(colours[~grey]).min() > 0.5


def test_no_hair_is_grey_before_its_time(woman):
    assert saturation(hair_colours(woman, 30, 1000, np.random.default_rng(0))).min() > 0.5
    assert saturation(hair_colours(woman, 60, 1000, np.random.default_rng(0))).max() < 0.01
