"""Whole pictures, small ones: what a person should see in them."""

from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.portrait import render
from likeness.synthetic.shot import Shot, draw_shot

SHOT = Shot(seed=11, age_years=30, place="studio")


def picture(person, size=64, **changes):
    return render(person, replace(SHOT, **changes), size).astype(float)


def middle(image, share=0.12):
    """Mean colour around the middle."""
    low, high = (round(len(image) * (0.5 + sign * share)) for sign in (-1, 1))
    return image[low:high, low:high].mean((0, 1))


def difference(a, b):
    return float(np.abs(a - b).mean())


def test_equal_arguments_make_equal_pictures(man):
    first, again = (render(man, SHOT, 64) for _ in range(2))
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)


def test_other_shots_and_persons_make_other_pictures(man, woman):
    assert difference(picture(man), picture(man, seed=12)) > 3
    assert difference(picture(man), picture(woman)) > 3


def test_size_and_supersampling_change_no_more_than_detail(man):
    large = picture(man, 128).reshape(64, 2, 64, 2, 3).mean((1, 3))
    small = picture(man)
    coarse = render(man, SHOT, 64, supersampling=1.0).astype(float)
    face = slice(20, 44)
    assert difference(small[face, face], large[face, face]) < 12
    assert difference(small[face, face], coarse[face, face]) < 12


def test_skin_fills_the_middle_of_a_portrait(man):
    red, green, blue = middle(picture(man))
    assert red > green > blue > 40


def test_the_back_of_a_head_shows_hair(man):
    hairy = replace(man, balding=0.0)
    front, back = middle(picture(hairy)), middle(picture(hairy, yaw=np.pi, hard="back of the head"))
    assert back.mean() < 0.5 * front.mean()
    assert np.ptp(back) < 15  # black hair has no hue


def test_the_dark_is_dark(man):
    shot = draw_shot(np.random.default_rng(3), 30.0, hard="dark")
    assert render(man, shot, 64).mean() < 0.4 * picture(man).mean()


def test_someone_far_away_is_small(man):
    near = draw_shot(np.random.default_rng(3), 30.0)
    far = replace(near, hard="tiny", head_height=0.07, shift_x=0.0, shift_y=0.0)
    without = replace(far, shift_x=0.45)
    changed = np.abs(render(man, far, 96).astype(float) - render(man, without, 96)).max(-1) > 40
    assert 0 < changed[:, 24:72].mean() < 0.2


def test_a_blurred_picture_has_less_detail(man):
    def detail(hard):
        return float(np.abs(np.diff(picture(man, 96, hard=hard), axis=1)).mean())

    assert detail("blurred") < 0.6 * detail("")


def test_dark_glasses_and_scarf_hide_the_face(man):
    plain, hidden = picture(man), picture(man, hard="occluded")
    changed = np.abs(plain - hidden).max(-1) > 25
    assert changed[30:44, 22:42].mean() > 0.8
    eyes, bare = hidden[26:30, 22:42].mean(), plain[26:30, 22:42].mean()
    assert eyes < bare


def test_a_profile_is_seen_from_the_side(man):
    front, left, right = (picture(man, yaw=yaw, light_azimuth=0.0) for yaw in (0.0, -1.4, 1.4))
    assert difference(front, left) > 8
    assert difference(left[:, ::-1], right) < difference(left, right)


def test_glasses_are_worn_when_they_are(man):
    changed = np.abs(picture(man, 96) - picture(man, 96, glasses=True)).max(-1)[:, 38:58] > 20
    eyes, chin = changed[38:54].mean(), changed[66:80].mean()
    assert eyes > 0.1
    assert chin < 0.2 * eyes


def test_hair_goes_grey(woman):
    def redness(age):
        """How much redder than blue the back of the head is."""
        back = picture(replace(woman, seed=3), age_years=age, yaw=np.pi, hard="back of the head")
        red, _, blue = middle(back)
        return float((red - blue) / (red + blue))

    young, middling, old = redness(25), redness(47), redness(75)
    assert young > middling > old
    assert old < 0.5 * young


@pytest.mark.parametrize("age", [0.2, 3, 8, 16, 50, 89])
def test_every_age_can_be_photographed(man, woman, age):
    for person in (man, woman):
        image = picture(person, 48, age_years=float(age))
        assert 20 < image.mean() < 235
        assert image.std() > 15
