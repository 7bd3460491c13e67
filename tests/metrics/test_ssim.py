import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import structural_similarity

from likeness.metrics import ssim as ssim_module
from likeness.metrics.ssim import SsimOptions, paired_ssim, pairwise_ssim, ssim, ssim_map, stack_pictures


def reference(a, b, **options):
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    return structural_similarity(a, b, **{**settings, **options})


@pytest.fixture(scope="module")
def stack():
    """Pictures that differ in every way that matters: texture, flat grounds, noise, contrast, black, white."""
    noise = np.random.default_rng(0).integers(0, 256, (96, 96), dtype=np.uint8)
    camera = np.asarray(Image.fromarray(data.camera()).resize((96, 96)))
    coins = np.asarray(Image.fromarray(data.coins()).resize((96, 96)))
    bright = np.full((96, 96), 250, dtype=np.uint8)
    bright[40:50, 40:50] = 251
    black, white = np.zeros((96, 96), dtype=np.uint8), np.full((96, 96), 255, dtype=np.uint8)
    return np.stack([camera, 255 - camera, coins, coins // 4 + 150, noise, bright, black, white])


def test_all_pairs_are_scikit_images(stack):
    expected = np.array([[reference(a, b) for b in stack] for a in stack])
    found = pairwise_ssim(stack)
    # The largest difference seen is 1.7e-7.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(pairwise_ssim(stack[:3], stack[2:]), expected[:3, 2:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("block", [1, 3, 5])
def test_blocks_change_nothing(stack, block, monkeypatch):
    within, between = pairwise_ssim(stack), pairwise_ssim(stack[:4], stack[1:])
    monkeypatch.setattr(ssim_module, "_BLOCK", block)
    np.testing.assert_array_equal(pairwise_ssim(stack), within)
    np.testing.assert_array_equal(pairwise_ssim(stack[:4], stack[1:]), between)


def test_at_full_size_too():
    a, b = data.camera(), np.asarray(Image.fromarray(data.astronaut()).convert("L"))
    assert ssim(a, b) == pytest.approx(reference(a, b), abs=1e-6)


def test_colour_is_the_mean_over_channels():
    a = np.asarray(Image.fromarray(data.astronaut()).resize((64, 64)))
    b = np.asarray(Image.fromarray(data.coffee()).resize((64, 64)))
    assert ssim(a, b) == pytest.approx(reference(a, b, channel_axis=2), abs=1e-6)


@pytest.mark.parametrize("options", [{"sigma": 0.8}, {"sigma": 2.5}, {"k1": 0.05, "k2": 0.1}])
def test_window_and_constants_are_options(stack, options):
    renamed = {name.replace("k", "K"): value for name, value in options.items()}
    found = ssim(stack[0], stack[2], SsimOptions(**options))
    assert found == pytest.approx(reference(stack[0], stack[2], **renamed), abs=1e-6)


def test_the_map_is_scikit_images_without_its_border(stack):
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    a, b = np.dstack(stack[:3]), np.dstack(stack[1:4])
    _, full = structural_similarity(a, b, full=True, channel_axis=2, **settings)
    found = ssim_map(a, b)
    np.testing.assert_allclose(found, full[5:-5, 5:-5].mean(axis=2), atol=1e-5)
    assert found.mean() == pytest.approx(ssim(a, b), abs=1e-6)
    assert ssim_map(a[..., 0], b[..., 0], SsimOptions(sigma=0.8)).shape == (90, 90)


def test_two_flat_pictures_worked_by_hand():
    # Without texture only luminance is left: (2·0·1 + C1) / (0 + 1 + C1), C1 = .0001.
    black, white = np.zeros((20, 20)), np.full((20, 20), 255.0)
    assert ssim(black, white) == pytest.approx(1e-4 / (1 + 1e-4), rel=1e-4)


def test_equal_pictures_score_one_and_the_matrix_is_symmetric(stack):
    matrix = pairwise_ssim(stack)
    np.testing.assert_array_equal(np.diag(matrix), 1.0)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_allclose(np.diag(pairwise_ssim(stack, stack.copy())), 1.0, atol=1e-6)
    assert matrix.min() >= -1.0
    assert matrix.max() <= 1.0 + 1e-6


def test_few_or_no_pictures():
    empty = stack_pictures([], SsimOptions(size=32))
    assert empty.shape == (0, 32, 32)
    assert pairwise_ssim(empty).shape == (0, 0)
    assert pairwise_ssim(np.zeros((1, 32, 32)), empty).shape == (1, 0)
    assert stack_pictures([], SsimOptions(size=32, grey=False)).shape == (0, 32, 32, 3)


def test_pictures_are_cropped_to_the_central_square_and_scaled():
    wide = Image.new("RGB", (300, 100), (255, 0, 0))
    wide.paste((0, 255, 0), (100, 0, 200, 100))
    colour = stack_pictures([wide], SsimOptions(size=64, grey=False))
    assert colour.shape == (1, 64, 64, 3)
    np.testing.assert_allclose(colour[0, :, 4:-4], np.broadcast_to((0, 255, 0), (64, 56, 3)), atol=2)
    grey = stack_pictures([wide, wide.convert("L")], SsimOptions(size=64))
    assert grey.shape == (2, 64, 64)
    assert grey.dtype == np.uint8
    # Luma of green after ITU-R 601: .587 · 255.
    np.testing.assert_allclose(grey[0, :, 4:-4], 150, atol=2)


def test_stacks_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match=r"one shape, got \(1, 20, 20\) and \(1, 21, 20\)"):
        pairwise_ssim(np.zeros((1, 20, 20)), np.zeros((1, 21, 20)))
    with pytest.raises(ValueError, match=r"\(10, 30\) are smaller than the 11 px window"):
        pairwise_ssim(np.zeros((1, 10, 30)))
    with pytest.raises(ValueError, match="one shape"):
        ssim(np.zeros(5), np.zeros(5))


def test_chosen_pairs_are_as_among_all_pairs():
    for shape in ((5, 30, 40), (5, 30, 40, 3)):
        stack = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        pairs = np.array([[0, 3], [4, 1], [2, 2]])
        np.testing.assert_allclose(paired_ssim(stack, pairs), pairwise_ssim(stack)[tuple(pairs.T)], atol=1e-6)
    assert paired_ssim(stack, np.empty((0, 2), dtype=np.intp)).shape == (0,)
