from __future__ import annotations

import pytest
import torch

from likeness.personalise import eight_bit_update as module
from likeness.personalise.adamw_update import plain_update
from likeness.personalise.block_quantisation import BLOCK
from likeness.personalise.eight_bit_update import eight_bit_update, piecewise_update, quickest_eight_bit_update

SIGNS = torch.where(torch.arange(BLOCK) % 2 == 0, 1, -1)


def after(update, gradients, device="cpu"):
    """Weights, first zero, their copy and their moments, after an update along each gradient."""
    made = [(torch.float32, BLOCK), (torch.bfloat16, BLOCK), (torch.int8, BLOCK), (torch.float32, 1)]
    made += [(torch.uint8, BLOCK), (torch.float32, 1)]
    if update is plain_update:
        made = [made[0], made[1], made[0], made[0]]
    state = [torch.zeros(len(gradients[0]), width, dtype=dtype, device=device) for dtype, width in made]
    for step, gradient in enumerate(gradients, start=1):
        scale, rate, number = (torch.tensor(value, device=device) for value in (0.5, 1e-3, float(step)))
        settings = {"betas": (0.9, 0.999), "epsilon": 1e-8, "decay": 0.1}
        update(*state, gradient.bfloat16().to(device), scale, rate, number, **settings)
    return state


def both(gradients):
    """Where gradients lead with moments in 8 bits, and in float32."""
    return after(piecewise_update, gradients)[0], after(plain_update, gradients)[0]


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


def test_a_first_step_by_hand():
    gradient = torch.zeros(1, BLOCK)
    gradient[0, :2] = torch.tensor([4.0, -16.0])
    master, copy, average, largest_average, root, largest_root = after(eight_bit_update, [gradient])
    # The rate, along the gradient's sign.
    assert master[0, :3].tolist() == pytest.approx([-1e-3, 1e-3, 0.0])
    assert torch.equal(copy, master.bfloat16())
    # A tenth, and the root of a thousandth, of half of the gradient.
    assert float(largest_average) == pytest.approx(0.8)
    assert float(largest_root) == pytest.approx(8 * 0.001**0.5)
    # A quarter of the largest: 127 and 255 times its cube root are 80.005 and 160.64.
    assert average[0, :3].tolist() in ([80, -127, 0], [81, -127, 0])
    assert root[0, :3].tolist() in ([160, 255, 0], [161, 255, 0])


def test_a_gradient_that_stays_leads_where_float32_moments_lead(monkeypatch):
    """But for rounding, which is coarser the smaller a gradient is beside the largest: here down to a hundredth."""
    monkeypatch.setattr(module, "_PIECE", 3)
    ours, exact = both([(0.01 + 0.99 * torch.rand(4, BLOCK, generator=torch.Generator().manual_seed(0))) * SIGNS] * 50)
    assert float((ours / exact - 1).abs().mean()) < 0.01
    assert torch.allclose(ours, exact, rtol=0.05)


def test_gradients_that_change_in_size_lead_where_float32_moments_lead():
    """Second moments that were rounded to the nearest level would not follow them: 18 % apart."""
    size, phase = noise(2, BLOCK).exp(), 6.28 * noise(1, 2, BLOCK)[0]
    sizes = [size * torch.exp(torch.sin(step / 150 + phase)) for step in range(800)]
    ours, exact = both([now * (0.1 + one) for now, one in zip(sizes, noise(800, 2, BLOCK), strict=True)])
    assert float((ours - exact).norm() / exact.norm()) < 0.1


def test_six_decades_of_gradients_in_a_block_all_move_and_none_leaps():
    """A root that was rounded to zero would make endless steps."""
    gradient = 10 ** torch.linspace(-6, 0, BLOCK)[None] * SIGNS
    ours, exact = both([gradient] * 60)
    assert 0.5 < float((ours / exact).min()) < float((ours / exact).max()) < 2
    master, *_, root, _ = after(eight_bit_update, [gradient * gradient.abs()] * 60)
    assert int(root.min()) == 1
    assert float(master.abs().max()) < 7 * 60 * 1e-3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_takes_the_compiled_one():
    compiled = quickest_eight_bit_update(torch.device("cuda"))
    assert compiled is not piecewise_update
    ours, eager = (after(way, noise(9, 40, BLOCK), "cuda") for way in (compiled, piecewise_update))
    for mine, its in zip(ours, eager, strict=True):
        assert float((mine.float() - its.float()).norm() / its.float().norm()) < 1e-3
