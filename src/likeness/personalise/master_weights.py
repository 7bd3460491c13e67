"""Weights that learn in float32 through copies in bfloat16, so that no step casts them for the forward pass.

A step of fine-tuning is often smaller than what bfloat16's eight bits can add to a weight: the optimiser needs float32
(Micikevicius et al. 2018, arXiv 1710.03740, section 3.1). Autocast casts those weights anew in every step; here the
networks compute with copies, which the optimiser's step brings up to date.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import Parameter

_CHUNK = 2**23
"""Weights updated at once: so many gradients in float32 (32 MiB) still are in a GPU's cache when they are used."""

Network = TypeVar("Network", bound=nn.Module)


def copied(network: Network, dtype: torch.dtype) -> Network:
    """A copy of a network, in another number format; what learns, and the layout in memory, stay the same."""
    return nn.Module.to(copy.deepcopy(network), dtype=dtype)


class MasterWeights:
    """Pairs of weights: one that an optimiser changes, and its copy that a network computes with.

    Args:
        networks: whose parameters are the masters, where they require gradients; float32.
        copies: of the networks, in their order, made by `copied`.
    """

    def __init__(self, networks: Iterable[nn.Module], copies: Iterable[nn.Module]) -> None:
        masters = chain.from_iterable(network.parameters() for network in networks)
        others = chain.from_iterable(network.parameters() for network in copies)
        self._pairs = [pair for pair in zip(masters, others, strict=True) if pair[0].requires_grad]

    @torch.no_grad()
    def refresh(self) -> None:
        """Give the copies their masters' values."""
        for masters, copies in _chunks(self._pairs):
            torch._foreach_copy_(copies, masters)

    @torch.no_grad()
    def step(self, optimiser: torch.optim.Optimizer, max_norm: float) -> None:
        """Take an optimiser's step along the copies' gradients, cut to a norm, and clear them.

        Gradients become float32 for a part of the weights at a time. The device is never waited for.

        Args:
            optimiser: of the masters.
            max_norm: the gradients' greatest norm, over all weights.
        """
        learned = [pair for pair in self._pairs if pair[1].grad is not None]
        if not learned:
            return
        scale = _scale([_gradient(other) for _, other in learned], max_norm)
        for masters, copies in _chunks(learned):
            gradients = [torch.empty_like(master) for master in masters]
            torch._foreach_copy_(gradients, [_gradient(other) for other in copies])
            torch._foreach_mul_(gradients, scale)
            for master, other, gradient in zip(masters, copies, gradients, strict=True):
                master.grad, other.grad = gradient, None
            # Only the weights that have a gradient are updated.
            optimiser.step()
            for master in masters:
                master.grad = None
            torch._foreach_copy_(copies, masters)


def _scale(gradients: list[Tensor], max_norm: float) -> Tensor:
    """What to multiply gradients by, as `torch.nn.utils.clip_grad_norm_` does, with norms in float32."""
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients, 2, torch.float32)))
    return torch.clamp(max_norm / (norm + 1e-6), max=1.0)


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _chunks(pairs: Iterable[tuple[Parameter, Parameter]]) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """Masters and copies, in order, in parts of at most `_CHUNK` weights; a larger one is a part of its own."""
    masters: list[Tensor] = []
    copies: list[Tensor] = []
    for master, other in pairs:
        if masters and sum(one.numel() for one in masters) + master.numel() > _CHUNK:
            yield masters, copies
            masters, copies = [], []
        masters.append(master)
        copies.append(other)
    if masters:
        yield masters, copies
