"""Prompt-to-Prompt (Hertz et al. 2022, arXiv 2208.01626): edit a picture by editing its prompt.

An edited picture is sampled beside its source, from the same noise, and follows the source's attention for a share of
the steps: its cross-attention decides where each word of the prompt takes effect, its self-attention what belongs
together. Everything an edit does is told from the two prompts: words that stay follow themselves, a replaced word
follows the word that it replaces, an added word attends by itself, and weights are applied to the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from likeness.diffusion.inversion import Inversion
from likeness.diffusion.model import DiffusionModel


@dataclass(frozen=True)
class Blend:
    """Where an edit may change the picture; outside, the source stays.

    Either the attention of words decides, in every step anew, or a mask of one's own.

    Attributes:
        source_words: words of the source prompt whose regions may change.
        target_words: words of the edited prompt whose regions may change.
        subtract_words: words of either prompt whose regions may not change after all.
        start: share of the steps before blending begins, 0..1.
        threshold: attention, as a share of its greatest, above which a place belongs to a word, 0..1.
        mask: float (height, width) of the picture, in pixels, 1 where it may change and 0 where not; instead of words.
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

    A word may be several ("pine tree"); it means each place in the prompt where it stands.

    Attributes:
        prompt: the edited prompt.
        cross_replace: share of the steps in which the edit follows the source's cross-attention, 0..1; or one for
            each of some words of the edited prompt, with that of all others as "default_".
        self_replace: share of the steps in which it follows the source's self-attention, 0..1.
        word_weights: factors on the attention to words of the edited prompt: 0 silences a word, a negative factor
            inverts it.
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
    blend: Blend | None = None
    kind: Literal["replace", "refine"] | None = None
    self_limit: float = 0.25


@dataclass(frozen=True)
class WordMaps:
    """Where each token of the source prompt takes effect: cross-attention, averaged over heads, layers and steps."""

    def of(self, words: str) -> NDArray[np.float32]:
        """The map of a word of the source prompt: (h, w) of the latents, 0 to 1 at its greatest.

        Raises:
            ValueError: the prompt does not have the word.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class EditedPictures:
    """A source and its edits, from one seed.

    Attributes:
        seed: of the noise that all began with.
        source: picture of the source prompt; with an inversion, the photograph's reconstruction.
        edited: one an edit, in their order.
        latents: float32 (1 + edits, channels, h, w), the source's first, as they were decoded.
        masks: float32 (h, w) of the latents, 0..1: where each edit could change in the last step; None without blend.
        maps: the source's attention, if it was asked for.
    """

    seed: int
    source: Image.Image
    edited: tuple[Image.Image, ...]
    latents: Tensor
    masks: tuple[NDArray[np.float32] | None, ...]
    maps: WordMaps | None


def check_edit(model: DiffusionModel, source: str, edit: Edit, *, resolution: int | tuple[int, int] | None) -> None:
    """Refuse an edit that cannot be made, before anything is sampled.

    Raises:
        ValueError: says what is wrong with the edit.
    """
    raise NotImplementedError


def edit_pictures(
    model: DiffusionModel,
    source: str,
    edits: Sequence[Edit],
    seeds: Sequence[int],
    *,
    steps: int,
    guidance_scale: float,
    negative_prompt: str = "",
    resolution: int | tuple[int, int] | None = None,
    scheduler: Any = None,
    start: Inversion | None = None,
    keep_maps: bool = False,
    batch_size: int = 12,
) -> Iterator[EditedPictures]:
    """Yield the source and its edits for each seed, computed batch by batch as they are asked for.

    Args:
        model: as opened; not changed, also not when sampling fails.
        source: the source prompt.
        edits: of the source; may be none.
        seeds: of the noise, 0 or greater; exactly one with `start`.
        steps: of the scheduler.
        guidance_scale: weight of classifier-free guidance; 1 is none.
        negative_prompt: what guidance leads away from.
        resolution: pixels a side, or (height, width); None for the model's own, or the inversion's.
        scheduler: any deterministic one of diffusers; None for DPM-Solver++(2M), or the inversion's DDIM.
        start: a photograph to edit, inverted with `source` as its prompt; None to draw the source from noise.
        keep_maps: whether the source's attention maps are kept.
        batch_size: pictures computed at once, at least 2.

    Raises:
        ValueError: an argument is out of range, or an edit cannot be made; at once, before anything is sampled.
    """
    raise NotImplementedError
