"""AdamW's moments of weights that lie side by side: in float32, or in 8 bits."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from likeness.personalise.adamw_update import quickest_update
from likeness.personalise.block_quantisation import BLOCK
from likeness.personalise.eight_bit_update import quickest_eight_bit_update

MomentFormat = Literal["float32", "8bit"]

_LEAST = 4096
"""Tensors of fewer weights, norms and biases, stay in float32 (Dettmers et al. 2022, arXiv 2110.02861, section 3)."""


class Float32Moments:
    """Both moments of flat weights in float32."""

    def __init__(self, count: int, device: torch.device) -> None:
        self._average, self._square = (torch.zeros(count, device=device) for _ in range(2))
        self._update = quickest_update(device)

    def slots(self, like: Tensor, offset: int) -> dict[str, Tensor]:
        """What is kept for a tensor whose weights begin at an offset, as views by their names in a saved state."""
        average, square = (view_like(kept, like, offset) for kept in (self._average, self._square))
        return {"exp_avg": average, "exp_avg_sq": square}

    def update(self, start: int, master: Tensor, copy: Tensor, gradient: Tensor, *others: Any, **settings: Any) -> None:
        """Update flat weights, the first of which is at `start`, in place (arguments as of `fused_update`)."""
        stretch = slice(start, start + len(master))
        self._update(master, copy, self._average[stretch], self._square[stretch], gradient, *others, **settings)


class EightBitMoments:
    """The same in 8 bits, of a multiple of `BLOCK` weights; of the second moment the root."""

    def __init__(self, count: int, device: torch.device) -> None:
        average, root = (torch.zeros(count, dtype=dtype, device=device) for dtype in (torch.int8, torch.uint8))
        largest_average, largest_root = (torch.zeros(count // BLOCK, device=device) for _ in range(2))
        self._moments = average, largest_average, root, largest_root
        self._update = quickest_eight_bit_update(device)

    def slots(self, like: Tensor, offset: int) -> dict[str, Tensor]:
        """As of `Float32Moments`."""
        average, largest_average, root, largest_root = self._moments
        blocks = slice(offset // BLOCK, (offset + like.numel()) // BLOCK)
        return {
            "exp_avg_code": view_like(average, like, offset),
            "exp_avg_largest": largest_average[blocks],
            "exp_avg_sq_root_code": view_like(root, like, offset),
            "exp_avg_sq_root_largest": largest_root[blocks],
        }

    def update(self, start: int, master: Tensor, copy: Tensor, gradient: Tensor, *others: Any, **settings: Any) -> None:
        """As of `Float32Moments`."""
        blocks = slice(start // BLOCK, (start + len(master)) // BLOCK)
        # Codes are as many in a row as a block has; of the largest there is one.
        moments = (kept.view(len(self._moments[1]), -1)[blocks] for kept in self._moments)
        weights, copies, gradients = (one.view(-1, BLOCK) for one in (master, copy, gradient))
        self._update(weights, copies, *moments, gradients, *others, **settings)


Moments = Float32Moments | EightBitMoments


def takes_eight_bits(tensor: Tensor) -> bool:
    """Whether a tensor is large enough for moments in 8 bits, and made of whole blocks."""
    return tensor.numel() >= _LEAST and tensor.numel() % BLOCK == 0


def view_like(flat: Tensor, like: Tensor, offset: int) -> Tensor:
    """A part of a flat tensor in the shape and, where it has no holes, the memory layout of another."""
    dense = torch.empty_like(like, device="meta")
    return flat.as_strided(dense.shape, dense.stride(), offset)
