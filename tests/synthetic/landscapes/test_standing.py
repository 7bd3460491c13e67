import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.places import Thing
from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.standing import Cutouts, cast_shadow, foot_of, resized

POST = Sprite(np.full((10, 4, 3), 0.5, np.float32), np.ones((10, 4), np.float32), (2.0, 10.0))
LIGHT = Illumination((0.0, 0.8, 0.6), (1.0, 1.0, 1.0), (0.4, 0.4, 0.5), (0.1, 0.1, 0.1))


def test_a_sprite_made_smaller_keeps_its_colour_and_foot():
    half = resized(POST, 0.5)
    assert half.alpha.shape == (5, 2)
    assert half.foot == (1.0, 5.0)
    np.testing.assert_allclose(half.colour, 0.5, rtol=1e-4)


@pytest.mark.parametrize(("sun", "side"), [((0.6, 0.5, 0.0), -1), ((-0.6, 0.5, 0.0), 1)])
def test_shadows_fall_away_from_the_sun(view, flat, sun, side):
    depth = look(view, flat).depth
    thing = Thing("tree", "oak", 0.0, 8.0, 1.25, 0)
    sunlit = np.ones((64, 64), np.float32)
    cast_shadow(sunlit, depth, POST, thing, view, flat, sun)
    shade = (1 - sunlit).sum(axis=0)
    assert sunlit.min() < 0.4
    assert shade[32 + side * 9] > 0.3
    assert shade[32 - side * 9] < 0.05


def test_a_sun_before_the_viewer_casts_shadows_towards_him(view, flat):
    depth = look(view, flat).depth
    thing = Thing("tree", "oak", 0.0, 8.0, 1.25, 0)
    _, row = foot_of(thing, view, flat)
    front, back = (np.ones((64, 64), np.float32) for _ in range(2))
    cast_shadow(front, depth, POST, thing, view, flat, (0.0, 0.5, -0.86))
    cast_shadow(back, depth, POST, thing, view, flat, (0.0, 0.5, 0.86))
    below = slice(int(row) + 4, 64)
    assert (1 - front[below]).sum() > 5 * (1 - back[below]).sum()


def test_small_things_are_drawn_once_a_design(plain):
    cutouts = Cutouts(plain, LIGHT, lamps=False)
    one, other = (cutouts.of(Thing("tree", "oak", 0.0, 80.0, 10.0, seed), 24.0) for seed in (0, 2))
    assert one.alpha.shape == other.alpha.shape
    np.testing.assert_array_equal(one.alpha, other.alpha)
    different = cutouts.of(Thing("tree", "oak", 0.0, 80.0, 10.0, 1), 24.0)
    assert different.alpha.shape != one.alpha.shape or (different.alpha != one.alpha).any()


@pytest.mark.parametrize("what", ["tree", "house", "figure", "bush", "rock"])
def test_everything_that_stands_can_be_drawn(plain, what):
    kind = {"tree": "pine", "figure": "boy"}.get(what, "")
    sprite = Cutouts(plain, LIGHT, lamps=False).of(Thing(what, kind, 0.0, 20.0, 5.0, 1), 40.0)
    assert sprite.alpha.max() > 0.9
    assert 30 < sprite.foot[1] < 130  # a kite flies higher than its child
