"""Where in a training picture errors count more: in the region of the subject's face.

A face is a small part of a portrait, so an even mean over the picture is mostly about background, hair and clothes,
which tell people apart less.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

Region = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of a square picture's side, 0 to 1."""


def region_weights(regions: Sequence[Region | None], size: int, weight: float, *, mirrored: bool) -> Tensor:
    """Weights of the latents' positions, with mean 1 in every picture.

    A position that the region covers in part has a weight in proportion.

    Args:
        regions: one a picture; None where all of it counts alike.
        size: positions a side.
        weight: of a position inside, beside 1 outside; greater than 0.
        mirrored: whether there is a second variant of every picture, mirrored.

    Returns:
        float32 (pictures, variants, 1, size, size).
    """
    weights = torch.ones(len(regions), 1, 1, size, size)
    for picture, region in enumerate(regions):
        if region is not None:
            left, top, right, bottom = region
            covered = _covered(top, bottom, size)[:, None] * _covered(left, right, size)
            weights[picture, 0, 0] += (weight - 1) * covered
    weights /= weights.mean((-1, -2), keepdim=True)
    return torch.cat([weights, weights.flip(-1)], dim=1) if mirrored else weights


def _covered(low: float, high: float, size: int) -> Tensor:
    """Share of each of `size` equal parts of 0..1 that the interval covers, (size,)."""
    edges = torch.arange(size + 1) / size
    return (edges[1:].clamp(max=high) - edges[:-1].clamp(min=low)).clamp(min=0) * size
