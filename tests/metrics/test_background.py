import numpy as np
import pytest
from skimage import data
from skimage.metrics import structural_similarity

from likeness.metrics.background import background_psnr, background_ssim
from likeness.metrics.ssim import SsimOptions, ssim


@pytest.fixture(scope="module")
def pair():
    a = data.astronaut()[100:196, 180:276]
    noise = np.random.default_rng(0).normal(0, 25, a.shape)
    return a, np.clip(a + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def mask():
    mask = np.zeros((96, 96), dtype=bool)
    mask[30:60, 40:70] = True
    return mask


def test_the_mean_of_scikit_images_map_over_windows_clear_of_the_mask(pair, mask):
    a, b = pair[0][..., 0], pair[1][..., 0]
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    _, full = structural_similarity(a, b, full=True, **settings)
    clear = np.zeros_like(mask)
    clear[5:-5, 5:-5] = True
    clear[25:65, 35:75] = False
    assert background_ssim(a, b, mask) == pytest.approx(full[clear].mean(), abs=1e-6)


def test_what_happens_inside_the_mask_has_no_influence(pair, mask):
    a, b = pair
    edited = b.copy()
    edited[mask] = 255 - a[mask]
    assert background_ssim(a, edited, mask) == pytest.approx(background_ssim(a, b, mask), abs=1e-6)
    assert background_psnr(a, edited, mask) == background_psnr(a, b, mask)
    assert background_psnr(a, np.where(mask[..., None], edited, a), mask) == float("inf")
    assert background_ssim(a, np.where(mask[..., None], edited, a), mask) == pytest.approx(1, abs=1e-6)


def test_what_happens_next_to_the_mask_counts(pair, mask):
    a, _ = pair
    near = a.copy()
    near[30:60, 71] = 0
    assert background_ssim(a, near, mask) < 1
    # 30 of 96² - 30² pixels.
    error = (a[30:60, 71].astype(float) ** 2).sum() / (3 * (96**2 - 30**2))
    assert background_psnr(a, near, mask) == pytest.approx(10 * np.log10(255**2 / error))


def test_without_a_mask_it_is_the_ssim(pair):
    a, b = pair
    none = np.zeros((96, 96), dtype=bool)
    options = SsimOptions(sigma=0.8, k1=0.05)
    assert background_ssim(a, b, none) == pytest.approx(ssim(a, b), abs=1e-6)
    assert background_ssim(a, b, none, options) == pytest.approx(ssim(a, b, options), abs=1e-6)


def test_a_picture_that_is_all_mask_has_no_background(pair):
    a, b = pair
    assert np.isnan(background_ssim(a, b, np.ones((96, 96), dtype=bool)))
    assert np.isnan(background_psnr(a, b, np.ones((96, 96), dtype=bool)))


def test_masks_and_pictures_that_do_not_fit_are_refused(pair):
    a, b = pair
    with pytest.raises(ValueError, match=r"mask of \(96, 96\) pixels, got \(12, 12\)"):
        background_ssim(a, b, np.zeros((12, 12), dtype=bool))
    with pytest.raises(ValueError, match="one shape"):
        background_ssim(a, b[:50], np.zeros((96, 96), dtype=bool))
    with pytest.raises(ValueError, match="smaller than the 11 px window"):
        background_ssim(a[:10, :10], b[:10, :10], np.zeros((10, 10), dtype=bool))
