from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.appearance import draw_appearance
from likeness.synthetic.camera import aim_camera
from likeness.synthetic.garments import Neckline
from likeness.synthetic.shot import Shot

NECKLINE = Neckline(-3.2, 0.25)


def appearance(person, age, body, seed=0, yaw=0.0):
    shot = Shot(seed=1, age_years=age, yaw=yaw)
    camera = aim_camera(body.head, body.vertices, shot, 64)
    return draw_appearance(person, shot, body, camera, NECKLINE, np.random.default_rng(seed))


def test_age_shows_in_the_skin(man, body):
    baby, child, adult, old = (appearance(man, age, body) for age in (0.5, 8, 30, 85))
    assert baby.skin.wrinkles == child.skin.wrinkles == adult.skin.wrinkles == 0 < old.skin.wrinkles
    assert child.skin.folds == 0 < adult.skin.folds < old.skin.folds
    assert adult.skin.age_spots == 0 < old.skin.age_spots
    assert baby.teeth == 0 < child.teeth == 1
    assert baby.skin.blush > adult.skin.blush
    assert baby.skin.scalp_cover < adult.skin.scalp_cover


def test_stubble_needs_a_grown_man(man, woman, body):
    def stubble(person, age):
        return appearance(person, age, body).skin.stubble

    assert stubble(man, 15) == stubble(woman, 40) == 0
    assert 0 < stubble(man, 30) < stubble(replace(man, beard="stubble"), 30)


def test_freckles_come_and_go(woman, body):
    freckled = replace(woman, freckles=1.0)
    found = [appearance(freckled, age, body).skin.freckles for age in (0, 12, 80)]
    assert found[0] == 0 < found[2] < found[1] == 1


def test_names_of_colours_are_kept(man, body):
    pale, dark = (appearance(replace(man, skin=skin), 30, body).skin for skin in ("pale", "dark"))
    assert min(pale.colour) > max(dark.colour)
    assert pale.lips[1] < pale.colour[1]
    blue, brown = (appearance(replace(man, eyes=eyes), 30, body).eyes for eyes in ("blue", "brown"))
    assert blue.iris[2] > blue.iris[0]
    assert brown.iris[2] < brown.iris[0]


def test_the_sitter_looks_at_the_camera_nearly(man, body):
    gazes = np.array([appearance(man, 30, body, seed).eyes.gaze for seed in range(40)])
    np.testing.assert_allclose(np.linalg.norm(gazes, axis=1), 1)
    np.testing.assert_allclose(gazes.mean(0), [0, -1, 0], atol=0.05)
    assert 0.02 < gazes[:, 0].std() < 0.1
    assert appearance(man, 30, body, yaw=0.5 + 1e-6).eyes.gaze[0] > 0.15


def test_eyes_lie_in_their_sockets(man, body):
    eyes = appearance(man, 30, body).eyes
    np.testing.assert_allclose(eyes.centres, body.head.eye_centres(body.vertices), atol=1e-6)
    assert 0.010 < eyes.radius < 0.020


def test_clothes_change_from_shot_to_shot_and_the_skin_does_not(man, body):
    first, again, other = (appearance(man, 30, body, seed) for seed in (0, 0, 1))
    assert first.garment == again.garment != other.garment
    assert first.skin.colour == other.skin.colour
    assert first.garment.neckline == NECKLINE
    patterns = [appearance(man, 30, body, seed).garment.pattern for seed in range(60)]
    assert set(patterns) == {0, 1, 2, 3}
    assert np.mean(np.array(patterns) == 0) == pytest.approx(0.5, abs=0.2)
