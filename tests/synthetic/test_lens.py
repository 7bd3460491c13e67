from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.lens import develop, metering
from likeness.synthetic.shot import Shot

SHOT = Shot(1, 30)
GREY = np.full((96, 96, 3), 0.3, np.float32)


def developed(image, shot=SHOT, size=48, seed=0):
    return develop(image, shot, size, np.random.default_rng(seed))


def test_light_becomes_a_picture():
    picture = developed(GREY)
    assert picture.shape == (48, 48, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, developed(GREY))
    assert 130 < picture.mean() < 170
    assert developed(0 * GREY).max() < 10
    assert developed(100 * GREY).min() > 240


def test_exposure_brightens():
    means = [developed(GREY, replace(SHOT, exposure=exposure)).mean() for exposure in (0.05, 0.5, 1.0, 1.3)]
    assert means == sorted(means)
    assert means[0] < 50


def test_corners_are_darker():
    picture = developed(GREY, seed=3).astype(float)
    assert picture[:6, :6].mean() < picture[21:27, 21:27].mean() - 1


def test_grain_is_faint_and_stronger_in_the_dark():
    usual = np.diff(developed(GREY).astype(float)[20:28, 20:28], axis=1).std()
    dark = np.diff(developed(GREY, replace(SHOT, hard="dark")).astype(float)[20:28, 20:28], axis=1).std()
    assert 0.5 < usual < 5
    assert dark > 2 * usual


def test_a_blurred_shot_has_no_edges():
    edge = GREY.copy()
    edge[:, 48:] = 0.0
    sharp, blurred = (
        np.abs(np.diff(developed(edge, replace(SHOT, hard=hard)).astype(float), axis=1)).max()
        for hard in ("", "blurred")
    )
    assert blurred < 0.5 * sharp
    grey = developed(GREY, replace(SHOT, hard="blurred")).mean()
    assert abs(grey - developed(GREY).mean()) < 3


def test_light_is_metered_on_the_face(rng):
    pale, olive, dark = (0.78, 0.50, 0.40), (0.51, 0.27, 0.15), (0.17, 0.08, 0.04)
    assert metering(pale) == 1.0
    assert 1.0 <= metering(olive) < metering(dark) <= 1.7
    # A quarter of the luminance that needs none: 4 ** 0.3.
    assert metering((0.07, 0.07, 0.07)) == pytest.approx(4**0.3)
    brighter = develop(GREY, SHOT, 48, rng, metering=1.5)
    assert brighter.mean() > developed(GREY).mean() + 10
