"""Batches drawn on the device: a step's batch depends on its seed and number alone."""

from __future__ import annotations

import torch
from torch import Tensor


def step_generator(device: torch.device, seed: int, step: int) -> torch.Generator:
    """The source of everything random in one step, so that a restarted training draws what it would have drawn."""
    # The CPU's generator looks at the lower 32 bits only; the odd factor keeps the steps of two seeds apart.
    return torch.Generator(device).manual_seed((seed * 0x9E3779B1 + step) % 2**32)


def random_indices(count: int, size: int, generator: torch.Generator) -> Tensor:
    """`size` of `count` rows, drawn with replacement: int64 (size,)."""
    return torch.randint(count, (size,), generator=generator, device=generator.device)


def stratified_indices(count: int, size: int, generator: torch.Generator) -> Tensor:
    """`size` of `count` rows, each drawn from its own share of them, in order: int64 (size,).

    Any of the rows is as likely as by `random_indices`, and the mean of what depends on them varies less.
    """
    drawn = torch.rand(size, generator=generator, device=generator.device, dtype=torch.float64)
    places = (torch.arange(size, device=generator.device) + drawn) / size
    return (places * count).long().clamp(max=count - 1)


def random_crops(pictures: Tensor, indices: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Cut one square out of each chosen picture, more often from its middle, where the face is.

    Each offset is the mean of two uniform ones, so its density is a triangle.

    Args:
        pictures: uint8 (n, height, width, 3).
        indices: which pictures, (b,).
        side: of the squares, in pixels; pictures no larger are taken whole.
        generator: on the pictures' device.

    Returns:
        uint8 (b, side, side, 3).
    """
    height, width = pictures.shape[1:3]
    if side >= min(height, width):
        return pictures[indices]
    rows, columns = (_central_offsets(length - side, len(indices), generator) for length in (height, width))
    span = torch.arange(side, device=pictures.device)
    return pictures[indices[:, None, None], (rows[:, None] + span)[:, :, None], (columns[:, None] + span)[:, None, :]]


def _central_offsets(highest: int, size: int, generator: torch.Generator) -> Tensor:
    draws = torch.randint(highest + 1, (2, size), generator=generator, device=generator.device)
    return draws.sum(0) // 2


def to_network(pictures: Tensor) -> Tensor:
    """8-bit pictures (b, h, w, 3) as float32 (b, 3, h, w) in -1..1, channels last in memory."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1


def random_flips(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror half of the pictures (b, c, h, w), chosen at random."""
    flipped = torch.rand(len(pixels), 1, 1, 1, generator=generator, device=pixels.device) < 0.5
    return torch.where(flipped, pixels.flip(3), pixels).contiguous(memory_format=torch.channels_last)


def sample_latents(moments: Tensor, indices: Tensor, generator: torch.Generator) -> Tensor:
    """Draw latents of the chosen pictures.

    Args:
        moments: means and standard deviations, (n, 2, channels, h, w).
        indices: which pictures, (b,).
        generator: on the moments' device.

    Returns:
        float32 (b, channels, h, w).
    """
    mean, deviation = moments[indices].float().unbind(1)
    return mean + deviation * torch.randn(mean.shape, generator=generator, device=mean.device)


def sample_captions(
    table: Tensor, counts: Tensor, empty: Tensor, indices: Tensor, dropout: float, generator: torch.Generator
) -> Tensor:
    """One of each picture's captions, drawn at random, or the empty prompt.

    Args:
        table: tokens (n, alternatives, tokens).
        counts: alternatives each picture has, (n,).
        empty: tokens of the empty prompt, (tokens,).
        indices: which pictures, (b,).
        dropout: probability of the empty prompt (classifier-free guidance, Ho & Salimans 2022).
        generator: on the table's device.

    Returns:
        int64 (b, tokens).
    """
    draws = torch.rand(2, len(indices), generator=generator, device=table.device)
    chosen = (draws[0] * counts[indices]).long()
    tokens = table[indices, chosen].long()
    return torch.where((draws[1] < dropout)[:, None], empty.long(), tokens)
