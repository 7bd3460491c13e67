import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.places import Thing
from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.standing import Cutouts, cast_shadow, foot_of, put, resized
from likeness.synthetic.landscapes.terrain import Terrain
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Vector

POST = Sprite(np.full((10, 4, 3), 0.5, np.float32), np.ones((10, 4), np.float32), (2.0, 10.0))
LIGHT = Illumination((0.0, 0.8, 0.6), (1.0, 1.0, 1.0), (0.4, 0.4, 0.5), (0.1, 0.1, 0.1))


def put_post(
    away: float, depth: float, foot: tuple[float, float] = (32.0, 40.0), visibility: float = 1e9
) -> np.ndarray:
    image = np.zeros((64, 64, 3), np.float32)
    there = np.full((64, 64), depth, np.float32)
    put(image, there, POST, foot, away, np.ones((64, 3), np.float32), visibility)
    assert (there[image[..., 0] > 0.1] == away).all()
    return image


def test_a_sprite_stands_on_its_foot() -> None:
    rows, columns = np.nonzero(put_post(10.0, 50.0)[..., 0])
    assert (rows.min(), rows.max() + 1) == (30, 40)
    assert (columns.min(), columns.max() + 1) == (30, 34)


def test_what_is_nearer_hides_it_and_the_air_pales_it() -> None:
    assert put_post(50.0, 10.0).max() == 0
    far = put_post(100.0, 1e9, visibility=100.0)[35, 32, 0]
    assert far == pytest.approx(0.5 * np.exp(-1) + 1 - np.exp(-1), rel=1e-5)


def test_a_sprite_may_hang_over_every_edge() -> None:
    for foot in ((0.0, 40.0), (64.0, 40.0), (32.0, 4.0), (32.0, 70.0)):
        assert put_post(10.0, 50.0, foot).max() == 0.5
    assert put_post(10.0, 50.0, (200.0, 40.0)).max() == 0


def test_a_sprite_made_smaller_keeps_its_colour_and_foot() -> None:
    half = resized(POST, 0.5)
    assert half.alpha.shape == (5, 2)
    assert half.foot == (1.0, 5.0)
    np.testing.assert_allclose(half.colour, 0.5, rtol=1e-4)


@pytest.mark.parametrize(("sun", "side"), [((0.6, 0.5, 0.0), -1), ((-0.6, 0.5, 0.0), 1)])
def test_shadows_fall_away_from_the_sun(view: View, flat: Terrain, sun: Vector, side: int) -> None:
    depth = look(view, flat).depth
    thing = Thing("tree", "oak", 0.0, 8.0, 1.25, 0)
    sunlit = np.ones((64, 64), np.float32)
    cast_shadow(sunlit, depth, POST, thing, view, flat, sun)
    shade = (1 - sunlit).sum(axis=0)
    assert sunlit.min() < 0.4
    assert shade[32 + side * 9] > 0.3
    assert shade[32 - side * 9] < 0.05


def test_a_sun_before_the_viewer_casts_shadows_towards_him(view: View, flat: Terrain) -> None:
    depth = look(view, flat).depth
    thing = Thing("tree", "oak", 0.0, 8.0, 1.25, 0)
    _, row = foot_of(thing, view, flat)
    front, back = (np.ones((64, 64), np.float32) for _ in range(2))
    cast_shadow(front, depth, POST, thing, view, flat, (0.0, 0.5, -0.86))
    cast_shadow(back, depth, POST, thing, view, flat, (0.0, 0.5, 0.86))
    below = slice(int(row) + 4, 64)
    assert (1 - front[below]).sum() > 5 * (1 - back[below]).sum()


def test_small_things_are_drawn_once_a_design(plain: Landscape) -> None:
    cutouts = Cutouts(plain, LIGHT, lamps=False)
    one, other = (cutouts.of(Thing("tree", "oak", 0.0, 80.0, 10.0, seed), 24.0) for seed in (0, 2))
    assert one.alpha.shape == other.alpha.shape
    np.testing.assert_array_equal(one.alpha, other.alpha)
    different = cutouts.of(Thing("tree", "oak", 0.0, 80.0, 10.0, 1), 24.0)
    assert different.alpha.shape != one.alpha.shape or (different.alpha != one.alpha).any()


@pytest.mark.parametrize("what", ["tree", "house", "figure", "bush", "rock"])
def test_everything_that_stands_can_be_drawn(plain: Landscape, what: str) -> None:
    kind = {"tree": "pine", "figure": "boy"}.get(what, "")
    sprite = Cutouts(plain, LIGHT, lamps=False).of(Thing(what, kind, 0.0, 20.0, 5.0, 1), 40.0)
    assert sprite.alpha.max() > 0.9
    assert 30 < sprite.foot[1] < 130  # a kite flies higher than its child
