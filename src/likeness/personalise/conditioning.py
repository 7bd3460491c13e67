"""Prompt embeddings during training: computed once, or anew in every step when text encoders learn too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings, joined
from likeness.diffusion.encoding import embed_tokens, encode_prompts
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.prompts import tokenise


class Conditioning(Protocol):
    """Gives n embeddings for the numbers (n,) of prompts."""

    def __call__(self, prompts: Tensor) -> PromptEmbeddings:
        """Embeddings of the prompts with these numbers."""
        ...


class FrozenConditioning:
    """Looks embeddings up that were computed once.

    Args:
        model: whose text encoders embed.
        prompts: the distinct prompts; their places are their numbers.
    """

    def __init__(self, model: DiffusionModel, prompts: Sequence[str]) -> None:
        self._device = model.device
        with torch.no_grad():
            self._embeddings = joined([encode_prompts(model, [prompt]) for prompt in prompts])

    def __call__(self, prompts: Tensor) -> PromptEmbeddings:
        """Embeddings of the prompts with these numbers."""
        return self._embeddings[prompts.to(self._device, non_blocking=True)]


class TrainedConditioning:
    """Runs the text encoders and lets gradients through.

    Args:
        model: whose text encoders embed.
        prompts: the distinct prompts; their places are their numbers.
        once: embed a prompt that comes several times in a batch only once. That is less work where there are few
            prompts, but on numbers of prompts that change, which suit no compiled text encoder.
    """

    def __init__(self, model: DiffusionModel, prompts: Sequence[str], *, once: bool = True) -> None:
        self._model, self._once = model, once
        self._ids = tokenise(model.tokenizer, prompts, model.prompt_length).to(model.device)

    def __call__(self, prompts: Tensor) -> PromptEmbeddings:
        """Embeddings of the prompts with these numbers."""
        if not self._once:
            return self._embedded(prompts)
        distinct, places = torch.unique(prompts, return_inverse=True)
        return self._embedded(distinct)[places.to(self._ids.device, non_blocking=True)]

    def _embedded(self, prompts: Tensor) -> PromptEmbeddings:
        return embed_tokens(self._model, self._ids[prompts.to(self._ids.device, non_blocking=True)])
