"""AdamW of weights that learn in float32 through copies in bfloat16, so that no step casts them for the forward pass.

A step of fine-tuning is often smaller than what bfloat16's eight bits can add to a weight: the optimiser needs float32
(Micikevicius et al. 2018, arXiv 1710.03740, section 3.1). Autocast casts those weights anew in every step; here the
networks compute with copies, which the optimiser's step brings up to date.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import Parameter

from likeness.personalise.moments import (
    EightBitMoments,
    Float32Moments,
    MomentFormat,
    Moments,
    takes_eight_bits,
    view_like,
)

_CHUNK = 2**23
"""Weights updated at once: so many gradients in bfloat16 (16 MiB) still are in a GPU's cache when they are used."""
_ALONE = 2**18
"""A tensor of at least so many weights is updated by itself, along its gradient where this lies, without a copy."""
_ALIGNED = 64
"""Weights start at multiples of so many, as fast kernels want it."""

Network = TypeVar("Network", bound=nn.Module)
Copies = Mapping[Parameter, Parameter]


def copied(network: Network, dtype: torch.dtype) -> Network:
    """A copy of a network, in another number format; what learns, and the layout in memory, stay the same."""
    return nn.Module.to(copy.deepcopy(network), dtype=dtype)


def learning_copies(networks: Iterable[nn.Module], copies: Iterable[nn.Module]) -> dict[Parameter, Parameter]:
    """The copy of each weight that learns.

    Args:
        networks: whose parameters are the masters, where they require gradients; float32.
        copies: of the networks, in their order, made by `copied`.
    """
    masters = chain.from_iterable(network.parameters() for network in networks)
    others = chain.from_iterable(network.parameters() for network in copies)
    return {master: other for master, other in zip(masters, others, strict=True) if master.requires_grad}


@dataclass
class _Chunk:
    """Weights that lie side by side: each tensor is flat, and the parameters are views of it.

    `uneven` tells that parameters may differ in their number of steps: a gradient was missing once.
    """

    group: dict[str, Any]
    masters: Sequence[Parameter]
    copies: Sequence[Parameter]
    offsets: Sequence[int]
    master: Tensor
    copy: Tensor
    moments: Moments
    steps: Tensor
    uneven: bool = False


class MasterAdamW(torch.optim.Optimizer):
    """AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) that reads the copies' gradients and changes both.

    The weights are moved together in memory when this is made. No step waits for the device, and one may be part of a
    recorded one (see `ReplayedStep`).

    Args:
        groups: of the masters, as for `torch.optim.AdamW`: params, lr (on a GPU a tensor), weight_decay.
        copies: of all masters, by master.
        max_norm: the gradients' greatest norm, over all weights; longer ones are scaled down to it.
        moments: format of the moments; small tensors' stay in float32 (see `takes_eight_bits`).
    """

    def __init__(
        self, groups: list[dict[str, Any]], copies: Copies, max_norm: float, moments: MomentFormat = "float32"
    ) -> None:
        super().__init__(groups, {"betas": (0.9, 0.999), "eps": 1e-8})
        self._max_norm = max_norm
        self._chunks = [
            self._laid_out(group, part, [copies[master] for master in part], kind)
            for group in self.param_groups
            for kind, masters in _by_moments(group["params"], moments).items()
            for part in _parts(masters)
        ]
        largest = max(self._chunks, key=lambda chunk: chunk.copy.numel()).copy
        self._gradient = torch.zeros_like(largest)

    @torch.no_grad()
    def _laid_out(
        self, group: dict[str, Any], masters: list[Parameter], copies: list[Parameter], kind: type[Moments]
    ) -> _Chunk:
        offsets, end = [], 0
        for master in masters:
            offsets.append(end)
            end += -(-master.numel() // _ALIGNED) * _ALIGNED
        flat = torch.zeros(end, dtype=masters[0].dtype, device=masters[0].device)
        flat_copy = torch.zeros(end, dtype=copies[0].dtype, device=copies[0].device)
        # A number of steps each, because each is kept in the training's state.
        steps = flat.new_zeros(len(masters))
        chunk = _Chunk(group, masters, copies, offsets, flat, flat_copy, kind(end, flat.device), steps)
        for index, (master, other, offset) in enumerate(zip(masters, copies, offsets, strict=True)):
            for parameter, values in ((master, chunk.master), (other, chunk.copy)):
                parameter.data = view_like(values, parameter, offset).copy_(parameter)
            self.state[master] = {"step": steps[index], **chunk.moments.slots(master, offset)}
        return chunk

    @torch.no_grad()
    def refresh(self) -> None:
        """Take note of masters and numbers of steps that were changed: the copies get their masters' values."""
        for chunk in self._chunks:
            chunk.copy.copy_(chunk.master)
            chunk.uneven = bool((chunk.steps != chunk.steps[0]).any())

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Update masters and copies along the copies' gradients, cut to the norm, and clear these."""
        gradients = [other.grad for chunk in self._chunks for other in chunk.copies if other.grad is not None]
        if not gradients:
            return
        scale = _scale(gradients, self._max_norm)
        for chunk in self._chunks:
            self._step(chunk, scale)

    def _step(self, chunk: _Chunk, scale: Tensor) -> None:
        if len(chunk.copies) == 1 and (alone := _as_flat(chunk.copies[0])) is not None:
            chunk.copies[0].grad = None
            chunk.steps.add_(1)
            self._change(chunk, 0, len(alone), chunk.steps[0], alone, scale)
            return
        learned = [index for index, other in enumerate(chunk.copies) if other.grad is not None]
        copies = [chunk.copies[index] for index in learned]
        views = [view_like(self._gradient, chunk.copies[index], chunk.offsets[index]) for index in learned]
        if not learned:
            return
        torch._foreach_copy_(views, [other.grad for other in copies if other.grad is not None])
        for other in copies:
            other.grad = None
        chunk.uneven |= len(learned) < len(chunk.copies)
        if not chunk.uneven:
            chunk.steps.add_(1)
            self._change(chunk, 0, chunk.master.numel(), chunk.steps[0], self._gradient, scale)
            return
        for index in learned:
            chunk.steps[index].add_(1)
            start, count = chunk.offsets[index], chunk.masters[index].numel()
            self._change(chunk, start, count, chunk.steps[index], self._gradient, scale)

    def _change(self, chunk: _Chunk, start: int, count: int, step: Tensor, gradient: Tensor, scale: Tensor) -> None:
        """Update a stretch of weights that all learn."""
        stretch = slice(start, start + count)
        settings = {"betas": chunk.group["betas"], "epsilon": chunk.group["eps"], "decay": chunk.group["weight_decay"]}
        weights = chunk.master[stretch], chunk.copy[stretch], gradient[stretch]
        chunk.moments.update(start, *weights, scale, chunk.group["lr"], step, **settings)


def _scale(gradients: list[Tensor], max_norm: float) -> Tensor:
    """What to multiply gradients by, as `torch.nn.utils.clip_grad_norm_` does, with norms in float32."""
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients, 2, torch.float32)))
    return torch.clamp(max_norm / (norm + 1e-6), max=1.0)


def _as_flat(parameter: Parameter) -> Tensor | None:
    """A parameter's gradient as it lies in memory, if it lies there as the parameter does; else None."""
    gradient = parameter.grad
    if gradient is None or gradient.stride() != parameter.stride():
        return None
    return gradient.as_strided((gradient.numel(),), (1,))


def _by_moments(masters: Iterable[Parameter], wanted: MomentFormat) -> dict[type[Moments], list[Parameter]]:
    """Masters by the kind of moments they get, in order."""
    found: dict[type[Moments], list[Parameter]] = {}
    for master in masters:
        kind = EightBitMoments if wanted == "8bit" and takes_eight_bits(master) else Float32Moments
        found.setdefault(kind, []).append(master)
    return found


def _parts(masters: Iterable[Parameter]) -> Iterator[list[Parameter]]:
    """Masters, in order, in parts of at most `_CHUNK` weights; large ones are parts of their own."""
    part: list[Parameter] = []
    for master in masters:
        if master.numel() >= _ALONE:
            yield [master]
            continue
        if part and sum(one.numel() for one in part) + master.numel() > _CHUNK:
            yield part
            part = []
        part.append(master)
    if part:
        yield part
