"""Time and memory of a piece of work on a GPU."""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch

from likeness.diffusion.placement import choose_device

MIB, GIB = 2**20, 2**30


@dataclass(frozen=True)
class Measured:
    """What a piece of work took.

    Attributes:
        seconds: of wall-clock time, until the device had done all of it.
        peak: most bytes that were allocated on the GPU at once, beyond those before the work; NaN on a CPU.
        kept: bytes that stay allocated; NaN on a CPU.
    """

    seconds: float
    peak: float
    kept: float


def measured(work: Callable[[], object], device: torch.device) -> Measured:
    """Do the work, drop what comes out of it, and say what it took."""
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
    before = allocated(device)
    start = time.perf_counter()
    work()
    if on_gpu:
        torch.cuda.synchronize(device)
    seconds = time.perf_counter() - start
    peak = float(torch.cuda.max_memory_allocated(device)) if on_gpu else float("nan")
    return Measured(seconds, peak - before, allocated(device) - before)


class PeakMemory:
    """The most memory of a GPU that was in use, beyond what was when this was entered; NaN on a CPU.

    Attributes:
        allocated: most bytes in tensors at once, as of the last `keep`.
        reserved: most bytes held by torch, which keeps what tensors give back.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.allocated = self.reserved = float("nan")
        self._before = (0, 0)

    def __enter__(self) -> Self:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
            gc.collect()
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self._device)
            self._before = torch.cuda.memory_allocated(self._device), torch.cuda.memory_reserved(self._device)
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be done."""

    def keep(self) -> None:
        """Look: has to be done before anything else resets torch's own peaks."""
        if self._device.type == "cuda":
            allocated, reserved = self._before
            self.allocated = np.fmax(self.allocated, torch.cuda.max_memory_allocated(self._device) - allocated)
            self.reserved = np.fmax(self.reserved, torch.cuda.max_memory_reserved(self._device) - reserved)


def allocated(device: torch.device) -> float:
    """Bytes of the GPU that tensors hold; NaN on a CPU."""
    return float(torch.cuda.memory_allocated(device)) if device.type == "cuda" else float("nan")


def benchmark_device(name: str) -> torch.device:
    """The device to measure on.

    Raises:
        ValueError: it is a GPU, and there is none.
    """
    device = choose_device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            "This benchmark needs a CUDA GPU, and torch finds none. What needs none: "
            "kedro run --pipeline benchmark --tags cpu. To try this one on a CPU: device: auto and shape: tiny."
        )
    return device


def machine(device: torch.device) -> dict[str, Any]:
    """What was measured on: columns device and torch."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "cpu"
    return {"device": name, "torch": torch.__version__}
