from __future__ import annotations

import pytest
import torch

from likeness.personalise.block_quantisation import BLOCK
from likeness.personalise.moments import EightBitMoments, Float32Moments


@pytest.mark.parametrize(("kind", "bytes_a_weight"), [(Float32Moments, 8), (EightBitMoments, 2 + 8 / BLOCK)])
def test_slots_are_what_is_kept_of_each_tensor(kind, bytes_a_weight):
    """A tensor of two blocks, channels last, that begins at the second of four."""
    moments, like = kind(4 * BLOCK, torch.device("cpu")), torch.empty(2, 64, 2, 2).to(memory_format=torch.channels_last)
    slots = moments.slots(like, BLOCK)
    assert sum(value.nbytes for value in slots.values()) == bytes_a_weight * like.numel()
    assert {value.stride() for value in slots.values() if value.dim() == 4} == {like.stride()}
    weights, one = [torch.zeros(2 * BLOCK), torch.zeros(2 * BLOCK).bfloat16(), torch.ones(2 * BLOCK)], torch.ones(())
    moments.update(BLOCK, *weights, one, 1e-3, one, betas=(0.9, 0.999), epsilon=1e-8, decay=0.0)
    assert all(value.all() for value in slots.values())
    rest = [moments.slots(torch.empty(BLOCK), start) for start in (0, 3 * BLOCK)]
    assert not any(value.any() for slots in rest for value in slots.values())
