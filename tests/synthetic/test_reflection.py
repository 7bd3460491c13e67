import math

import numpy as np
import pytest

from likeness.synthetic.reflection import Finish, Material, half_way, reflected

TO_CAMERA = (0.0, -1.0, 0.0)
MATT = Finish((0.0, 0.0, 0.0))


def light(material, lamps, to_camera=TO_CAMERA):
    return np.array(reflected(material, to_camera, lamps))


def facing(angle, finish=MATT, lit=1.0, openness=1.0):
    normal = (3 * math.sin(angle), -3 * math.cos(angle), 0.0)
    return Material((0.5, 0.4, 0.2), normal, lit, openness, finish)


def test_a_matt_surface_follows_the_cosine(front_light):
    around = 0.5 * (0.3 + 0.1)  # half sky, half floor
    for angle in (0.0, 0.5, 1.2):
        np.testing.assert_allclose(
            light(facing(angle), front_light), np.array([0.5, 0.4, 0.2]) * (math.cos(angle) + around)
        )
    np.testing.assert_allclose(light(facing(2.0), front_light), np.array([0.5, 0.4, 0.2]) * around)


def test_shadow_and_hollows_take_light_away(front_light):
    open_lit, open_dark = light(facing(0.0), front_light), light(facing(0.0, lit=0.0), front_light)
    np.testing.assert_allclose(open_lit - open_dark, [0.5, 0.4, 0.2])
    hollow = light(facing(0.0, lit=0.0, openness=0.5), front_light) / open_dark
    np.testing.assert_allclose(hollow, [0.5**0.85, 0.5, 0.5**1.1])
    np.testing.assert_array_equal(light(facing(0.0, lit=0.0, openness=0.0), front_light), 0)


def test_light_wraps_around_skin_farthest_in_red(front_light):
    skin = Finish((0.4, 0.2, 0.1))
    gain = light(facing(1.6, skin), front_light) - light(facing(1.6), front_light)
    albedo = np.array([0.5, 0.4, 0.2])
    assert (gain > 0).all()
    assert (np.diff(gain / albedo) < 0).all()


def test_red_light_bleeds_into_shadow(front_light):
    plain, flesh = (
        light(facing(0.0, lit=0.0), front_light),
        light(facing(0.0, Finish((0.0,) * 3, bleed=0.1), lit=0.0), front_light),
    )
    np.testing.assert_allclose(flesh - plain, [0.05, 0, 0], atol=1e-9)


@pytest.mark.parametrize(("gloss", "sharp_gloss"), [(1.0, 0.0), (0.0, 1.0)])
def test_highlights_mirror_the_lamp(front_light, gloss, sharp_gloss):
    finish = Finish((0.0, 0.0, 0.0), gloss, sharp_gloss)
    shine = [
        light(facing(angle, finish), front_light)[0] - light(facing(angle), front_light)[0] for angle in (0, 0.2, 0.9)
    ]
    assert shine[0] == pytest.approx(0.8 * (0.6 + 6 * 0.028))
    assert shine[0] > shine[1] > shine[2]
    assert light(facing(0.0, finish, lit=0.0), front_light)[0] == light(facing(0.0, lit=0.0), front_light)[0]


def test_narrow_highlights_are_narrow(front_light):
    wide, narrow = Finish((0.0, 0.0, 0.0), gloss=1.0), Finish((0.0, 0.0, 0.0), sharp_gloss=1.0)
    assert light(facing(0.3, wide), front_light)[0] > light(facing(0.3, narrow), front_light)[0] + 0.1


def test_down_shines_at_the_edge(front_light):
    down = Finish((0.0, 0.0, 0.0), sheen=0.06)
    gain = [
        light(facing(angle, down), front_light)[0] - light(facing(angle), front_light)[0] for angle in (0.0, 0.8, 1.5)
    ]
    assert gain[0] == pytest.approx(0)
    assert gain == sorted(gain)
    assert gain[2] > 0.03


def test_a_rim_lamp_lights_what_faces_it(front_light):
    rim = front_light._replace(rim_colour=(1.0, 1.0, 1.0))
    np.testing.assert_allclose(
        light(facing(math.pi), rim) - light(facing(math.pi), front_light), np.array([0.5, 0.4, 0.2]) * 0.8
    )
    np.testing.assert_array_equal(light(facing(0.0), rim), light(facing(0.0), front_light))


def test_the_half_vector_is_half_way(front_light):
    found = half_way((1.0, 0.0, 0.0), front_light)
    np.testing.assert_allclose(found, np.array([1, -1, 0]) / math.sqrt(2))
