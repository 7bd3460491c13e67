import numpy as np
import pytest
from PIL import Image

from likeness.classify.grey_statistics import STATISTICS, grey_statistics


def described(pixels):
    return dict(zip(STATISTICS, grey_statistics(Image.fromarray(pixels.astype(np.uint8))), strict=True))


def test_half_black_half_white_by_hand():
    found = described(np.repeat([[0] * 4, [255] * 4], 1, axis=0))
    assert found["log_width"] == pytest.approx(np.log(4))
    assert found["log_height"] == pytest.approx(np.log(2))
    assert found["log_aspect"] == pytest.approx(np.log(2))
    assert found["grey_mean"] == found["grey_deviation"] == 0.5
    assert found["grey_skewness"] == pytest.approx(0)
    assert found["grey_kurtosis"] == pytest.approx(-2)
    assert found["grey_entropy"] == pytest.approx(1)
    assert (found["grey_quantile_05"], found["grey_quantile_50"], found["grey_quantile_95"]) == (0, 0.5, 1)


def test_an_even_picture_has_no_spread():
    found = described(np.full((5, 5), 51))
    assert found["grey_mean"] == pytest.approx(0.2)
    assert {found[name] for name in ("grey_deviation", "grey_skewness", "grey_kurtosis", "grey_entropy")} == {0}


def test_where_things_are_does_not_count(rng):
    pixels = rng.integers(0, 256, (20, 30))
    shuffled = np.random.default_rng(1).permutation(pixels.ravel()).reshape(20, 30)
    np.testing.assert_allclose(list(described(pixels).values()), list(described(shuffled).values()))
