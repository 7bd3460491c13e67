import numpy as np
import pytest
from skimage import data
from skimage.transform import resize

from likeness.metrics.ssim import SsimOptions, pairwise_ssim
from likeness.metrics.ssim_bound import block_moments, candidate_pairs


def pictures(side: int, channels: int | None = None) -> np.ndarray:
    """Photographs, the same darker, noisier and shifted, and noise: pairs of every SSIM."""
    generator = np.random.default_rng(0)
    shape = (side, side) if channels is None else (side, side, channels)
    made = []
    for photo in (data.astronaut(), data.coffee(), data.chelsea(), data.rocket()):
        base = resize(photo if channels else photo.mean(axis=2), shape, preserve_range=True)
        made += [base, 0.8 * base, base + generator.normal(0, 4, shape), np.roll(base, 2, axis=0)]
    made.append(generator.uniform(0, 255, shape))
    return np.clip(np.stack(made), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("side", "channels", "grid"), [(96, None, 32), (40, 3, 16), (13, None, 1), (64, 3, 32)])
@pytest.mark.parametrize("limit", [0.3, 0.6, 0.9])
def test_no_pair_above_the_limit_is_ruled_out(side: int, channels: int | None, grid: int, limit: float) -> None:
    stack, options = pictures(side, channels), SsimOptions()
    moments = np.stack([block_moments(picture, options) for picture in stack])
    assert moments.shape == (len(stack), 4, channels or 1, grid, grid)
    above = np.argwhere(np.triu(pairwise_ssim(stack), k=1) > limit)
    found = candidate_pairs(moments, (side, side), limit, options)
    assert len(above) > 0
    assert {*map(tuple, above.tolist())} <= {*map(tuple, found.tolist())}
    assert (found[:, 0] < found[:, 1]).all()


def test_most_pairs_of_different_pictures_are_ruled_out() -> None:
    stack, options = pictures(96), SsimOptions()
    moments = np.stack([block_moments(picture, options) for picture in stack])
    found = candidate_pairs(moments, (96, 96), 0.9, options)
    assert len(found) < 0.25 * len(stack) * (len(stack) - 1) / 2


def test_the_bound_is_reached_by_flat_pictures() -> None:
    # Without texture SSIM is the luminance term alone: (2 a b + C1) / (a² + b² + C1).
    flat = np.stack([np.full((43, 43), level, dtype=np.uint8) for level in (102, 204)])
    options = SsimOptions()
    moments = np.stack([block_moments(picture, options) for picture in flat])
    np.testing.assert_allclose(moments[:, :2, 0, 0, 0], [[0.4, 0.16], [0.8, 0.64]], rtol=1e-6)
    exact = (2 * 0.4 * 0.8 + 1e-4) / (0.4**2 + 0.8**2 + 1e-4)
    assert len(candidate_pairs(moments, (43, 43), exact - 1e-3, options)) == 1
    assert len(candidate_pairs(moments, (43, 43), exact + 1e-3, options)) == 0


def test_luminance_and_contrast_together_rule_out_no_more_than_their_product_may() -> None:
    grain = np.random.default_rng(0).uniform(0, 80, (74, 74))
    pair, options = np.stack([grain, 0.5 * grain + 70]).astype(np.uint8), SsimOptions()
    moments = np.stack([block_moments(picture, options) for picture in pair])
    limit = pairwise_ssim(pair)[0, 1] - 0.01
    assert 0.4 < limit < 0.8
    assert len(candidate_pairs(moments, (74, 74), limit, options)) == 1
