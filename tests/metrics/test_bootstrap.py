import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.metrics.bootstrap import bootstrap_mean, bootstrap_pairs, bootstrap_ratio


def test_two_values_worked_by_hand():
    # Draws of two out of {0, 1}: means 0, ½, ½, 1, each in a quarter of the resamples.
    mean, low, high = bootstrap_mean([0.0, 1.0], confidence=0.6)
    assert (mean, low, high) == (0.5, 0.0, 1.0)
    assert bootstrap_mean([0.0, 1.0], confidence=0.4) == (0.5, 0.5, 0.5)


def test_three_values_have_the_binomials_quantiles():
    # The mean of n draws of a coin: low and high are the 2.5 % and 97.5 % quantiles of a binomial, n = 50, p = .3.
    mean, low, high = bootstrap_mean([1.0] * 15 + [0.0] * 35, resamples=20_000)
    assert mean == pytest.approx(0.3)
    assert (low, high) == pytest.approx((0.18, 0.44), abs=0.0201)


def test_nan_is_left_out():
    assert bootstrap_mean([1.0, np.nan, 3.0]).mean == 2.0
    matrix = np.array([[1.0, np.nan], [0.0, 1.0], [np.nan, np.nan]])
    assert bootstrap_pairs(matrix).mean == pytest.approx(2 / 3)


@pytest.mark.parametrize("nothing", [[], [np.nan, np.nan]])
def test_nothing_has_no_mean(nothing):
    assert np.isnan(bootstrap_mean(nothing)).all()


def test_one_picture_has_a_mean_but_no_interval():
    mean, low, high = bootstrap_mean([0.4])
    assert mean == 0.4
    assert np.isnan([low, high]).all()
    mean, low, high = bootstrap_pairs([[1.0, 0.2], [0.2, 1.0]], symmetric=True)
    assert mean == pytest.approx(0.2)
    assert np.isnan([low, high]).all()


def test_a_picture_is_not_paired_with_itself():
    similarity = np.full((6, 6), 0.3)
    np.fill_diagonal(similarity, 1.0)
    # With the duplicates that resampling makes, pairs of a picture with itself would pull every resample up.
    assert bootstrap_pairs(similarity, symmetric=True) == pytest.approx((0.3, 0.3, 0.3))


def test_pictures_are_drawn_not_pairs():
    # Every row agrees with itself: 10 pictures tell as much as 10 values, however many columns there are.
    values = np.linspace(0, 1, 10)
    pairs = bootstrap_pairs(np.tile(values[:, None], (1, 200)))
    assert pairs == pytest.approx(bootstrap_mean(values))
    assert pairs.high - pairs.low > 0.3


def test_fixed_columns_are_not_drawn():
    matrix = np.tile(np.linspace(0, 1, 10), (5, 1))
    mean, low, high = bootstrap_pairs(matrix)
    assert (low, high) == pytest.approx((mean, mean))
    drawn = bootstrap_pairs(matrix, columns=True)
    assert drawn.high - drawn.low > 0.3


def test_the_seed_decides(rng):
    matrix = rng.random((12, 12))
    assert bootstrap_pairs(matrix, seed=1) == bootstrap_pairs(matrix, seed=1)
    assert bootstrap_pairs(matrix, seed=1) != bootstrap_pairs(matrix, seed=2)


def test_the_matrix_given_is_not_changed():
    matrix = np.ones((3, 3))
    bootstrap_pairs(matrix, symmetric=True)
    np.testing.assert_array_equal(matrix, np.ones((3, 3)))


@pytest.mark.parametrize("symmetric", [False, True])
def test_intervals_cover_the_truth_about_as_often_as_they_say(symmetric, rng):
    covered = 0
    for _ in range(200):
        effect = rng.normal(size=30)
        pairs = effect[:, None] + (effect if symmetric else np.zeros(20))[None, :]
        _, low, high = bootstrap_pairs(pairs, symmetric=symmetric, resamples=400)
        covered += low <= 0.0 <= high
    assert 0.88 <= covered / 200 <= 0.99


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20))
def test_the_interval_lies_within_the_values(values):
    mean, low, high = bootstrap_mean(values, resamples=50)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert mean == pytest.approx(np.mean(values))


def test_what_is_no_matrix_of_pairs_is_refused():
    with pytest.raises(ValueError, match=r"square matrix of pairs, got shape \(2, 3\)"):
        bootstrap_pairs(np.ones((2, 3)), symmetric=True)
    with pytest.raises(ValueError, match=r"got shape \(3,\)"):
        bootstrap_pairs(np.ones(3))


def test_a_ratio_is_of_the_sums():
    assert bootstrap_ratio([1, 0, 3], [2, 0, 2]).mean == 1
    # A picture that lacks one of the two says nothing.
    assert bootstrap_ratio([1, 5, np.nan], [2, np.nan, 2]).mean == 0.5


def test_a_ratio_of_values_that_go_together_is_sure(rng):
    values = rng.random(50)
    assert bootstrap_ratio(0.9 * values, values) == pytest.approx((0.9, 0.9, 0.9))
    shuffled = bootstrap_ratio(0.9 * values, values[::-1])
    assert shuffled.low < 0.85 < 0.95 < shuffled.high


def test_a_ratio_with_ones_below_is_a_mean(rng):
    values = rng.random(30)
    assert bootstrap_ratio(values, np.ones(30), seed=3) == pytest.approx(bootstrap_mean(values, seed=3))


def test_nothing_below_has_no_ratio():
    assert np.isnan(bootstrap_ratio([1.0, 2.0], [0.0, 0.0])).all()
    ratio, low, high = bootstrap_ratio([1.0], [2.0])
    assert ratio == 0.5
    assert np.isnan([low, high]).all()


def test_a_picture_that_no_resample_drew_has_a_ratio_without_an_interval():
    counted = [1.0] + [0.0] * 50
    results = [bootstrap_ratio(counted, counted, resamples=1, seed=seed) for seed in range(20)]
    assert {result.mean for result in results} == {1.0}
    assert {str(result.low) for result in results} == {"1.0", "nan"}
