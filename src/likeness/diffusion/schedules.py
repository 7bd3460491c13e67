"""In which steps an edit follows its source."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from likeness.diffusion.words import SplitPrompt, token_indices

OTHER_WORDS = "default_"
_DEFAULT = 0.8


def cross_schedule(
    tokenizer: CLIPTokenizer, prompt: SplitPrompt, shares: float | Mapping[str, float], steps: int, length: int
) -> Tensor:
    """The steps in which each token of the edited prompt follows the source's cross-attention.

    As in the authors' code, a share f holds for the first ⌊f (steps + 1)⌋ steps.

    Args:
        tokenizer: that split the prompt.
        prompt: the edited one.
        shares: of the steps, 0..1: one for all tokens; or one for each of some words, and that of all other tokens as
            "default_" (0.8 if it is left out). Of two entries that name one token, the longer one counts.
        steps: that are sampled.
        length: tokens that the text encoder is given.

    Returns:
        bool (steps, length).

    Raises:
        ValueError: a share is outside 0..1, or a word is not in the prompt.
    """
    by_word = dict(shares) if isinstance(shares, Mapping) else {OTHER_WORDS: shares}
    ends = torch.full((length,), whole_steps(by_word.pop(OTHER_WORDS, _DEFAULT), steps + 1, "cross_replace"))
    for words, share in sorted(by_word.items(), key=lambda item: len(item[0])):
        ends[list(token_indices(tokenizer, prompt, words))] = whole_steps(
            share, steps + 1, f"cross_replace of {words!r}"
        )
    return torch.arange(steps).unsqueeze(1) < ends


def self_steps(share: float, steps: int) -> int:
    """The number of first steps in which an edit follows the source's self-attention: ⌊share · steps⌋.

    Raises:
        ValueError: the share is outside 0..1.
    """
    return whole_steps(share, steps, "self_replace")


def whole_steps(share: float, steps: int, name: str) -> int:
    """The number of steps that a share of them is, rounded down.

    Args:
        share: 0..1.
        steps: all of them.
        name: what has this share, for the message.

    Raises:
        ValueError: the share is outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{name} is {share}: a share of the steps lies between 0 and 1")
    # 0.29 * 100 is a little less than 29.
    return int(share * steps + 1e-9)
