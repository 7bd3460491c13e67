"""Muon: updates made orthogonal, so that rare directions of a gradient count as much as common ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration: the steepest at 0 that keeps singular values within about 0.7..1.2."""
_STEPS = 5


def orthogonalised(matrices: Tensor) -> Tensor:
    """The nearest matrices with orthonormal rows (or columns, where these are fewer), nearly.

    Five Newton-Schulz iterations (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"):
    singular vectors stay, singular values of more than about 1/750 of the norm come to lie within 0.6..1.3. All of it
    is matrix products, which bfloat16 bears; a matrix of zeros stays zero.

    Args:
        matrices: (n, rows, columns), floating.

    Returns:
        Of the same shape and dtype.
    """
    a, b, c = _COEFFICIENTS
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(_STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; for weights of linear layers and convolutions.

    torch's own Muon takes matrices alone, one at a time; a UNet has convolutions, and hundreds of small weights, which
    keep a GPU waiting. Here, those of one shape are done at once. A convolution (out, in, h, w) counts as a matrix
    (out, in · h · w). Updates are scaled to a root mean square of 0.2, about AdamW's, so that a learning rate of AdamW
    may stay, and weights decay as AdamW's do (Liu et al. 2025, arXiv 2502.16982, section 2.2).

    Args:
        parameters: of two dimensions or more.
        lr: learning rate; a tensor where it is to change under a recorded step.
        momentum: of the running average of gradients.
        weight_decay: share of a weight, times the learning rate, by which it shrinks a step.

    Raises:
        ValueError: a parameter has fewer than two dimensions.
    """

    def __init__(
        self, parameters: Iterable[Tensor], lr: float | Tensor, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        chosen = sorted(parameters, key=_shape)
        if flat := [tuple(parameter.shape) for parameter in chosen if parameter.ndim < 2]:
            raise ValueError(f"Muon is for matrices and convolutions; parameters of shape {flat[0]} need AdamW")
        super().__init__(chosen, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients; parameters without one stay."""
        if closure is not None:
            raise ValueError("Muon evaluates no closure")
        for group in self.param_groups:
            given = [parameter for parameter in group["params"] if parameter.grad is not None]
            for _, alike in groupby(given, key=_shape):
                self._step_alike(list(alike), group)

    def _step_alike(self, parameters: Sequence[Tensor], group: dict[str, Any]) -> None:
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        momenta = [self._momentum_of(parameter) for parameter in parameters]
        torch._foreach_lerp_(momenta, gradients, 1 - group["momentum"])
        ahead = torch._foreach_lerp(gradients, momenta, group["momentum"])
        rows, columns = _shape(parameters[0])
        stacked = torch.stack([_matrix(update) for update in ahead])
        precise = stacked if stacked.device.type == "cpu" else stacked.bfloat16()
        rate = group["lr"]
        updates = orthogonalised(precise).to(stacked.dtype) * (-0.2 * rate * math.sqrt(max(rows, columns)))
        torch._foreach_mul_(list(parameters), 1 - rate * group["weight_decay"])
        shaped = [_shaped(update, parameter) for update, parameter in zip(updates, parameters, strict=True)]
        torch._foreach_add_(list(parameters), shaped)

    def _momentum_of(self, parameter: Tensor) -> Tensor:
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum: Tensor = state["momentum"]
        return momentum


def _shape(parameter: Tensor) -> tuple[int, int]:
    rows = parameter.shape[0] if parameter.ndim else 1
    return rows, parameter.numel() // rows


def _matrix(weight: Tensor) -> Tensor:
    # With channels last, which copies nothing where the memory is laid out so; the order of columns is no matter.
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1) if weight.ndim == 4 else weight.flatten(1)


def _shaped(matrix: Tensor, like: Tensor) -> Tensor:
    if like.ndim != 4:
        return matrix.view(like.shape)
    out, into, height, width = like.shape
    return matrix.view(out, height, width, into).permute(0, 3, 1, 2)
