import sys
from types import SimpleNamespace

import pytest

from likeness.hooks.peak_gpu_memory import PeakGpuMemory


class Cuda:
    """torch.cuda's bookkeeping of two GPUs, of which tests fill the second."""

    def __init__(self):
        self.held, self.peak = 0, 0

    def fill(self, megabytes):
        self.held = int(megabytes * 1e6)
        self.peak = max(self.peak, self.held)

    def is_initialized(self):
        return True

    def device_count(self):
        return 2

    def reset_peak_memory_stats(self, gpu):
        if gpu == 1:
            self.peak = self.held

    def max_memory_allocated(self, gpu):
        return self.peak if gpu == 1 else 0

    def max_memory_reserved(self, gpu):
        return 2 * self.max_memory_allocated(gpu)


@pytest.fixture
def cuda(monkeypatch):
    cuda = Cuda()
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    return cuda


def test_a_peak_belongs_to_the_activity_that_made_it(cuda):
    memory = PeakGpuMemory()
    for activity, most, left in (("small", 10, 0), ("large", 500, 20), ("after", 30, 0)):
        memory.begin(activity)
        cuda.fill(most)
        cuda.fill(left)
        memory.end(activity)
    assert memory.allocated == {"small": 10, "large": 500, "after": 30}
    assert memory.reserved == {"small": 20, "large": 1000, "after": 60}


def test_an_activity_in_parts_keeps_its_highest(cuda):
    memory = PeakGpuMemory()
    for most in (500, 10):
        memory.begin("work")
        cuda.fill(most)
        cuda.fill(0)
        memory.end("work")
    assert memory.allocated == {"work": 500}


def test_activities_at_the_same_time_share_their_peak(cuda):
    memory = PeakGpuMemory()
    memory.begin("first")
    cuda.fill(500)
    cuda.fill(0)
    memory.begin("second")
    memory.end("second")
    memory.end("first")
    assert memory.allocated == {"first": 500, "second": 500}


def test_without_torch_nothing_is_said(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    memory = PeakGpuMemory()
    memory.begin("work")
    memory.end("work")
    assert memory.allocated == memory.reserved == {}
    assert "torch" not in sys.modules
