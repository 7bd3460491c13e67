import numpy as np
import pytest
from skimage import data
from skimage.transform import resize

from likeness.metrics.ssim import SsimOptions, pairwise_ssim, ssim_map
from likeness.metrics.ssim_screening import MISSED, WindowMoments, cut_windows, draw_windows, sampled_ssim, shortfall

OPTIONS = SsimOptions()


def pictures(side, channels=None):
    """Photographs, the same darker, noisier and shifted, and noise: pairs of every SSIM."""
    generator = np.random.default_rng(0)
    shape = (side, side) if channels is None else (side, side, channels)
    made = []
    for photo in (data.astronaut(), data.coffee(), data.chelsea(), data.rocket()):
        base = resize(photo if channels else photo.mean(axis=2), shape, preserve_range=True)
        made += [base, 0.8 * base, base + generator.normal(0, 4, shape), np.roll(base, 2, axis=0)]
    made.append(generator.uniform(0, 255, shape))
    return np.clip(np.stack(made), 0, 255).astype(np.uint8)


def moments(stack, windows):
    return WindowMoments.of(np.stack([cut_windows(picture, windows, OPTIONS) for picture in stack]), OPTIONS)


@pytest.mark.parametrize(("side", "channels"), [(96, None), (40, 3)])
def test_over_all_windows_the_sample_is_the_mean_of_the_local_ssim_that_is_not_negative(side, channels):
    stack = pictures(side, channels)[::3]
    windows = np.argwhere(np.ones((side - 10, side - 10, channels or 1)))
    sampled = sampled_ssim(moments(stack, windows), moments(stack[:4], windows), OPTIONS)
    planes = stack[..., None] if channels is None else stack
    for row, a in enumerate(planes):
        for column, b in enumerate(planes[:4]):
            local = [np.maximum(ssim_map(a[..., k], b[..., k]), 0) for k in range(a.shape[2])]
            assert sampled[row, column] == pytest.approx(np.mean(local), abs=1e-4)


def test_no_pair_above_a_limit_is_ruled_out_and_most_of_the_others_are():
    stack = pictures(96)
    exact = pairwise_ssim(stack)
    windows = draw_windows((96, 96), 512, OPTIONS, seed=0)
    sampled = sampled_ssim(moments(stack, windows), moments(stack, windows), OPTIONS)
    assert (sampled >= exact - shortfall(512)).all()
    upper = np.triu_indices(len(stack), k=1)
    kept = sampled[upper] >= 0.9 - shortfall(512)
    assert 0 < (exact[upper] > 0.9).sum() <= kept.sum() < 0.3 * len(kept)


def test_the_shortfall_is_hoeffdings():
    # exp(-2 n t²) is the probability that the mean of n numbers in 0..1 lies t below its expectation.
    assert np.exp(-2 * 512 * shortfall(512) ** 2) == pytest.approx(MISSED)
    assert shortfall(512) == pytest.approx(0.1422, abs=1e-4)


def test_windows_lie_everywhere_within_the_picture_and_follow_the_seed():
    windows = draw_windows((13, 14, 3), 500, OPTIONS, seed=0)
    assert {*map(tuple, windows.tolist())} == {(y, x, c) for y in range(3) for x in range(4) for c in range(3)}
    assert (windows == draw_windows((13, 14, 3), 500, OPTIONS, seed=0)).all()
    assert (windows != draw_windows((13, 14, 3), 500, OPTIONS, seed=1)).any()


def test_a_window_is_cut_where_it_was_drawn():
    picture = np.arange(12 * 13 * 3).reshape(12, 13, 3).astype(np.uint8)
    cut = cut_windows(picture, np.array([[1, 2, 1]]), OPTIONS)
    np.testing.assert_array_equal(cut[0].reshape(11, 11), picture[1:, 2:, 1])


def test_pictures_smaller_than_the_window_are_refused():
    with pytest.raises(ValueError, match="smaller than the 11 px window"):
        draw_windows((10, 40), 5, OPTIONS, seed=0)
