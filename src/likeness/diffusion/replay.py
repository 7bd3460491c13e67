"""Training steps recorded as CUDA graphs: a GPU runs small networks faster than Python can ask it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

Batch = Mapping[str, Tensor]
Learn = Callable[[Batch], dict[str, Tensor]]

_WARM_UP = 3
"""Steps done in the usual way before recording, in which kernels are chosen and states of optimisers are made."""


class ReplayedStep:
    """Learns from batches: on a GPU, after a few steps, by replaying the whole step as it was recorded once.

    What is recorded must do the same with every batch of the same shapes: neither draw anything at random nor look at
    a number. Learning rates that change have to be tensors, filled anew: see `changeable`, and "CUDA Graphs" in
    torch's notes on CUDA.

    Args:
        learn: goes forward and backward and updates the weights; takes the batch's tensors, returns tensors.
        enabled: whether to record; without it, every call is a plain call of `learn`.
    """

    def __init__(self, learn: Learn, *, enabled: bool) -> None:
        self._learn, self._enabled = learn, enabled
        self._done = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._batch: dict[str, Tensor] = {}
        self._result: dict[str, Tensor] = {}

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Learn from a batch on the device; the tensors returned are the caller's own."""
        if not self._enabled:
            return self._learn(batch)
        if self._done < _WARM_UP:
            self._done += 1
            return self._aside(batch)
        if self._graph is None:
            self._graph = self._record(batch)
        for name, values in batch.items():
            self._batch[name].copy_(values)
        self._graph.replay()
        return {name: value.clone() for name, value in self._result.items()}

    def _aside(self, batch: Batch) -> dict[str, Tensor]:
        """A plain step on another stream, as recording asks for."""
        present, aside = torch.cuda.current_stream(), _stream_aside(torch.cuda.current_device())
        aside.wait_stream(present)
        with torch.cuda.stream(aside):
            result = self._learn(batch)
        present.wait_stream(aside)
        return result

    def _record(self, batch: Batch) -> torch.cuda.CUDAGraph:
        self._batch = {name: values.clone() for name, values in batch.items()}
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        # Where processes train together, NCCL looks after its work from a thread of its own.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            self._result = self._learn(self._batch)
        return graph


@cache
def _stream_aside(device: int) -> torch.cuda.Stream:
    """One for all steps: cuBLAS keeps 8 to 32 MiB for each stream and thread that it ever worked for."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


def changeable(rate: float, device: torch.device) -> float | Tensor:
    """A learning rate as an optimiser on the device needs it: on a GPU, one that a recorded step reads anew."""
    return torch.tensor(rate, device=device) if device.type == "cuda" else rate


def change_rate(group: dict[str, Any], rate: float) -> None:
    """Change the learning rate of one of an optimiser's groups of parameters."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
