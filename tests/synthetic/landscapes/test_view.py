import pytest

from likeness.synthetic.landscapes.view import across, column_of, row_of


def test_the_horizon_is_as_high_as_the_eye(view):
    assert row_of(view, view.eye, 50.0) == view.horizon
    assert row_of(view, 0.0, 1e9) == pytest.approx(view.horizon)


def test_ground_comes_nearer_down_the_picture(view):
    assert row_of(view, 0.0, 4.0) == pytest.approx(32 + 64 * 2 / 4)
    assert row_of(view, 0.0, 8.0) < row_of(view, 0.0, 4.0)


def test_columns_and_metres_are_inverse(view):
    assert column_of(view, 0.0, 7.0) == 32
    assert across(view, column_of(view, 3.0, 7.0), 7.0) == pytest.approx(3.0)
