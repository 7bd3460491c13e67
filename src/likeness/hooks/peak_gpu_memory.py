"""How much memory of a GPU the process held at most while something ran."""

import sys
from typing import Any


class PeakGpuMemory:
    """Keep torch's own highest values for each activity; without a GPU in use there are none.

    Of several GPUs the fullest one counts. Activities at the same time share their peak. Other processes are not seen.

    Attributes:
        allocated: Most memory that tensors took during each activity, in MB (10⁶ bytes).
        reserved: Most memory that torch held for them, what it recorded for replaying included, in MB: what a card
            must have.
    """

    def __init__(self) -> None:
        self.allocated: dict[str, float] = {}
        self.reserved: dict[str, float] = {}
        self._active: set[str] = set()

    def begin(self, activity: str) -> None:
        """Take an activity as under way."""
        if not self._active:
            for gpu, cuda in _gpus():
                cuda.reset_peak_memory_stats(gpu)
        self._active.add(activity)

    def end(self, activity: str) -> None:
        """Take an activity as over."""
        for gpu, cuda in _gpus():
            _raise_to(self.allocated, activity, cuda.max_memory_allocated(gpu))
            _raise_to(self.reserved, activity, cuda.max_memory_reserved(gpu))
        self._active.discard(activity)


def _gpus() -> list[tuple[int, Any]]:
    """GPUs that this process has computed on, with torch's module; torch is not imported for it."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return []
    return [(gpu, cuda) for gpu in range(cuda.device_count())]


def _raise_to(peaks: dict[str, float], activity: str, size: int) -> None:
    peaks[activity] = max(size / 1e6, peaks.get(activity, 0.0))
