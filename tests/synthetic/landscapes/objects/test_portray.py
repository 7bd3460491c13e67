from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.finishes import CHROME, GLASS, GLOW, LEAF, MATT, PAINT
from likeness.synthetic.landscapes.objects.mesh import merged, moved
from likeness.synthetic.landscapes.objects.portray import Eye, portray, shaded_below, supersampling
from likeness.synthetic.landscapes.objects.solids import ball, boxes, quads

FAR = Eye(distance=1000.0, height=0.5)
GREY = (0.5, 0.5, 0.5)


def middle(sprite, x, y, scale=40.0):
    """Colour at a point in metres from the foot, y upwards."""
    return sprite.colour[int(sprite.foot[1] - y * scale), int(sprite.foot[0] + x * scale)]


def test_a_box_is_as_large_as_the_scale_says_and_stands_on_its_foot(noon):
    sprite = portray(boxes((-0.5, 0, -0.1), (0.5, 2, 0.1), GREY, MATT), 40.0, noon, FAR)
    rows, columns = np.flatnonzero(sprite.alpha.max(1) > 0.5), np.flatnonzero(sprite.alpha.max(0) > 0.5)
    assert len(rows) == pytest.approx(80, abs=1)
    assert len(columns) == pytest.approx(40, abs=1)
    assert rows[-1] + 1 == pytest.approx(sprite.foot[1], abs=1)
    assert columns.mean() + 0.5 == pytest.approx(sprite.foot[0], abs=1)
    assert sprite.colour.dtype == sprite.alpha.dtype == np.float32
    assert sprite.alpha.max() <= 1
    assert (sprite.colour[sprite.alpha == 0] == 0).all()


def test_edges_are_covered_in_part_and_keep_their_colour(noon):
    sprite = portray(ball((0, 1, 0), 1, GREY, GLOW, sides=40), 20.0, noon, FAR, finer=4)
    part = (sprite.alpha > 0.1) & (sprite.alpha < 0.9)
    assert part.sum() > 30
    np.testing.assert_allclose(sprite.colour[part], 0.5, atol=1e-3)


def test_what_is_nearer_is_larger_and_hides_what_is_behind(noon):
    near = boxes((-1, 0, 1), (0, 1, 1.2), (1, 0, 0), GLOW)
    behind = boxes((-0.5, 0, -1), (0.5, 1, -0.8), (0, 1, 0), GLOW)
    eye = Eye(distance=4.0, height=0.5)
    sprite = portray(merged([behind, near]), 40.0, noon, eye)
    red, green = sprite.colour[..., 0] > 0.5, sprite.colour[..., 1] > 0.5
    assert red.any(0).sum() > 1.5 * 40 / 1.2 > green.any(0).sum()
    np.testing.assert_allclose(middle(sprite, -0.2, 0.5), [1, 0, 0], atol=1e-3)


def test_large_walls_that_reach_into_the_depth_do_not_pierce_each_other(noon):
    roof = quads([(-3, 1.02, 5), (3, 1.02, 5), (3, 1.02, -25), (-3, 1.02, -25)], (0, 1, 0), GLOW)
    floor = quads([(-3, 1.0, 0), (3, 1.0, 0), (3, 1.0, -2), (-3, 1.0, -2)], (1, 0, 0), GLOW)
    sprite = portray(merged([roof, floor]), 40.0, noon, Eye(distance=12.0, height=4.0))
    seen = sprite.alpha > 0.9
    assert sprite.colour[seen][:, 0].max() < 0.2


def test_the_sunny_side_is_brighter_and_what_stands_before_it_casts_a_shadow(noon):
    wall = quads([(-2, 0, 0), (2, 0, 0), (2, 3, 0), (-2, 3, 0)], GREY, MATT)
    post = boxes((-0.9, 0, 0.4), (-0.6, 3, 0.7), GREY, MATT)
    bare, shaded = portray(wall, 40.0, noon, FAR), portray(merged([wall, post]), 40.0, noon, FAR)
    shadow_x = -0.75 + 0.55 * 0.48 / noon.sun[2]  # away from the sun, on the left
    assert middle(shaded, shadow_x, 1.0).mean() < 0.5 * middle(bare, shadow_x, 1.0).mean()
    np.testing.assert_allclose(middle(shaded, 1.8, 1.0), middle(bare, 1.8, 1.0), rtol=1e-3)
    round_one = portray(ball((0, 1, 0), 1, GREY, MATT, sides=40), 40.0, noon, FAR)
    assert middle(round_one, -0.5, 1.5).mean() > 3 * middle(round_one, 0.6, 0.4).mean()


def test_matt_light_is_worked_by_hand(noon):
    flat = portray(quads([(-1, 0, 0), (1, 0, 0), (1, 2, 0), (-1, 2, 0)], GREY, MATT), 40.0, noon, FAR)
    facing = noon.sun[2]
    expected = 0.5 * (
        np.array(noon.sun_colour) * facing
        + np.array(noon.sky_colour) * 0.5 * (1 + 0.30 * facing)
        + np.array(noon.ground_colour) * 0.5
    )
    np.testing.assert_allclose(middle(flat, 0, 1), expected, rtol=1e-3)


def test_a_leaf_lets_light_through_and_a_wall_does_not(noon):
    behind = replace(noon, sun=(0.0, 0.6, -0.8))
    corners = [(-1, 0, 0), (1, 0, 0), (1, 2, 0), (-1, 2, 0)]
    leaf, wall = (portray(quads(corners, GREY, finish), 40.0, behind, FAR) for finish in (LEAF, MATT))
    assert middle(leaf, 0, 1).mean() > 2 * middle(wall, 0, 1).mean()


def test_snow_lies_on_top_only(noon, winter):
    box = boxes((-0.5, 0, -2), (0.5, 1, 0), (0.3, 0.1, 0.1), MATT)
    eye = Eye(distance=8.0, height=4.0)
    green, white = portray(box, 40.0, noon, eye), portray(box, 40.0, winter, eye)
    change = np.abs(white.colour - green.colour).sum(2)
    edge, seen = int(green.foot[1]) - 40, green.alpha > 0.9
    assert change[: edge - 1][seen[: edge - 1]].min() > 0.5
    assert change[edge + 1 :][seen[edge + 1 :]].max() < 0.05


def test_lamps_shine_by_night_and_only_they(night):
    lamp = boxes((-0.5, 0, 0), (0, 1, 0.1), (2.0, 1.5, 0.8), GLOW)
    wall = boxes((0.1, 0, 0), (0.6, 1, 0.1), (0.9, 0.9, 0.9), MATT)
    sprite = portray(merged([lamp, wall]), 40.0, night, FAR)
    np.testing.assert_allclose(middle(sprite, -0.25, 0.5), [2.0, 1.5, 0.8], rtol=1e-3)
    assert middle(sprite, 0.35, 0.5).max() < 0.05


def test_lacquer_glass_and_chrome_mirror_the_sky(noon):
    black, blue = (0.0, 0.0, 0.0), replace(noon, sun_colour=(0, 0, 0), sky_colour=(0.1, 0.2, 1.0))
    share = []
    for finish, colour in ((PAINT, black), (GLASS, black), (CHROME, (1.0, 1.0, 1.0))):
        sprite = portray(ball((0, 1, 0), 1, colour, finish, sides=60), 40.0, blue, FAR)
        upper = middle(sprite, 0, 1.6)  # mirrors what is 70° up
        np.testing.assert_allclose(upper / upper[2], [0.1, 0.2, 1.0], atol=0.03)
        share.append(upper[2])
    assert share[0] < share[1] < share[2]


def test_dark_gathers_under_a_thing(noon):
    box = moved(boxes((-1, 0, -0.5), (1, 0.5, 0.5), GREY, MATT), (0, 0.3, 0))
    eye = Eye(distance=8.0, height=1.5)
    sprite = portray(box, 40.0, noon, eye)
    under = np.array([(-1, 0, -0.5), (1, 0, -0.5), (1, 0, 0.5), (-1, 0, 0.5)], np.float32)
    grounded = shaded_below(sprite, under, 40.0, eye)
    row, column = int(grounded.foot[1]), int(grounded.foot[0])
    assert grounded.alpha[row, column] > 0.4
    assert grounded.colour[row, column].max() < 0.05
    left, top = (int(grounded.foot[axis] - sprite.foot[axis]) for axis in range(2))
    rows, columns = sprite.alpha.shape
    inside = sprite.alpha == 1
    same = grounded.colour[top : top + rows, left : left + columns]
    np.testing.assert_allclose(same[inside], sprite.colour[inside], rtol=1e-5)


def test_small_sprites_are_drawn_finer():
    assert [supersampling(size) for size in (12, 60, 300)] == [4, 3, 2]
