from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from likeness.personalise import master_adamw
from likeness.personalise.master_adamw import MasterAdamW, copied, learning_copies

Pair = tuple[nn.Module, nn.Module]


@pytest.fixture(params=[(2**23, 2**18), (100, 2**18), (2**23, 50)], ids=["at once", "in parts", "one by one"])
def pair(request, monkeypatch) -> Pair:
    """A network whose first layer does not learn, and its copy; updated at once, in parts, or the large ones alone."""
    for name, value in zip(("_CHUNK", "_ALONE"), request.param, strict=True):
        monkeypatch.setattr(master_adamw, name, value)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.GroupNorm(2, 8), nn.Conv2d(8, 4, 1))
    network.to(memory_format=torch.channels_last)
    network[0].requires_grad_(False)
    return network, copied(network, torch.bfloat16)


def learning(network: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def optimiser(pair: Pair, rate: float, longest: float = 1.0, decay: float = 1e-2) -> MasterAdamW:
    groups = [{"params": learning(pair[0]), "lr": rate, "weight_decay": decay}]
    return MasterAdamW(groups, learning_copies([pair[0]], [pair[1]]), longest)


def backward(network: nn.Module, dtype: torch.dtype, seed: int = 0) -> None:
    inputs = torch.randn(2, 3, 9, 9, generator=torch.Generator().manual_seed(seed)).to(dtype)
    functional.mse_loss(network(inputs).float(), inputs[:, :1, 2:7, 2:7].float().expand(-1, 4, -1, -1)).backward()


@pytest.mark.parametrize("joined", [False, True])
def test_the_copy_is_the_network_in_another_format(pair, joined):
    before = [parameter.detach().clone() for parameter in pair[0].parameters()]
    if joined:
        optimiser(pair, 1e-2)
    network, other = pair
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    named = zip(network.named_parameters(), other.named_parameters(), before, strict=True)
    for (name, mine), (same, its), was in named:
        assert name == same
        assert torch.equal(mine, was)
        assert torch.equal(mine.bfloat16(), its)
        assert (mine.requires_grad, mine.stride()) == (its.requires_grad, its.stride())
        assert mine.stride() == was.stride()


@pytest.mark.parametrize("longest", [1e9, 1e-2])
def test_a_step_is_adamws_on_the_copies_gradients(pair, longest):
    network, other = pair
    plain = copied(network, torch.float32)
    ours = optimiser(pair, 1e-2, longest)
    expected = torch.optim.AdamW(learning(plain), lr=1e-2, weight_decay=1e-2, fused=True)
    for seed in range(3):
        backward(other, torch.bfloat16, seed)
        for its, mine in zip(other.parameters(), plain.parameters(), strict=True):
            mine.grad = None if its.grad is None else its.grad.float()
        ours.step()
        nn.utils.clip_grad_norm_(plain.parameters(), longest)
        expected.step()
        for mine, as_expected, its in zip(network.parameters(), plain.parameters(), other.parameters(), strict=True):
            assert torch.allclose(mine, as_expected, rtol=1e-6, atol=1e-7)
            assert torch.equal(its, mine.bfloat16())
            assert mine.grad is its.grad is None
    for mine, as_expected in zip(learning(network), learning(plain), strict=True):
        for slot, value in expected.state[as_expected].items():
            assert torch.allclose(ours.state[mine][slot], value, rtol=1e-5, atol=1e-10), slot


def test_large_tensors_have_moments_in_eight_bits(monkeypatch):
    """Whether they are updated by themselves, or with others of which one may have no gradient."""
    torch.manual_seed(0)
    shapes = [(64, 64), (32, 32, 2, 2), (96, 64), (65, 64), (60, 64)]
    start, gradients = ([torch.randn(shape) for shape in shapes] for _ in range(2))
    found = []
    for moments, alone in (("float32", 1), ("8bit", 6000), ("8bit", 2**18)):
        monkeypatch.setattr(master_adamw, "_ALONE", alone)
        masters = [nn.Parameter(value.clone()) for value in start]
        copies = {master: nn.Parameter(master.detach().bfloat16()) for master in masters}
        ours = MasterAdamW([{"params": masters, "lr": 1e-3, "weight_decay": 0.0}], copies, 1.0, moments)
        for step in range(3):
            for index, master in enumerate(masters):
                copies[master].grad = None if (step, index) == (2, 1) else gradients[index].bfloat16()
            ours.step()
        kept = ["exp_avg_code" in ours.state[master] for master in masters]
        assert kept == ([True] * 3 + [False] * 2 if moments == "8bit" else [False] * 5)
        assert [int(ours.state[master]["step"]) for master in masters] == [3, 2, 3, 3, 3]
        assert all(torch.equal(master.bfloat16(), copies[master]) for master in masters)
        found.append(masters)
    exact, *others = found
    for masters in others:
        for mine, as_expected, was in zip(masters, exact, start, strict=True):
            assert (mine - was - (as_expected - was)).norm() < 0.01 * (as_expected - was).norm()


def test_groups_have_rates_of_their_own(pair):
    network, other = pair
    weights = learning(network)
    before = [weight.detach().clone() for weight in weights]
    groups = [
        {"params": weights[:2], "lr": 0.0, "weight_decay": 0.0},
        {"params": weights[2:], "lr": 1e-2, "weight_decay": 0.0},
    ]
    ours = MasterAdamW(groups, learning_copies([network], [other]), 1.0)
    backward(other, torch.bfloat16)
    ours.step()
    assert [torch.equal(*both) for both in zip(weights, before, strict=True)] == [True] * 2 + [False] * 4


def test_steps_too_small_for_the_copies_are_not_lost(pair):
    network, other = pair
    weight, rounded = network[1].weight.detach().clone(), other[1].weight.detach().clone()
    rate = 2e-6  # of weights of about 0.1, of which bfloat16 knows multiples of 0.0005
    ours = optimiser(pair, rate)
    for _ in range(20):
        backward(other, torch.bfloat16)
        ours.step()
    moved = (network[1].weight.detach() - weight).abs()
    assert moved.mean() == pytest.approx(20 * rate, rel=0.3)
    assert (other[1].weight == rounded).float().mean() > 0.5


def test_what_has_no_gradient_stays_and_the_rest_does_not_notice(pair):
    network, other = pair
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    ours = optimiser(pair, 1e-2)
    ours.step()
    backward(other, torch.bfloat16)
    other[3].weight.grad = None
    ours.step()
    stayed = {name for name, value in network.named_parameters() if torch.equal(value, before[name])}
    assert stayed == {"0.weight", "0.bias", "3.weight"}
    assert [int(ours.state[weight]["step"]) for weight in learning(network)] == [1, 1, 1, 1, 0, 1]


@pytest.mark.parametrize("resumed", [False, True])
def test_a_gradient_that_is_missing_once_delays_its_own_weight_alone(pair, resumed):
    network, other = pair
    plain = copied(network, torch.float32)
    ours = optimiser(pair, 1e-2, 1e9)
    expected = torch.optim.AdamW(learning(plain), lr=1e-2, weight_decay=1e-2, fused=True)
    for step in range(4):
        backward(other, torch.bfloat16, step)
        if step == 1:
            other[1].weight.grad = None
        for its, mine in zip(other.parameters(), plain.parameters(), strict=True):
            mine.grad = None if its.grad is None else its.grad.float()
        ours.step()
        expected.step()
        if step == 1 and resumed:
            kept = [{slot: value.clone() for slot, value in ours.state[weight].items()} for weight in learning(network)]
            ours = optimiser(pair, 1e-2, 1e9)
            for weight, slots in zip(learning(network), kept, strict=True):
                for slot, value in slots.items():
                    ours.state[weight][slot].copy_(value)
            ours.refresh()
    assert [int(ours.state[weight]["step"]) for weight in learning(network)] == [3, 4, 4, 4, 4, 4]
    for mine, as_expected in zip(network.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(mine, as_expected, rtol=1e-6, atol=1e-7)


def test_copies_follow_masters_that_were_changed(pair):
    network, other = pair
    ours = optimiser(pair, 1e-2)
    with torch.no_grad():
        for parameter in learning(network):
            parameter.mul_(3)
    ours.refresh()
    assert all(torch.equal(m.bfloat16(), its) for m, its in zip(learning(network), learning(other), strict=True))


def test_gradients_that_lie_otherwise_than_their_weights_count_the_same(pair):
    network, other = pair
    twins = copied(network, torch.float32), copied(other, torch.bfloat16)
    one, two = optimiser(pair, 1e-2), optimiser(twins, 1e-2)
    for pack in (pair, twins):
        backward(pack[1], torch.bfloat16)
    # The fixture's weights are channels last.
    twins[1][1].weight.grad = twins[1][1].weight.grad.contiguous()
    assert twins[1][1].weight.grad.stride() != twins[1][1].weight.stride()
    one.step()
    two.step()
    assert torch.equal(network[1].weight, twins[0][1].weight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_step_does_not_wait_for_the_gpu(pair):
    device = torch.device("cuda")
    network = pair[0].to(device)
    both = network, copied(network, torch.bfloat16)
    ours = optimiser(both, torch.tensor(1e-2, device=device))
    inputs = torch.randn(2, 3, 9, 9, device=device, dtype=torch.bfloat16)

    def step() -> None:
        both[1](inputs).float().square().mean().backward()
        ours.step()

    step()
    torch.cuda.set_sync_debug_mode("error")
    try:
        step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    weights = zip(learning(network), learning(both[1]), strict=True)
    assert all(torch.equal(mine.bfloat16(), its) for mine, its in weights)
