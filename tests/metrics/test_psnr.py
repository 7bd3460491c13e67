import numpy as np
import pytest
from skimage import data
from skimage.metrics import peak_signal_noise_ratio

from likeness.metrics.psnr import psnr


def test_it_is_scikit_images(rng):
    a = data.astronaut()
    noise = rng.integers(-20, 21, a.shape)
    b = np.clip(a + noise, 0, 255).astype(np.uint8)
    assert psnr(a, b) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9)
    assert psnr(a[..., 0], b[..., 0]) == pytest.approx(
        peak_signal_noise_ratio(a[..., 0], b[..., 0], data_range=255), abs=1e-9
    )


def test_worked_by_hand():
    black = np.zeros((4, 4), dtype=np.uint8)
    # Off by all there is: 0 dB. A tenth of it is 20 dB better; one pixel of sixteen, 10 log 16 = 12.04 dB.
    assert psnr(black, np.full((4, 4), 255, dtype=np.uint8)) == 0
    assert psnr(black, np.full((4, 4), 25.5)) == pytest.approx(20)
    dot = black.copy()
    dot[1, 2] = 255
    assert psnr(black, dot) == pytest.approx(12.0412, abs=1e-4)
    assert psnr(black, black) == float("inf")


def test_small_values_do_not_wrap_around():
    a, b = np.full((4, 4), 250, dtype=np.uint8), np.full((4, 4), 5, dtype=np.uint8)
    assert psnr(a, b) == psnr(b, a) == pytest.approx(20 * np.log10(255 / 245))


def test_only_the_region_counts():
    a = np.zeros((4, 4, 3), dtype=np.uint8)
    b = a.copy()
    b[:2] = 51
    upper = np.zeros((4, 4), dtype=bool)
    upper[:2] = True
    assert psnr(a, b, upper) == pytest.approx(20 * np.log10(5))
    assert psnr(a, b, ~upper) == float("inf")
    assert psnr(a, b, np.ones((4, 4), dtype=bool)) == psnr(a, b)
    assert np.isnan(psnr(a, b, np.zeros((4, 4), dtype=bool)))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"one shape, got \(4, 4\) and \(4, 5\)"):
        psnr(np.zeros((4, 4)), np.zeros((4, 5)))
    with pytest.raises(ValueError, match="one shape"):
        psnr(np.zeros(4), np.zeros(4))
    with pytest.raises(ValueError, match=r"region of \(4, 4\) pixels, got \(2, 2\)"):
        psnr(np.zeros((4, 4)), np.zeros((4, 4)), np.ones((2, 2), dtype=bool))
