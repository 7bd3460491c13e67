import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import SEASONS
from likeness.synthetic.landscapes.objects.shrubs import bush, rock
from likeness.synthetic.landscapes.objects.tints import tint, tints, varied

from .conftest import mean_colour


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("height", [10, 50])
def test_a_bush_is_about_as_high_as_asked(season, height, noon):
    sprite = bush(season, height, noon, np.random.default_rng(0))
    top = np.flatnonzero(sprite.alpha.max(1) > 0.2)[0]
    assert sprite.foot[1] - top == pytest.approx(height, rel=0.3)


def test_a_bush_turns_red_in_autumn_and_bare_in_winter(noon):
    summer, autumn, winter = (bush(season, 50, noon, np.random.default_rng(1)) for season in SEASONS[1:])
    assert mean_colour(summer)[1] > 1.5 * mean_colour(summer)[0]
    assert mean_colour(autumn)[0] > 1.2 * mean_colour(autumn)[1]
    assert winter.alpha.sum() < 0.7 * summer.alpha.sum()


def test_a_rock_is_solid_lit_from_its_side_and_carries_snow(noon, winter):
    for seed in range(4):
        bare, white = (rock(40, light, np.random.default_rng(seed)) for light in (noon, winter))
        assert bare.foot[1] - np.flatnonzero(bare.alpha.max(1) > 0.5)[0] == pytest.approx(40, abs=2)
        assert (bare.alpha > 0.99).mean() > 0.45
        top = slice(None, int(bare.foot[1]) - 25)
        seen = bare.alpha[top] > 0.9
        assert white.colour[top][seen].mean() > 1.3 * bare.colour[top][seen].mean()


def test_tints_are_linear_and_vary_about_themselves(rng):
    assert tint((1.0, 0.5, 0.0)) == pytest.approx((1.0, 0.2140, 0.0), abs=1e-3)
    np.testing.assert_allclose(tints([(1.0, 0.5, 0.0)])[0], tint((1.0, 0.5, 0.0)))
    drawn = np.array([varied((0.3, 0.3, 0.3), rng) for _ in range(500)])
    assert drawn.mean() == pytest.approx(0.3, rel=0.03)
    assert 0.02 < drawn[:, 1].std() < 0.04
    assert varied((0.94, 0.94, 0.94), rng, 2.0)[0] <= 0.95
