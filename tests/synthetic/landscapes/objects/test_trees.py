import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import SEASONS, TREES
from likeness.synthetic.landscapes.objects.trees import tree

from .conftest import mean_colour

KINDS = TREES[1:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("height", [12, 90])
def test_a_tree_is_as_high_as_asked_and_stands_on_its_foot(kind, season, height, noon):
    sprite = tree(kind, season, height, noon, np.random.default_rng(3))
    rows = np.flatnonzero(sprite.alpha.max(1) > 0.03)
    assert sprite.foot[1] - rows[0] == pytest.approx(height, rel=0.06, abs=1.5)
    assert abs(rows[-1] + 1 - sprite.foot[1]) < 0.06 * height + 1.5
    trunk = sprite.alpha[int(sprite.foot[1]) - max(1, height // 20)]
    assert trunk[int(sprite.foot[0]) - 1 : int(sprite.foot[0]) + 2].sum() > 0.4
    assert np.isfinite(sprite.colour).all()
    assert (sprite.colour >= 0).all()


def test_kinds_have_their_shapes(noon):
    width, filled = {}, {}
    for kind in KINDS:
        sprites = [tree(kind, "summer", 100, noon, np.random.default_rng(seed)) for seed in range(4)]
        width[kind] = np.mean([(sprite.alpha.max(0) > 0.1).sum() / 100 for sprite in sprites])
        filled[kind] = np.mean([sprite.alpha.sum() / (sprite.alpha.max(0) > 0.1).sum() / 100 for sprite in sprites])
    assert width["cypress"] < 0.35 < width["pine"] < 0.75 < width["oak"] < width["banyan"]
    assert filled["bare"] < 0.3 < filled["oak"]


def test_a_pine_narrows_upwards(noon, rng):
    sprite = tree("pine", "summer", 100, noon, rng)
    low, middle, high = (sprite.alpha[-rows : 25 - rows].sum() for rows in (40, 65, 90))
    assert low > 1.2 * middle > 1.5 * high


def test_an_oak_goes_through_the_year(noon):
    spring, summer, autumn, winter = (tree("oak", season, 100, noon, np.random.default_rng(5)) for season in SEASONS)
    red, green, _ = mean_colour(autumn)
    assert red > 1.5 * green
    red, green, blue = mean_colour(summer)
    assert green > 1.3 * red > 1.3 * blue
    assert mean_colour(spring).sum() > 1.2 * mean_colour(summer).sum()
    assert winter.alpha.sum() < 0.6 * summer.alpha.sum()


def test_some_oaks_blossom(noon):
    def greenness(seed):
        red, green, blue = mean_colour(tree("oak", "spring", 60, noon, np.random.default_rng(seed)))
        return green / (red + blue)

    values = [greenness(seed) for seed in range(10)]
    assert min(values) < 0.6 < 0.75 < max(values)


@pytest.mark.parametrize("kind", ["pine", "cypress", "bare"])
def test_snow_whitens_a_tree(kind, noon, winter):
    dark, white = (tree(kind, "winter", 90, light, np.random.default_rng(5)) for light in (noon, winter))
    np.testing.assert_array_equal(dark.alpha, white.alpha)
    assert mean_colour(white).sum() > 1.3 * mean_colour(dark).sum()


def test_a_crown_is_lit_from_the_suns_side(noon):
    sprites = [tree("oak", "summer", 100, noon, np.random.default_rng(seed)) for seed in range(4)]
    left, right = [], []
    for sprite in sprites:
        crown = sprite.alpha[: len(sprite.alpha) // 2] > 0.9
        middle = int(np.flatnonzero(crown.any(0)).mean())
        colour = sprite.colour[: len(sprite.alpha) // 2].sum(2)
        left.append(colour[:, :middle][crown[:, :middle]].mean())
        right.append(colour[:, middle:][crown[:, middle:]].mean())
    assert np.mean(left) > 1.1 * np.mean(right)
