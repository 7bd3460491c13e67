import numpy as np
import pytest

from likeness.synthetic.painter.inks import flat_inks

COLOURS = np.array([[20, 0, 0], [50, 40, 20], [60, -30, 30], [90, 0, 10]], np.float32)
AREAS = np.arange(96)[None, :] // 24 * np.ones((96, 1), int)


def test_colours_of_a_flat_picture_come_back():
    printed = flat_inks(COLOURS[AREAS], 6, 1.0)
    for k in range(4):
        np.testing.assert_allclose(
            printed[:, 24 * k + 8 : 24 * k + 16], np.broadcast_to(COLOURS[k], (96, 8, 3)), atol=0.5
        )


def test_a_picture_is_reduced_to_its_inks(rng):
    noisy = COLOURS[AREAS] + rng.normal(0, 4, (96, 96, 3)).astype(np.float32)
    printed = flat_inks(noisy, 6, 2.0)
    nearest = np.sqrt(((printed[..., None, :] - COLOURS) ** 2).sum(-1)).min(-1)
    assert (nearest < 3).mean() > 0.85


def test_borders_between_inks_are_soft_but_thin():
    printed = flat_inks(COLOURS[AREAS], 6, 1.0)[48, :, 0]
    between = (printed[40:56] > 51) & (printed[40:56] < 59)
    assert between.sum() <= 3
    assert printed[47] == pytest.approx((50 + 60) / 2, abs=5)


def test_specks_are_cut_away():
    lab = COLOURS[AREAS].copy()
    lab[40, 12] = COLOURS[3]
    assert flat_inks(lab, 6, 3.0)[40, 12, 0] == pytest.approx(20, abs=1)


def test_a_picture_of_one_colour_has_one_ink():
    plain = np.tile(COLOURS[1], (64, 64, 1))
    np.testing.assert_allclose(flat_inks(plain, 5, 1.0), plain, atol=1e-3)


def test_a_small_accent_keeps_its_ink():
    ramp = np.repeat(np.linspace(30, 80, 96, dtype=np.float32)[:, None, None], 96, 1) * np.array(
        [1, 0, -0.2], np.float32
    )
    ramp[20:30, 60:70] = (55, 65, 45)  # a sun, 1 % of the picture
    printed = flat_inks(ramp, 6, 1.0)
    np.testing.assert_allclose(printed[25, 65], [55, 65, 45], atol=6)
