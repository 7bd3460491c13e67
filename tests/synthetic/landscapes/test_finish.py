from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.finish import exposure, finish


def finished(value, size=32, gain=1.0):
    return finish(np.full((48, 48, 3), value, np.float32), size, gain, np.random.default_rng(0))


def test_pictures_are_eight_bit_of_the_size_asked_for():
    picture = finished(0.2)
    assert picture.shape == (32, 32, 3)
    assert picture.dtype == np.uint8
    assert finished(0.2, size=48).shape == (48, 48, 3)


def test_the_curve_rises_and_rolls_off():
    tones = [float(finished(value).mean()) for value in (0.0, 0.05, 0.2, 0.6, 1.5, 4.0)]
    assert tones == sorted(tones)
    assert tones[0] < 3
    assert tones[3] < 235  # what is bright keeps its drawing
    assert tones[5] > 245


def test_grey_stays_grey_and_colours_stay_apart(rng):
    grey = finished(0.3).reshape(-1, 3).mean(axis=0)
    assert np.ptp(grey) < 2
    red = finish(np.tile(np.float32([0.5, 0.1, 0.1]), (32, 32, 1)), 32, 1.0, rng)
    assert red[..., 0].mean() > 1.5 * red[..., 1].mean()


def test_what_outshines_the_picture_glows():
    image = np.full((64, 64, 3), 0.05, np.float32)
    dark = finish(image, 64, 1.0, np.random.default_rng(0))
    image[30:34, 30:34] = 8.0
    lit = finish(image, 64, 1.0, np.random.default_rng(0))
    assert lit[36, 36].mean() > dark[36, 36].mean() + 5
    assert abs(float(lit[2, 2].mean()) - float(dark[2, 2].mean())) < 2


def test_exposure_goes_half_way_and_leaves_night_dark(light):
    image = np.full((16, 16, 3), 0.26, np.float32)
    assert exposure(image, light) == pytest.approx(1.0, abs=0.01)
    assert exposure(image / 2, light) == pytest.approx(2**0.5, rel=0.02)
    assert exposure(image, replace(light, night=True)) < 0.7
