"""From prompts to what the UNet is told of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings, combined
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.prompts import repadded, tokenise


def encode_prompts(model: DiffusionModel, prompts: Sequence[str], *, seen: Tensor | None = None) -> PromptEmbeddings:
    """Embed prompts as the model was trained to be told of them.

    Stable Diffusion 1 and 2 take the text encoder's last hidden states; SDXL the penultimate ones of two text encoders,
    side by side, and the second one's pooled embedding (Podell et al. 2023, arXiv 2307.01952, section 2.1).

    A prompt longer than the text encoder takes is cut, with a warning that names the words lost.

    Args:
        model: that is told.
        prompts: n prompts.
        seen: bool (tokens,), False for tokens that are hidden from the text encoders' attention; None hides none.

    Returns:
        n rows in the model's dtype.
    """
    return embed_tokens(model, tokenise(model.tokenizer, prompts, model.prompt_length).to(model.device), seen=seen)


def embed_tokens(model: DiffusionModel, ids: Tensor, *, seen: Tensor | None = None) -> PromptEmbeddings:
    """Embed prompts that are tokens already, as `encode_prompts` does; no number is looked at.

    Args:
        model: that is told.
        ids: int64 (n, tokens), of `likeness.diffusion.prompts.tokenise`, on the model's device.
        seen: as for `encode_prompts`.
    """
    how = {} if seen is None else {"attention_mask": seen.to(model.device).long().expand(len(ids), -1)}
    if model.second is None:
        return PromptEmbeddings(model.text_encoder(ids, **how)[0])
    # SDXL's second tokenizer would read a prompt's own "!" as padding too.
    padded = repadded(ids, end=model.tokenizer.eos_token_id, pad=model.second.pad_token_id)
    first = model.text_encoder(ids, output_hidden_states=True, **how)
    second = model.second.text_encoder(padded, output_hidden_states=True, **how)
    hidden_states = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], dim=-1)
    return PromptEmbeddings(hidden_states, second.text_embeds)


def negative(model: DiffusionModel, prompt: str, embeddings: PromptEmbeddings) -> PromptEmbeddings:
    """What guidance leads away from: a negative prompt's embeddings, or zeros where the model has those for no prompt.

    Args:
        model: that is guided.
        prompt: the negative prompt.
        embeddings: of it, from `encode_prompts`.
    """
    if model.second is not None and model.second.zeros_for_empty_prompt and not prompt.strip():
        return combined(torch.zeros_like, embeddings)
    return embeddings
