import math
import time

import pytest
import torch

from likeness.pipelines.benchmark.measure import PeakMemory, benchmark_device, measured

CPU = torch.device("cpu")


def test_time_is_that_of_the_work():
    found = measured(lambda: time.sleep(0.05), CPU)
    assert 0.05 <= found.seconds < 5
    assert math.isnan(found.peak)
    assert math.isnan(found.kept)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_measured_unless_asked_for():
    with pytest.raises(ValueError, match=r"needs a CUDA GPU(.|\n)*--tags cpu"):
        benchmark_device("cuda")
    assert benchmark_device("auto") == CPU


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_memory_is_that_beyond_what_was_there():
    device, kept = torch.device("cuda"), []
    held = torch.zeros(2**20, device=device)

    def work():
        kept.append(torch.zeros(2**18, device=device))
        torch.zeros(2**19, device=device)

    found = measured(work, device)
    assert (found.peak, found.kept) == (4 * (2**18 + 2**19), 4 * 2**18)
    assert len(held) == 2**20


def test_a_cpu_has_no_peak():
    with PeakMemory(CPU) as memory:
        memory.keep()
    assert math.isnan(memory.allocated)
    assert math.isnan(memory.reserved)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_the_peak_outlives_what_was_measured_meanwhile():
    device = torch.device("cuda")
    held = torch.zeros(2**20, device=device)
    with PeakMemory(device) as memory:
        for size in (2**18, 2**19, 2**17):
            measured(lambda size=size: torch.zeros(size, device=device), device)
            memory.keep()
    assert memory.allocated == 4 * 2**19
    assert memory.reserved >= memory.allocated
    assert len(held) == 2**20
