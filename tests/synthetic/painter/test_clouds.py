import numpy as np
import pytest

from likeness.synthetic.painter.clouds import clouds


def drawn(size=40, octaves=3, *, height=200, width=300, seed=0):
    return clouds(height, width, size, octaves, np.random.default_rng(seed))


def test_clouds_fill_their_range_around_nought():
    values = np.stack([drawn(seed=seed) for seed in range(8)])
    assert values.dtype == np.float32
    assert np.abs(values).max() <= 1
    assert values.std() > 0.2
    assert abs(values.mean()) < 0.06


def test_clouds_depend_on_their_seed_alone():
    np.testing.assert_array_equal(drawn(seed=3), drawn(seed=3))
    assert not np.array_equal(drawn(seed=3), drawn(seed=4))


def test_clouds_are_smooth_and_finer_ones_less():
    coarse, fine = (np.abs(np.diff(drawn(size, 1), axis=1)).mean() for size in (80, 20))
    assert coarse * 2.5 < fine < coarse * 6
    assert np.abs(np.diff(drawn(40, 1), axis=0)).max() < 2 * 1.6 / 40  # steepest of a Hermite step is 1.5


def test_clouds_keep_their_shape_at_another_size():
    small, large = drawn(height=100, width=150, size=20), drawn(height=200, width=300, size=40)
    assert np.corrcoef(small.ravel(), large[::2, ::2].ravel())[0, 1] > 0.99


@pytest.mark.parametrize("octaves", [1, 2, 5])
def test_cells_may_be_smaller_than_a_pixel(octaves):
    assert np.isfinite(drawn(0.3, octaves)).all()
