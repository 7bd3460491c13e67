from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from likeness.personalise import master_weights
from likeness.personalise.master_weights import MasterWeights, copied

Pair = tuple[nn.Module, nn.Module, MasterWeights]


@pytest.fixture(params=[2**23, 100])
def pair(request, monkeypatch) -> Pair:
    """A network whose first layer does not learn, its copy, and what joins them; updated at once, or in parts."""
    monkeypatch.setattr(master_weights, "_CHUNK", request.param)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.GroupNorm(2, 8), nn.Conv2d(8, 4, 1))
    network.to(memory_format=torch.channels_last)
    network[0].requires_grad_(False)
    other = copied(network, torch.bfloat16)
    return network, other, MasterWeights([network], [other])


def adamw(network: nn.Module, rate: float) -> torch.optim.AdamW:
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(learning, lr=rate, fused=True)


def backward(network: nn.Module, dtype: torch.dtype, seed: int = 0) -> None:
    inputs = torch.randn(2, 3, 9, 9, generator=torch.Generator().manual_seed(seed)).to(dtype)
    functional.mse_loss(network(inputs).float(), inputs[:, :1, 2:7, 2:7].float().expand(-1, 4, -1, -1)).backward()


def test_the_copy_is_the_network_in_another_format(pair):
    network, other, _ = pair
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    for (name, mine), (same, its) in zip(network.named_parameters(), other.named_parameters(), strict=True):
        assert name == same
        assert torch.equal(mine.bfloat16(), its)
        assert (mine.requires_grad, mine.stride()) == (its.requires_grad, its.stride())


@pytest.mark.parametrize("longest", [1e9, 1e-2])
def test_a_step_is_the_optimisers_own_on_the_copies_gradients(pair, longest):
    network, other, masters = pair
    plain = copied(network, torch.float32)
    ours, expected = adamw(network, 1e-2), adamw(plain, 1e-2)
    for seed in range(3):
        backward(other, torch.bfloat16, seed)
        for its, mine in zip(other.parameters(), plain.parameters(), strict=True):
            mine.grad = None if its.grad is None else its.grad.float()
        masters.step(ours, longest)
        nn.utils.clip_grad_norm_(plain.parameters(), longest)
        expected.step()
        for mine, as_expected, its in zip(network.parameters(), plain.parameters(), other.parameters(), strict=True):
            assert torch.allclose(mine, as_expected, rtol=1e-6, atol=1e-7)
            assert torch.equal(its, mine.bfloat16())
            assert mine.grad is its.grad is None


def test_steps_too_small_for_the_copies_are_not_lost(pair):
    network, other, masters = pair
    weight, rounded = network[1].weight.detach().clone(), other[1].weight.detach().clone()
    rate = 2e-6  # of weights of about 0.1, of which bfloat16 knows multiples of 0.0005
    optimiser = adamw(network, rate)
    for _ in range(20):
        backward(other, torch.bfloat16)
        masters.step(optimiser, 1.0)
    moved = (network[1].weight.detach() - weight).abs()
    assert moved.mean() == pytest.approx(20 * rate, rel=0.3)
    assert (other[1].weight == rounded).float().mean() > 0.5


def test_what_has_no_gradient_stays(pair):
    network, other, masters = pair
    before = [parameter.detach().clone() for parameter in network.parameters()]
    optimiser = adamw(network, 1e-2)
    masters.step(optimiser, 1.0)
    backward(other, torch.bfloat16)
    other[3].weight.grad = None
    masters.step(optimiser, 1.0)
    after = dict(zip((name for name, _ in network.named_parameters()), before, strict=True))
    stayed = {name for name, value in network.named_parameters() if torch.equal(value, after[name])}
    assert stayed == {"0.weight", "0.bias", "3.weight"}


def test_copies_follow_masters_that_were_changed(pair):
    network, other, masters = pair
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)
    masters.refresh()
    learned = [(mine, its) for mine, its in zip(network.parameters(), other.parameters(), strict=True)][2:]
    assert all(torch.equal(mine.bfloat16(), its) for mine, its in learned)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_step_does_not_wait_for_the_gpu(pair):
    device = torch.device("cuda")
    network = pair[0].to(device)
    other = copied(network, torch.bfloat16)
    masters = MasterWeights([network], [other])
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    rate = torch.tensor(1e-2, device=device)
    optimiser = torch.optim.AdamW(learning, lr=rate, fused=True, capturable=True)
    inputs = torch.randn(2, 3, 9, 9, device=device, dtype=torch.bfloat16)

    def step() -> None:
        other(inputs).float().square().mean().backward()
        masters.step(optimiser, 1.0)

    step()
    torch.cuda.set_sync_debug_mode("error")
    try:
        step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert all(
        torch.equal(mine.bfloat16(), its) for mine, its in zip(network.parameters(), other.parameters(), strict=True)
    )
