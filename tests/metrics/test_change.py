import numpy as np
import pytest

from likeness.metrics.change import change_inside


def flat(*colour):
    return np.full((6, 8, 3), colour, dtype=np.uint8)


INSIDE = np.zeros((6, 8), dtype=bool)
INSIDE[1:4, 2:6] = True


def test_black_and_white_differ_by_a_hundred():
    assert change_inside(flat(0, 0, 0), flat(255, 255, 255), INSIDE) == pytest.approx(100, abs=0.01)


def test_primaries_worked_out_elsewhere():
    # CIEDE2000 of sRGB's primaries under D65: red to green 86.6, red to blue 52.9.
    assert change_inside(flat(255, 0, 0), flat(0, 255, 0), INSIDE) == pytest.approx(86.6, abs=0.1)
    assert change_inside(flat(255, 0, 0), flat(0, 0, 255), INSIDE) == pytest.approx(52.9, abs=0.1)


def test_only_the_mask_counts_and_its_mean_is_taken():
    a, b = flat(90, 90, 90), flat(90, 90, 90)
    b[~INSIDE] = 255
    assert change_inside(a, b, INSIDE) == 0
    b[1] = 0
    whole = change_inside(a, flat(0, 0, 0), INSIDE)
    assert change_inside(a, b, INSIDE) == pytest.approx(whole / 3)
    assert whole > 20


def test_an_empty_mask_says_nothing():
    assert np.isnan(change_inside(flat(1, 2, 3), flat(3, 2, 1), np.zeros((6, 8), dtype=bool)))


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="8-bit RGB pictures of one shape"):
        change_inside(flat(0, 0, 0)[..., 0], flat(0, 0, 0)[..., 0], INSIDE)
    with pytest.raises(ValueError, match=r"float64 \(6, 8, 3\)"):
        change_inside(flat(0, 0, 0) / 255, flat(0, 0, 0), INSIDE)
    with pytest.raises(ValueError, match=r"mask of \(6, 8\) pixels, got \(3, 4\)"):
        change_inside(flat(0, 0, 0), flat(0, 0, 0), INSIDE[:3, :4])
