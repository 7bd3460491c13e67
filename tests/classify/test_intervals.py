import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.classify.intervals import wilson_interval


def test_an_interval_by_hand():
    # Of 8 of 10 with z = 1.95996: centre (0.8 + 3.8415 / 20) / 1.38415, half-width 0.22666.
    share, low, high = wilson_interval(8, 10)
    assert share == 0.8
    assert low == pytest.approx(0.4902, abs=1e-4)
    assert high == pytest.approx(0.9433, abs=1e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_is_symmetric_under_the_opposite(counted):
    count, pictures = counted
    share, low, high = wilson_interval(count, pictures)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    opposite = wilson_interval(pictures - count, pictures)
    assert opposite.low == pytest.approx(1 - high)
    assert opposite.high == pytest.approx(1 - low)


def test_more_pictures_or_less_confidence_narrow_it():
    width = {n: wilson_interval(n // 2, n).high - wilson_interval(n // 2, n).low for n in (10, 100)}
    assert width[100] < width[10]
    assert wilson_interval(5, 10, confidence=0.5).high < wilson_interval(5, 10).high


def test_no_pictures_have_no_share():
    assert all(math.isnan(value) for value in wilson_interval(0, 0))
    with pytest.raises(ValueError, match="11 of 10 pictures"):
        wilson_interval(11, 10)
