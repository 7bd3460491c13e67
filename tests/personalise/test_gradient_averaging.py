import pytest
import torch
from torch import distributed, nn

from likeness.personalise.gradient_averaging import GradientAveraging


@pytest.fixture(autouse=True)
def group(tmp_path):
    """A process group of one, in which a sum is what this process has."""
    distributed.init_process_group(
        "gloo", store=distributed.FileStore(str(tmp_path / "store"), 1), rank=0, world_size=1
    )
    yield
    distributed.destroy_process_group()


@pytest.fixture
def sent(monkeypatch):
    """How many numbers were sent each time."""
    sizes: list[int] = []
    original = distributed.all_reduce

    def noted(values, *rest, **named):
        sizes.append(values.numel())
        return original(values, *rest, **named)

    monkeypatch.setattr(distributed, "all_reduce", noted)
    return sizes


def layers():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(*(nn.Linear(8, 8, bias=False) for _ in range(4)))


@pytest.mark.parametrize("passes", [1, 2])
def test_gradients_are_sent_while_the_backward_pass_goes_on(sent, passes):
    averaged, plain = layers(), layers()
    averaging = GradientAveraging(averaged.parameters(), passes, bucket_bytes=2 * 64 * 4)
    during = []
    averaged[0].weight.register_hook(lambda _: during.append(len(sent)))
    for step in range(2):
        values = torch.full((3, 8), step + 1.0)
        for network in (averaged, plain):
            network.zero_grad()
            for _ in range(passes):
                network(values).square().mean().backward()
        averaging.finish()
        for one, other in zip(averaged.parameters(), plain.parameters(), strict=True):
            assert torch.equal(one.grad, other.grad)
            assert one.grad.stride() == one.stride()
    # The first step waits until it knows the order; later, the last layers' are sent before the first one's is known.
    assert during[: passes - 1] + during[-1:] == [0] * (passes - 1) + [2 + 1]
    assert sent == [128] * 4


def test_formats_layouts_and_frozen_weights_are_kept_apart(sent):
    network = nn.ModuleList([nn.Conv2d(2, 4, 3, bias=False), nn.Conv2d(4, 4, 3, bias=False).bfloat16()])
    network.to(memory_format=torch.channels_last)
    frozen = nn.Parameter(torch.ones(1), requires_grad=False)
    averaging = GradientAveraging([*network.parameters(), frozen])
    middle = network[0](torch.ones(1, 2, 6, 6)) * frozen
    network[1](middle.bfloat16()).sum().backward()
    expected = [layer.weight.grad.clone() for layer in network]
    averaging.finish()
    for layer, gradient in zip(network, expected, strict=True):
        assert torch.equal(layer.weight.grad, gradient)
        assert layer.weight.grad.is_contiguous(memory_format=torch.channels_last)
    assert sent == [144, 72]


def test_large_gradients_are_sent_where_they_lie_and_small_ones_together(sent):
    sizes = (8, 64, 8, 64, 8)
    network = nn.ModuleList(nn.Linear(8, size // 8, bias=False) for size in sizes)
    averaging = GradientAveraging(network.parameters(), alone_bytes=64 * 4)
    for step in range(2):
        network.zero_grad()
        sum(layer(torch.full((3, 8), step + 1.0)).sum() for layer in network).backward()
        lying = [layer.weight.grad.data_ptr() for layer in network]
        averaging.finish()
        stayed = [layer.weight.grad.data_ptr() == place for layer, place in zip(network, lying, strict=True)]
        assert step or stayed == [False, True, False, True, False]  # later they are moved while the pass goes on
        assert all(torch.equal(one.weight.grad, torch.full_like(one.weight, 3.0 * (step + 1))) for one in network)
    # Two alone, and the others, each rounded up to multiples of 64, at the end.
    assert sent == [64, 64, 192] * 2
