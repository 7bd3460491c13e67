"""From prompts to token ids of one length."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from likeness.diffusion.placeholders import encode


def tokenise(tokenizer: CLIPTokenizer, prompts: Sequence[str], length: int) -> Tensor:
    """Token ids of the prompts, cut or padded to one length.

    Warns for every prompt that is longer, naming the words that are cut off.

    Args:
        tokenizer: puts its start and end tokens around every prompt.
        prompts: n prompts.
        length: tokens the text encoder takes, start and end included.

    Returns:
        (n, length) int64.
    """
    rows = []
    for prompt in prompts:
        encoded = encode(tokenizer, prompt)
        ids = encoded.ids
        if len(ids) > length:
            first_cut, _ = encoded.offsets[length - 1]
            _warn_of_cut(prompt, first_cut, length)
            ids = [*ids[: length - 1], tokenizer.eos_token_id]
        rows.append([*ids, *[tokenizer.pad_token_id] * (length - len(ids))])
    return torch.tensor(rows, dtype=torch.int64).reshape(-1, length)


def repadded(ids: Tensor, *, end: int, pad: int) -> Tensor:
    """Token ids with other padding: what comes after each row's first end token.

    Args:
        ids: (n, length) int64.
        end: the end token.
        pad: the new padding.
    """
    after_end = (ids == end).cumsum(1)[:, :-1] > 0
    return torch.cat([ids[:, :1], ids[:, 1:].masked_fill(after_end, pad)], dim=1)


def _warn_of_cut(prompt: str, first_cut: int, length: int) -> None:
    # A word whose last pieces are cut is as good as lost: name the whole of it.
    word_start = prompt.rfind(" ", 0, first_cut + 1) + 1
    warnings.warn(
        f"The prompt {prompt!r} is longer than the {length} tokens the text encoder takes. "
        f"It does not see {prompt[word_start:]!r}: shorten the prompt.",
        stacklevel=4,
    )
