"""What an edit of a prompt asks for, and what that means in tokens, steps and latents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from likeness.diffusion.alignment import Kind, token_mapper
from likeness.diffusion.blend import BlendPlan, latent_mask
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.patterns import Following
from likeness.diffusion.schedules import cross_schedule, self_steps, whole_steps
from likeness.diffusion.words import SplitPrompt, split_prompt, token_indices


@dataclass(frozen=True)
class Blend:
    """Where an edit may change the picture; outside, the source stays.

    Either the attention of words decides, in every step anew, or a mask of one's own.

    Attributes:
        source_words: words of the source prompt whose regions may change.
        target_words: words of the edited prompt whose regions may change.
        subtract_words: words of either prompt whose regions may not change after all; without other words, all else
            may.
        start: share of the steps before blending begins, 0..1.
        threshold: attention, as a share of its greatest, above which a place belongs to the words, 0..1.
        mask: (height, width) of the picture in pixels, 1 where it may change and 0 where not; instead of words.
    """

    source_words: Sequence[str] = ()
    target_words: Sequence[str] = ()
    subtract_words: Sequence[str] = ()
    start: float = 0.2
    threshold: float = 0.3
    mask: NDArray[np.floating] | None = None


@dataclass(frozen=True)
class Edit:
    """One edit of a source prompt.

    A word may be several in a row ("pine tree"); it means every place in the prompt where it stands.

    Attributes:
        prompt: the edited prompt.
        cross_replace: share of the steps in which the edit follows the source's cross-attention, 0..1; or one for
            each of some words of the edited prompt, with that of all others as "default_".
        self_replace: share of the steps in which it follows the source's self-attention, 0..1.
        word_weights: factors on the attention to words of the edited prompt: 0 silences a word, a negative factor
            inverts it. Of two entries that name one token, the longer one counts.
        weigh_embeddings: whether the weights also hold for what the text encoder mixed of a word into other tokens;
            False weighs the attention alone, as the paper does, which small models hardly notice.
        blend: where the picture may change; None for everywhere.
        kind: "replace" pairs the prompts' words by their places, "refine" lets every word that is not in the source
            prompt attend by itself; None tells replaced words from added ones.
        self_limit: layers follow the source's self-attention that have at most this share of the latents' positions;
            1/4 is 32 x 32 of 64 x 64.
    """

    prompt: str
    cross_replace: float | Mapping[str, float] = 0.8
    self_replace: float = 0.4
    word_weights: Mapping[str, float] = field(default_factory=dict)
    weigh_embeddings: bool = True
    blend: Blend | None = None
    kind: Kind | None = None
    self_limit: float = 0.25


@dataclass(frozen=True)
class EditPlan:
    """An edit in tokens, steps and latents.

    Attributes:
        prompt: the edited one.
        embedding_weights: of its tokens, for `weighted_embedding`.
        following: how its row of a batch follows row 0.
        blend: where it may change, or None.
    """

    prompt: str
    embedding_weights: Tensor
    following: Following
    blend: BlendPlan | None


def plan_edit(
    model: DiffusionModel, source: SplitPrompt, edit: Edit, *, steps: int, height: int, width: int
) -> EditPlan:
    """Work out an edit.

    Args:
        model: whose text encoder and tokenizer are meant.
        source: the source prompt.
        edit: of it.
        steps: calls of the UNet.
        height: of the pictures, in pixels.
        width: of the pictures, in pixels.

    Raises:
        ValueError: the edit cannot be made; says why.
    """
    target, length = split_prompt(model.tokenizer, edit.prompt), model.prompt_length
    mapper = token_mapper(source, target, length, edit.kind)
    mapped = mapper.sum(0) > 0
    if not 0 <= edit.self_limit <= 1:
        raise ValueError(f"self_limit is {edit.self_limit}: a share of the latents' positions lies between 0 and 1")
    weights = torch.ones(length)
    for word, weight in sorted(edit.word_weights.items(), key=lambda item: len(item[0])):
        if not np.isfinite(weight):
            raise ValueError(f"the weight of {word!r} is {weight}: expected a number")
        weights[list(token_indices(model.tokenizer, target, word))] = weight
    following = Following(
        row=0,
        mapper=mapper,
        cross=cross_schedule(model.tokenizer, target, edit.cross_replace, steps, length) & mapped,
        weights=weights,
        self_steps=self_steps(edit.self_replace, steps),
        self_limit=edit.self_limit,
    )
    blend = None
    if edit.blend is not None:
        blend = _plan_blend(model, source, target, edit.blend, steps, height, width)
    return EditPlan(edit.prompt, weights if edit.weigh_embeddings else torch.ones(length), following, blend)


def _plan_blend(
    model: DiffusionModel, source: SplitPrompt, target: SplitPrompt, blend: Blend, steps: int, height: int, width: int
) -> BlendPlan:
    words = [*blend.source_words, *blend.target_words, *blend.subtract_words]
    if bool(words) == (blend.mask is not None):
        raise ValueError(f"a blend needs either words or a mask, and this one has {'both' if words else 'neither'}")
    if not 0 <= blend.threshold <= 1:
        raise ValueError(f"the blend's threshold is {blend.threshold}: it lies between 0 and 1")
    tokenizer = model.tokenizer
    return BlendPlan(
        source=tuple(token for word in blend.source_words for token in token_indices(tokenizer, source, word)),
        target=tuple(token for word in blend.target_words for token in token_indices(tokenizer, target, word)),
        subtract_source=_in_either(model, source, target, blend.subtract_words),
        subtract_target=_in_either(model, target, source, blend.subtract_words),
        first_step=whole_steps(blend.start, steps, "the blend's start"),
        threshold=blend.threshold,
        mask=None if blend.mask is None else _own_mask(model, blend.mask, height, width),
    )


def _in_either(model: DiffusionModel, prompt: SplitPrompt, other: SplitPrompt, words: Sequence[str]) -> tuple[int, ...]:
    """Tokens of the words in one prompt; a word that it does not have must be in the other."""
    tokens: list[int] = []
    for word in words:
        try:
            tokens += token_indices(model.tokenizer, prompt, word)
        except ValueError:
            token_indices(model.tokenizer, other, word)
    return tuple(tokens)


def _own_mask(model: DiffusionModel, mask: NDArray[np.floating], height: int, width: int) -> Tensor:
    if mask.shape != (height, width):
        raise ValueError(f"the mask has shape {mask.shape}, the pictures have {(height, width)} (height, width)")
    if not (np.isfinite(mask).all() and mask.min() >= 0 and mask.max() <= 1):
        raise ValueError("the mask has values outside 0..1: 1 where the picture may change, 0 where not")
    factor = model.vae_scale_factor
    pixels = torch.as_tensor(mask, dtype=torch.float32)
    return latent_mask(pixels, (height // factor, width // factor)).to(model.device)
