"""Prompt embeddings during training: computed once, or anew in every step when the text encoder learns too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from likeness.diffusion.model import DiffusionModel, encode_prompts
from likeness.diffusion.prompts import tokenise


class Conditioning(Protocol):
    """Gives embeddings (n, tokens, width) for the numbers (n,) of prompts."""

    def __call__(self, prompts: Tensor) -> Tensor:
        """Embeddings of the prompts with these numbers."""
        ...


class FrozenConditioning:
    """Looks embeddings up that were computed once.

    Args:
        model: whose text encoder embeds.
        prompts: the distinct prompts; their places are their numbers.
    """

    def __init__(self, model: DiffusionModel, prompts: Sequence[str]) -> None:
        with torch.no_grad():
            self._embeddings = torch.cat([encode_prompts(model, [prompt]) for prompt in prompts])

    def __call__(self, prompts: Tensor) -> Tensor:
        """Embeddings of the prompts with these numbers."""
        return self._embeddings[prompts.to(self._embeddings.device, non_blocking=True)]


class TrainedConditioning:
    """Runs the text encoder, once for each distinct prompt of a batch, and lets gradients through.

    Args:
        model: whose text encoder embeds.
        prompts: the distinct prompts; their places are their numbers.
    """

    def __init__(self, model: DiffusionModel, prompts: Sequence[str]) -> None:
        self._text_encoder = model.text_encoder
        self._ids = tokenise(model.tokenizer, prompts, model.prompt_length)
        self._device = model.device

    def __call__(self, prompts: Tensor) -> Tensor:
        """Embeddings of the prompts with these numbers."""
        distinct, places = torch.unique(prompts, return_inverse=True)
        embeddings: Tensor = self._text_encoder(self._ids[distinct].to(self._device, non_blocking=True))[0]
        return embeddings[places.to(self._device, non_blocking=True)]
