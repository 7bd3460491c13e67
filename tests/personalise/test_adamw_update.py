from __future__ import annotations

import pytest
import torch
from torch._dynamo.testing import CompileCounter

from likeness.personalise.adamw_update import compiled_update, fused_update, plain_update, quickest_update

SETTINGS = {"betas": (0.9, 0.999), "epsilon": 1e-8, "decay": 0.1}


def after(update, steps, device="cpu"):
    """Weights, copies and both averages after some updates along the same gradients."""
    generator = torch.Generator().manual_seed(0)
    master = torch.randn(1000, generator=generator).to(device)
    average, square, copy = torch.zeros_like(master), torch.zeros_like(master), master.bfloat16()
    for step in range(1, steps + 1):
        gradient = torch.randn(1000, generator=generator).bfloat16().to(device)
        scale, rate, number = (torch.tensor(value, device=device) for value in (0.5, 1e-2, float(step)))
        update(master, copy, average, square, gradient, scale, rate, number, **SETTINGS)
    return master, copy, average, square


@pytest.mark.parametrize("steps", [1, 5])
def test_both_ways_make_the_same(steps):
    for ours, torchs in zip(after(plain_update, steps), after(fused_update, steps), strict=True):
        assert torch.allclose(ours.float(), torchs.float(), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("update", [plain_update, fused_update])
def test_a_first_step_by_hand(update):
    master, copy = torch.tensor([1.0, -2.0]), torch.zeros(2, dtype=torch.bfloat16)
    average, square, one = torch.zeros(2), torch.zeros(2), torch.ones(())
    gradient = torch.tensor([4.0, -8.0], dtype=torch.bfloat16)
    update(master, copy, average, square, gradient, one / 2, 0.5, one, betas=(0.9, 0.99), epsilon=0.0, decay=0.1)
    # Decay takes a twentieth, and the first step is the rate, along the gradient's sign.
    assert torch.allclose(master, torch.tensor([0.95 - 0.5, -1.9 + 0.5]))
    assert torch.equal(copy, master.bfloat16())
    assert torch.allclose(average, torch.tensor([0.2, -0.4]))
    assert torch.allclose(square, torch.tensor([0.04, 0.16]))


def test_a_cpu_takes_torchs_own_kernel():
    assert quickest_update(torch.device("cpu")) is fused_update


def test_weights_of_every_shape_and_place_take_one_compiled_update():
    counter = CompileCounter()
    update, one = compiled_update(plain_update, backend=counter), torch.ones(3)
    for shape, place in (((8,), 0), ((512, 512), 64), ((4, 6, 3, 3), 3), ((512, 513), 0)):
        flat = [torch.zeros(2**19)[place:] for _ in range(4)]
        gradient = torch.ones(shape)
        count = gradient.numel()
        weights = (one.as_strided((count,), (1,)) for one in (*(part[:count] for part in flat), gradient))
        with torch.no_grad():
            update(*weights, one[0], 0.5, one[1], **SETTINGS)
        assert torch.allclose(flat[0][:count], torch.tensor(-0.5))
        assert not flat[0][count:].any()
    assert counter.frame_count == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_takes_the_compiled_one():
    compiled = quickest_update(torch.device("cuda"))
    assert compiled is not fused_update
    for ours, torchs in zip(after(compiled, 3, "cuda"), after(fused_update, 3, "cuda"), strict=True):
        assert torch.allclose(ours.float(), torchs.float(), rtol=1e-4, atol=1e-6)
