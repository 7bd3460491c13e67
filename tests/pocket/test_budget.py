import pytest

from likeness.pocket.budget import Budget, learning_rate
from likeness.pocket.options import TrainingOptions


def test_whichever_is_used_up_first_binds():
    budget = Budget(steps=100, minutes=2)
    assert budget.progress(step=50, seconds=30) == 0.5
    assert budget.progress(step=10, seconds=90) == 0.75
    assert Budget(steps=100).progress(step=10, seconds=1e9) == 0.1


def test_expected_steps_follow_the_rate():
    budget = Budget(steps=1000, minutes=1)
    assert budget.expected_steps(step=100, seconds=30) == 200
    assert budget.expected_steps(step=100, seconds=1) == 1000
    assert budget.expected_steps(step=0, seconds=0) == 1000


def test_learning_rate_rises_stays_and_falls_to_zero():
    options = TrainingOptions(steps=100, batch_size=1, learning_rate=2.0, warmup_steps=3, decay_from=0.5)
    assert [learning_rate(options, step, 0) for step in range(5)] == [0.5, 1.0, 1.5, 2.0, 2.0]
    assert learning_rate(options, 50, 0.5) == 2.0
    assert learning_rate(options, 75, 0.75) == pytest.approx(1.0)
    assert learning_rate(options, 100, 1.0) == pytest.approx(0.0)
