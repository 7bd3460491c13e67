import gc
from collections.abc import Mapping
from contextlib import nullcontext
from functools import cache
from unittest.mock import MagicMock

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from likeness.diffusion import replay
from likeness.diffusion.replay import Learn, ReplayedStep
from likeness.pocket.options import TrainingOptions
from likeness.pocket.training import make_optimisers, set_rate, update

CPU = torch.device("cpu")
RATES = (0.01, 0.02, 0.04, 0.04, 0.03, 0.02, 0.01, 0.005)
OPTIONS = TrainingOptions(steps=8, batch_size=16, learning_rate=0.01)


class Learner:
    """A small network with both optimisers."""

    def __init__(self, device: torch.device) -> None:
        torch.manual_seed(0)
        self.network = nn.Sequential(nn.Linear(4, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 2)).to(device)
        self.optimisers = make_optimisers("network", self.network, OPTIONS, device)

    def learn(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        error = functional.mse_loss(self.network(batch["inputs"]), batch["targets"])
        error.backward()
        update(self.network.parameters(), self.optimisers.values(), OPTIONS)
        return {"loss": error.detach(), "mean": batch["inputs"].mean()}

    def losses(self, learn: Learn, device: torch.device) -> list[tuple[float, float]]:
        """What eight steps with other batches and learning rates return, read when all are done."""
        returned = []
        for number, rate in enumerate(RATES):
            for optimiser in self.optimisers.values():
                set_rate(optimiser, rate)
            inputs = torch.randn(16, 4, generator=torch.Generator().manual_seed(number)).to(device)
            returned.append(learn({"inputs": inputs, "targets": inputs[:, :2].square()}))
        return [(float(values["loss"]), float(values["mean"])) for values in returned]


def test_without_recording_every_call_is_a_plain_one():
    plain, other = Learner(CPU), Learner(CPU)
    assert other.losses(ReplayedStep(other.learn, enabled=False), CPU) == plain.losses(plain.learn, CPU)
    for weight, same in zip(plain.network.parameters(), other.network.parameters(), strict=True):
        assert torch.equal(weight, same)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_recorded_step_learns_as_a_plain_one():
    device = torch.device("cuda")
    plain, recorded = Learner(device), Learner(device)
    expected = plain.losses(plain.learn, device)
    asked = 0

    def learn(batch):
        nonlocal asked
        asked += 1
        return recorded.learn(batch)

    # Muon works in bfloat16 on a GPU, where another order of sums may show in the third digit.
    for values, as_expected in zip(recorded.losses(ReplayedStep(learn, enabled=True), device), expected, strict=True):
        assert values == pytest.approx(as_expected, rel=5e-3, abs=1e-6)
    assert asked == 4  # three steps to warm up, and the recording
    for weight, same in zip(plain.network.parameters(), recorded.network.parameters(), strict=True):
        assert torch.allclose(weight, same, atol=5e-3)


def test_steps_before_recording_share_a_stream(monkeypatch):
    """Else memory that cuBLAS keeps for each stream would grow with every training."""
    made, learned = MagicMock(), []
    for name, fake in {"Stream": made, "current_stream": MagicMock(), "current_device": lambda: 0}.items():
        monkeypatch.setattr(torch.cuda, name, fake)
    monkeypatch.setattr(torch.cuda, "stream", nullcontext)
    monkeypatch.setattr(replay, "_stream_aside", cache(replay._stream_aside.__wrapped__))
    for _ in range(2):
        step = ReplayedStep(lambda batch: learned.append(batch) or {}, enabled=True)
        for _ in range(3):
            step({})
    assert len(learned) == 6
    assert made.call_count == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_recorded_steps_that_are_gone_leave_no_memory_behind():
    device, held = torch.device("cuda"), []
    for _ in range(3):
        learner = Learner(device)
        learner.losses(ReplayedStep(learner.learn, enabled=True), device)
        del learner
        gc.collect()
        torch.cuda.empty_cache()
        held.append(torch.cuda.memory_allocated())
    assert held[2] - held[0] < 2**20
