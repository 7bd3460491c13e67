import numpy as np
import pytest

from likeness.metrics.ages import age_order

ASKED = [5, 5, 25, 25, 75, 75]


def test_a_picture_without_a_face_counts_for_nothing():
    assert age_order([10, np.nan, 20, 30], [5, 15, 25, 35]) == pytest.approx(1)
    assert np.isnan(age_order([np.nan, 20], [5, 15]))


def test_means_decide_the_order_not_single_pictures():
    # The picture of 40 asked for 25 looks older than that of 35 asked for 75, but not on average.
    assert age_order([3, 4, 10, 40, 35, 90], ASKED) == pytest.approx(1)
    assert age_order([90, 80, 40, 30, 3, 4], ASKED) == pytest.approx(-1)


def test_two_neighbours_exchanged_by_hand():
    # Four ages, two neighbours exchanged: 1 - 6 * 2 / (4 * 15).
    assert age_order([5, 30, 20, 60], [5, 20, 30, 60]) == pytest.approx(0.8)


def test_people_who_never_age_are_in_no_order():
    assert age_order([30] * 6, ASKED) == 0


def test_one_age_has_no_order():
    assert np.isnan(age_order([3, 4], [5, 5]))
