import pytest
import torch
from torch.nn import Parameter

from likeness.personalise.ema import MovingAverage, assign, averaged, effective_decay


def test_the_decay_rises_to_its_final_value():
    assert effective_decay(0.9, 0) == pytest.approx(0.1)
    assert effective_decay(0.9, 10) == pytest.approx(11 / 20)
    assert effective_decay(0.9, 1000) == 0.9


def test_the_average_by_hand():
    parameters = {"a": Parameter(torch.tensor([1.0]))}
    average = MovingAverage(parameters, decay=0.5)
    assign(parameters, {"a": torch.tensor([2.0])})
    average.update(parameters, step=0)
    assert average.values["a"].item() == pytest.approx(0.1 * 1 + 0.9 * 2)
    average.update(parameters, step=100)
    assert average.values["a"].item() == pytest.approx(0.5 * 1.9 + 0.5 * 2)


def test_the_average_is_a_copy():
    parameters = {"a": Parameter(torch.zeros(2))}
    average = MovingAverage(parameters, decay=0.5)
    assign(parameters, {"a": torch.ones(2)})
    assert average.values["a"].tolist() == [0.0, 0.0]
    assert not average.values["a"].requires_grad


def test_parameters_are_averaged_for_a_while():
    parameters = {"a": Parameter(torch.tensor([1.0]))}
    average = MovingAverage(parameters, decay=0.5)
    assign(parameters, {"a": torch.tensor([2.0])})
    with averaged(parameters, average):
        assert parameters["a"].item() == 1.0
    assert parameters["a"].item() == 2.0
    with averaged(parameters, None):
        assert parameters["a"].item() == 2.0
