"""AdamW's update with both moments in 8 bits, in one pass over memory on a GPU: 16 bytes a weight instead of 28.

Not torchao's AdamW8bit: its count of steps is on the CPU, so that a recorded step would never count on; it compiles a
kernel for every shape, and knows no copies of the weights in bfloat16.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from likeness.personalise.adamw_update import Update, compiled_on_gpu, direction
from likeness.personalise.block_quantisation import BLOCK, dequantised, dither, quantised

SIGNED, UNSIGNED = 127, 255
"""The largest codes of both moments."""
_PIECE = 2**12
"""Blocks updated at once where nothing is compiled, so that what lies between stays small."""


def eight_bit_update(
    master: Tensor,
    copy: Tensor,
    average: Tensor,
    largest_average: Tensor,
    root: Tensor,
    largest_root: Tensor,
    gradient: Tensor,
    scale: Tensor,
    rate: Tensor | float,
    step: Tensor,
    *,
    betas: tuple[float, float],
    epsilon: float,
    decay: float,
) -> None:
    """Update weights in place as `plain_update` does, with moments that are read from and written to 8 bits.

    The step itself is taken before they are rounded.

    Args as of `fused_update`, with BLOCK weights in a row, but for:
        average: codes of the averaged gradients, with signs, int8.
        largest_average: of each row, float32 (rows, 1); see `quantised`.
        root: codes of the roots of the averaged squares, uint8.
        largest_root: of each row, float32 (rows, 1).
    """
    scaled = gradient.float() * scale
    mean = torch.lerp(dequantised(average, largest_average, SIGNED), scaled, 1 - betas[0])
    square = torch.lerp(dequantised(root, largest_root, UNSIGNED).square(), scaled * scaled, 1 - betas[1])
    deviation = square.sqrt()
    change = direction(mean, deviation, step, betas, epsilon)
    master.mul_(1 - rate * decay).sub_(rate * change)
    copy.copy_(master)

    thresholds = dither(step)
    codes, largest = quantised(mean.abs(), SIGNED, thresholds)
    average.copy_(torch.copysign(codes, mean).to(torch.int8))
    largest_average.copy_(largest)
    codes, largest = quantised(deviation, UNSIGNED, thresholds)
    # Next to a root of zero a step would be endless, so the least code is one.
    root.copy_(torch.where(deviation > 0, codes.clamp(min=1), codes).to(torch.uint8))
    largest_root.copy_(largest)


def piecewise_update(*tensors: Any, **settings: Any) -> None:
    """The same, piece by piece (arguments as of `eight_bit_update`)."""
    weights, others = tensors[:-3], tensors[-3:]
    for pieces in zip(*(one.split(_PIECE) for one in weights), strict=True):
        eight_bit_update(*pieces, *others, **settings)


@cache
def quickest_eight_bit_update(device: torch.device) -> Update:
    """The update to use on a device, as `quickest_update`."""
    return compiled_on_gpu(eight_bit_update, piecewise_update, _example, device)


def _example(device: torch.device) -> Sequence[Tensor]:
    def made(dtype: torch.dtype, width: int = BLOCK) -> Tensor:
        return torch.zeros(_PIECE, width, dtype=dtype, device=device)

    moments = made(torch.int8), made(torch.float32, 1), made(torch.uint8), made(torch.float32, 1)
    return made(torch.float32), made(torch.bfloat16), *moments, made(torch.bfloat16)
