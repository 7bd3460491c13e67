"""LocalBlend: outside the region of some words, an edit's latents are the source's.

As in the code of Hertz et al. 2022 (arXiv 2208.01626, section 4): the words' cross-attention since the first step is
max-pooled, scaled to the latents, divided by its greatest value and cut at a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate, max_pool2d


@dataclass(frozen=True)
class BlendPlan:
    """Where one edit may change the picture, in tokens, steps and latents.

    Attributes:
        source: tokens of the source prompt whose regions may change.
        target: tokens of the edited prompt whose regions may change.
        subtract_source: tokens of the source prompt whose regions may not.
        subtract_target: tokens of the edited prompt whose regions may not.
        first_step: with blending, counted from 0.
        threshold: share of the greatest attention above which a place belongs to the tokens, 0..1.
        mask: float32 (h, w) of the latents instead of tokens, on the model's device; or None.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    subtract_source: tuple[int, ...]
    subtract_target: tuple[int, ...]
    first_step: int
    threshold: float
    mask: Tensor | None

    def place(
        self, source: Tensor | None, edited: Tensor | None, grid: tuple[int, int], size: tuple[int, int]
    ) -> Tensor:
        """The latents that may change, float32 (height, width) in 0..1.

        Args:
            source: the source's cross-attention summed over steps, float32 (positions, tokens); not needed for a mask.
            edited: the edit's.
            grid: positions (h, w) of the two.
            size: (height, width) of the latents.
        """
        if self.mask is not None:
            return self.mask
        assert source is not None and edited is not None
        inside = torch.full(size, not (self.source or self.target), device=source.device)
        for maps, tokens in ((source, self.source), (edited, self.target)):
            if tokens:
                inside |= word_map(maps, tokens, grid, size, pool=True) > self.threshold
        for maps, tokens in ((source, self.subtract_source), (edited, self.subtract_target)):
            if tokens:
                inside &= word_map(maps, tokens, grid, size, pool=False) <= self.threshold
        return inside.float()


def word_map(maps: Tensor, tokens: Sequence[int], grid: tuple[int, int], size: tuple[int, int], pool: bool) -> Tensor:
    """How strongly each place of the latents attends to some tokens.

    Args:
        maps: float32 (positions, tokens), cross-attention summed over steps.
        tokens: whose attention is summed, at least one.
        grid: positions (h, w) of the maps.
        size: (height, width) of the latents.
        pool: whether each position takes the greatest value of its 3 x 3 neighbourhood first.

    Returns:
        float32 (height, width), 0..1, 1 at the greatest; 0 everywhere where there is none.
    """
    attention = torch.stack([maps[:, token] for token in tokens]).sum(0).view(1, 1, *grid)
    if pool:
        attention = max_pool2d(attention, kernel_size=3, stride=1, padding=1)
    scaled = interpolate(attention, size=size, mode="bilinear", align_corners=False)[0, 0]
    return scaled / scaled.max().clamp_min(torch.finfo(scaled.dtype).tiny)


def latent_mask(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask of the picture, float32 (pixels, pixels), as one of the latents: means of what a latent stands for."""
    return adaptive_avg_pool2d(mask[None, None], size)[0, 0]


def blended(source: Tensor, edited: Tensor, mask: Tensor) -> Tensor:
    """The source's latents where the mask is 0 and the edit's where it is 1, exactly: (channels, h, w) as both."""
    return mask * edited + (1 - mask) * source
