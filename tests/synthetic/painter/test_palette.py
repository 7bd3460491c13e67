import numpy as np
import pytest

from likeness.synthetic.painter.palette import lab_to_rgb, recolour, rgb_to_lab
from likeness.synthetic.painter.style import Palette

LAB = np.random.default_rng(0).uniform((10, -40, -40), (90, 40, 40), (32, 32, 3)).astype(np.float32)
GREYS = np.repeat(np.linspace(0, 100, 256, dtype=np.float32)[None, :, None], 64, 0) * np.array([1, 0, 0], np.float32)


def test_colours_come_back(rng):
    rgb = rng.random((16, 16, 3), np.float32)
    np.testing.assert_allclose(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=4e-3)


def test_colours_of_the_standard():
    rgb = np.array([[[1, 1, 1], [0, 0, 0], [1, 0, 0]]], np.float32)
    np.testing.assert_allclose(rgb_to_lab(rgb)[0], [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]], atol=0.1)


def test_what_the_screen_lacks_is_clipped():
    rgb = lab_to_rgb(np.array([[[60, -120, 100], [105, 0, 0]]], np.float32))
    assert 0 <= rgb.min() <= rgb.max() <= 1


def test_a_plain_palette_changes_nothing():
    np.testing.assert_allclose(recolour(LAB, Palette()), LAB, atol=1e-4)


def test_black_and_white_become_the_palettes():
    seen = recolour(GREYS, Palette(darkest=20, lightest=90))
    assert seen[0, 0, 0] == pytest.approx(20)
    assert seen[0, -1, 0] == pytest.approx(90)


def test_saturation_contrast_and_warmth():
    assert np.abs(recolour(LAB, Palette(saturation=0))[..., 1:]).max() == 0
    np.testing.assert_allclose(recolour(LAB, Palette(saturation=1.5))[..., 1:], LAB[..., 1:] * 1.5, rtol=1e-5)
    contrasted = recolour(GREYS, Palette(contrast=2))
    np.testing.assert_allclose(contrasted[0, :, 0], np.clip(2 * GREYS[0, :, 0] - 50, 0, 100), atol=1e-3)
    warm = recolour(GREYS, Palette(warmth=20))
    assert warm[0, 0, 2] == pytest.approx(-10)
    assert warm[0, -1, 2] == pytest.approx(10)


def test_tones_gather_lightness():
    lightness = recolour(GREYS, Palette(tones=5))[0, :, 0]
    assert (np.diff(lightness) > -1e-4).all()
    counts, _ = np.histogram(lightness, bins=np.linspace(-2.5, 102.5, 22))
    assert counts[2::4].sum() > 2 * 0.24 * 256  # bins around 10, 30, 50, 70, 90: 5 of 21 of an even ramp


def test_modelling_deepens_forms_and_leaves_planes():
    step = GREYS.copy()
    step[..., 0] = np.where(np.arange(256) < 128, 40, 60)
    seen = recolour(step, Palette(modelling=1))[0, :, 0]
    assert seen[127] < 35
    assert seen[128] > 65
    np.testing.assert_allclose(seen[[20, 235]], [40, 60], atol=0.1)


def test_pigments_attract_the_colours_near_them():
    red, blue = (50.0, 60.0, 30.0), (40.0, 0.0, -50.0)
    palette = Palette(pigments=(red, blue), pull=1)
    lab = np.array([[[70, 50, 20], [30, 5, -40]]], np.float32)
    seen = recolour(lab, palette)[0]
    np.testing.assert_allclose(seen[0, 1:], red[1:], atol=1)
    np.testing.assert_allclose(seen[1, 1:], blue[1:], atol=1)
    np.testing.assert_allclose(seen[:, 0], [70 - 0.3 * 20, 30 + 0.3 * 10], atol=0.1)


def test_half_a_pull_goes_half_the_way():
    palette = Palette(pigments=((50, 20, 20),), pull=0.5)
    np.testing.assert_allclose(recolour(LAB, palette)[..., 1:], (LAB[..., 1:] + 20) / 2, atol=1e-3)


def test_tones_are_spread_towards_black_and_white():
    middle = GREYS * 0.6 + np.array([20, 0, 0], np.float32)
    seen = recolour(middle, Palette(stretch=1))[0, :, 0]
    assert seen.min() < 1
    assert seen.max() > 99
    half = recolour(middle, Palette(stretch=0.5))[0, :, 0]
    np.testing.assert_allclose(half, (seen + middle[0, :, 0]) / 2, atol=0.1)


def test_fog_stays_fog():
    fog = GREYS * 0.1 + np.array([60, 0, 0], np.float32)
    assert np.ptp(recolour(fog, Palette(stretch=1))[..., 0]) < 35
    plain = 0 * GREYS + np.array([60, 0, 0], np.float32)
    np.testing.assert_allclose(recolour(plain, Palette(stretch=1)), plain, atol=1e-4)
