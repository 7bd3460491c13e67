"""What the UNet is told of prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class PromptEmbeddings:
    """Embeddings of n prompts, a row each.

    Attributes:
        hidden_states: (n, tokens, width), what cross-attention attends to; of two text encoders, side by side.
        pooled: (n, width of the projection), the second text encoder's embedding of the whole prompt, which goes where
            the timestep goes; None for models with one text encoder.
    """

    hidden_states: Tensor
    pooled: Tensor | None = None

    def __len__(self) -> int:
        return len(self.hidden_states)

    def __getitem__(self, rows: slice | Tensor) -> PromptEmbeddings:
        return combined(lambda tensor: tensor[rows], self)

    def rows(self) -> list[PromptEmbeddings]:
        """Each prompt's embeddings by themselves."""
        return [self[row : row + 1] for row in range(len(self))]

    def expand(self, count: int) -> PromptEmbeddings:
        """One prompt's embeddings for `count` rows, without copying them."""
        return combined(lambda tensor: tensor.expand(count, *tensor.shape[1:]), self)

    def to(self, like: PromptEmbeddings) -> PromptEmbeddings:
        """On the device and in the number format of others."""
        return combined(lambda tensor: tensor.to(like.hidden_states), self)

    def float(self) -> PromptEmbeddings:
        """In float32."""
        return combined(Tensor.float, self)


def joined(parts: Sequence[PromptEmbeddings]) -> PromptEmbeddings:
    """The rows of all parts, in order."""
    return combined(lambda *tensors: torch.cat(tensors), *parts)


def combined(change: Callable[..., Tensor], *parts: PromptEmbeddings) -> PromptEmbeddings:
    """Embeddings computed from others: the hidden states from theirs, the pooled ones from theirs.

    Args:
        change: takes a tensor of each part.
        parts: at least one, all with or all without pooled embeddings.

    Raises:
        ValueError: some have pooled embeddings and some have none: they are of different models.
    """
    pooled = [part.pooled for part in parts if part.pooled is not None]
    if pooled and len(pooled) < len(parts):
        raise ValueError(
            f"{len(pooled)} of {len(parts)} prompt embeddings are pooled too: the others are of another model"
        )
    hidden_states = change(*(part.hidden_states for part in parts))
    return PromptEmbeddings(hidden_states, change(*pooled) if pooled else None)
