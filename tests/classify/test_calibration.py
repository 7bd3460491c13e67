import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.classify.calibration import (
    LOWEST,
    expected_calibration_error,
    fit_temperature,
    probabilities,
    reliability,
)


def test_probabilities_by_hand():
    np.testing.assert_allclose(probabilities([[np.log(3.0), 0.0]]), [[0.75, 0.25]])
    np.testing.assert_allclose(probabilities([[2 * np.log(3.0), 0.0]], 2.0), [[0.75, 0.25]])
    np.testing.assert_allclose(probabilities([[1000.0, 0.0]]), [[1.0, 0.0]])


@given(st.floats(0.6, 5.0))
def test_the_temperature_by_which_logits_were_spoilt_is_found(spoilt):
    # 3 of 4 pictures with these logits are of the first class: honest logits are log 3 and 0.
    logits = np.tile([spoilt * np.log(3.0), 0.0], (4000, 1))
    assert fit_temperature(logits, [0, 0, 0, 1] * 1000) == pytest.approx(spoilt, rel=2e-3)


def test_few_pictures_cannot_make_a_network_certain():
    # The least score is that of certainty: one picture is wrong whatever the temperature.
    logits = np.array([[1.0, 0.0]] * 9 + [[9.0, 0.0]])
    assert fit_temperature(logits, [0] * 9 + [1]) == pytest.approx(LOWEST, rel=1e-3)


def test_pictures_that_are_all_judged_rightly_say_no_more_than_their_number():
    logits = np.tile([4.0, 0.0], (18, 1))
    shares = probabilities(logits, fit_temperature(logits, [0] * 18))
    np.testing.assert_allclose(shares[:, 0], 19 / 20, atol=1e-4)


def test_the_temperature_is_that_of_the_least_brier_score(rng):
    labels = rng.integers(0, 4, 60)
    logits = 4 * rng.normal(size=(60, 4)) + 5 * np.eye(4)[labels]

    targets = np.full((60, 4), 1 / 62 / 3)
    targets[np.arange(60), labels] = 61 / 62

    def brier_score(temperature):
        return ((probabilities(logits, temperature) - targets) ** 2).sum(axis=1).mean()

    best = fit_temperature(logits, labels)
    assert brier_score(best) <= min(brier_score(best * 1.05), brier_score(best / 1.05))


def test_reliability_and_error_by_hand():
    shares = [[0.95, 0.05], [0.95, 0.05], [0.7, 0.3], [0.35, 0.65]]
    table = reliability(shares, [0, 1, 0, 1])
    assert table["pictures"].to_list() == [0, 0, 0, 0, 0, 0, 2, 0, 0, 2]
    # .7 is the upper bound of the bin that also holds .65.
    assert table["confidence"].to_list()[6] == pytest.approx(0.675)
    assert table["accuracy"].to_list()[6] == 1.0
    assert table["accuracy"].to_list()[9] == 0.5
    expected = 0.5 * abs(0.675 - 1) + 0.5 * abs(0.95 - 0.5)
    assert expected_calibration_error(shares, [0, 1, 0, 1]) == pytest.approx(expected)


def test_an_honest_and_a_boastful_classifier():
    labels = [0] * 8 + [1] * 2
    assert expected_calibration_error(np.tile([0.8, 0.2], (10, 1)), labels) == pytest.approx(0)
    assert expected_calibration_error(np.tile([1.0, 0.0], (10, 1)), labels) == pytest.approx(0.2)


def test_calibration_needs_pictures_that_fit():
    with pytest.raises(ValueError, match="there is none"):
        fit_temperature(np.empty((0, 3)), [])
    with pytest.raises(ValueError, match=r"got shapes \(2, 2\) and \(3,\)"):
        expected_calibration_error(np.eye(2), [0, 1, 1])
