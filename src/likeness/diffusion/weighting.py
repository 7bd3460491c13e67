"""A word's weight in the embeddings of the words around it.

Scaling the attention to a word (Hertz et al. 2022, arXiv 2208.01626, equation 6) does not reach what the text encoder
has mixed of it into the tokens that come after, the end token and the padding among them. Where a picture hangs by
those, the word's weight has no effect; so it is applied to them too.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings, combined
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import DiffusionModel


def weighted_embedding(model: DiffusionModel, prompt: str, weights: Tensor) -> PromptEmbeddings:
    """A prompt's embedding in which all tokens, and the pooled embedding, know a word by its weight.

    What a token knows of the words of a weight w is the difference d that it makes to hide them from the text encoders;
    the token's embedding moves by (w - 1) d. The words' own embeddings stay: their weights scale the attention. The
    pooled embedding is the end token's, and moves as it does.

    Args:
        model: whose text encoders are meant.
        prompt: that is encoded.
        weights: float (tokens,) of its tokens; 1 everywhere gives the prompt's own embedding.

    Returns:
        One row in the model's dtype.
    """
    plain = encode_prompts(model, [prompt])
    moved = plain.float()
    for weight in sorted(set(weights.tolist())):
        if weight != 1:
            words = weights == weight
            hidden = encode_prompts(model, [prompt], seen=~words)
            own = words.to(model.device).unsqueeze(1)
            unknown = replace(hidden, hidden_states=torch.where(own, plain.hidden_states, hidden.hidden_states))
            moved = combined(partial(_moved, weight - 1), moved, plain.float(), unknown.float())
    return moved.to(plain)


def _moved(factor: float, embeddings: Tensor, known: Tensor, unknown: Tensor) -> Tensor:
    return embeddings + factor * (known - unknown)
