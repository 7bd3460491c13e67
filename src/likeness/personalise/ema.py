"""A moving average of weights under training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import Parameter


class MovingAverage:
    """Exponential moving average of parameters; short runs are not held back by their first weights.

    Args:
        parameters: by name; their current values start the average.
        decay: share of the average that a step keeps, below 1.

    Attributes:
        values: the average, by name.
    """

    def __init__(self, parameters: Mapping[str, Parameter], decay: float) -> None:
        self.decay = decay
        self.values: dict[str, Tensor] = {name: parameter.detach().clone() for name, parameter in parameters.items()}

    def update(self, parameters: Mapping[str, Parameter], step: int) -> None:
        """Take in the parameters after step number `step`, counted from 0."""
        current = [parameters[name].detach() for name in self.values]
        torch._foreach_lerp_(list(self.values.values()), current, 1 - effective_decay(self.decay, step))


def effective_decay(decay: float, step: int) -> float:
    """Decay at a step: (1 + step) / (10 + step) until that exceeds `decay`, as in TensorFlow's and diffusers' EMA."""
    return min(decay, (1 + step) / (10 + step))


def assign(parameters: Mapping[str, Parameter], values: Mapping[str, Tensor]) -> None:
    """Overwrite parameters, by name."""
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])


@contextmanager
def averaged(parameters: Mapping[str, Parameter], average: MovingAverage | None) -> Iterator[None]:
    """Give the parameters their average's values, and their own back afterwards; without an average, do nothing."""
    if average is None:
        yield
        return
    own = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    assign(parameters, average.values)
    try:
        yield
    finally:
        assign(parameters, own)
