"""Prompt-to-Prompt (Hertz et al. 2022, arXiv 2208.01626): edit a picture by editing its prompt.

An edited picture is sampled beside its source, from the same noise, and follows the source's attention for a share of
the steps: its cross-attention decides where each word of the prompt takes effect, its self-attention what belongs
together. Everything an edit does is told from the two prompts: words that stay follow themselves, a replaced word
follows the word that it replaces, an added word attends by itself, and weights are applied to the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from transformers import CLIPTokenizer

from likeness.diffusion.blend import word_map
from likeness.diffusion.branches import Group, Sampling, sample_groups
from likeness.diffusion.edits import Blend, Edit, plan_edit
from likeness.diffusion.inversion import Inversion, ddim_scheduler
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.solvers import default_solver, prepared_solver
from likeness.diffusion.words import SplitPrompt, split_prompt, token_indices

__all__ = ["Blend", "Edit", "EditedPictures", "WordMaps", "check_edit", "edit_pictures"]


@dataclass(frozen=True)
class WordMaps:
    """Where each token of the source prompt takes effect: cross-attention, averaged over heads, layers and steps.

    Attributes:
        prompt: the source prompt.
        tokenizer: that split it.
        attention: float32 (h, w, tokens), at the size of one level of the UNet; each position's sums to 1.
        size: (height, width) of the latents.
    """

    prompt: SplitPrompt
    tokenizer: CLIPTokenizer
    attention: Tensor
    size: tuple[int, int]

    def of(self, words: str) -> NDArray[np.float32]:
        """The map of a word of the source prompt, float32 (height, width) of the latents, 1 at its greatest.

        Raises:
            ValueError: the prompt does not have the word.
        """
        tokens = token_indices(self.tokenizer, self.prompt, words)
        height, width, _ = self.attention.shape
        scaled = word_map(self.attention.flatten(0, 1), tokens, (height, width), self.size, pool=False)
        return scaled.numpy()


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


def check_edit(
    model: DiffusionModel, source: str, edit: Edit, *, resolution: int | tuple[int, int] | None = None
) -> None:
    """Refuse an edit that cannot be made, without sampling anything.

    Args:
        model: that is to make it.
        source: the source prompt.
        edit: of it.
        resolution: pixels a side, or (height, width); None for the model's own.

    Raises:
        ValueError: says what is wrong with the edit.
    """
    height, width = _size(model, resolution)
    plan_edit(model, split_prompt(model.tokenizer, source), edit, steps=1, height=height, width=width)


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
        model: as opened; the same again afterwards, also when sampling fails.
        source: the source prompt.
        edits: of the source; may be none.
        seeds: of the noise, 0 or greater; exactly one with `start`, where it has no effect.
        steps: of the scheduler.
        guidance_scale: weight of classifier-free guidance; 1 is none.
        negative_prompt: what guidance leads away from.
        resolution: pixels a side, or (height, width); None for the model's own, or the inversion's.
        scheduler: any deterministic one of diffusers; None for DPM-Solver++(2M).
        start: a photograph to edit, inverted with `source` as its prompt; None to draw the source from noise. It
            brings its own scheduler.
        keep_maps: whether the source's attention maps are kept.
        batch_size: pictures computed at once, at least 2.

    Raises:
        ValueError: an argument is out of range, or an edit cannot be made; at once, before anything is sampled.
    """
    if steps < 1 or batch_size < 2:
        raise ValueError(f"steps ({steps}) must be at least 1 and batch_size ({batch_size}) at least 2.")
    if start is not None:
        _check_start(start, source, seeds, steps, guidance_scale, scheduler)
        resolution = resolution or start.photograph.size[::-1]
        solver = ddim_scheduler(model, steps)
    else:
        solver = prepared_solver(scheduler or default_solver(model), steps, model.device)
    height, width = _size(model, resolution)
    if start is not None and start.photograph.size != (width, height):
        own = " x ".join(map(str, start.photograph.size[::-1]))
        raise ValueError(f"the photograph has {own} pixels, not {height} x {width}.")
    split, calls = split_prompt(model.tokenizer, source), len(solver.timesteps)
    # The unchanged prompt is an edit too: it says whether the source prompt can be encoded.
    plan_edit(model, split, Edit(source), steps=calls, height=height, width=width)
    plans = [plan_edit(model, split, edit, steps=calls, height=height, width=width) for edit in edits]
    size = (height // model.vae_scale_factor, width // model.vae_scale_factor)
    sampling = Sampling(source, plans, solver, guidance_scale, negative_prompt, size, start, keep_maps)
    return _pictures(model, sampling, seeds, batch_size)


def _pictures(
    model: DiffusionModel, sampling: Sampling, seeds: Sequence[int], batch_size: int
) -> Iterator[EditedPictures]:
    groups = [Group(seed, edits) for seed in seeds for edits in _chunks(len(sampling.plans), batch_size - 1)]
    parts = (part for batch in _batches(groups, batch_size) for part in sample_groups(model, sampling, batch))
    for seed in seeds:
        first, *others = islice(parts, len(groups) // len(seeds))
        yield EditedPictures(
            seed=seed,
            source=first.pictures[0],
            edited=tuple(picture for part in (first, *others) for picture in part.pictures[1:]),
            latents=torch.cat([first.latents, *(part.latents[1:] for part in others)]),
            masks=tuple(mask for part in (first, *others) for mask in part.masks),
            maps=None if first.attention is None else _word_maps(model, sampling, first.attention),
        )


def _word_maps(model: DiffusionModel, sampling: Sampling, attention: Tensor) -> WordMaps:
    return WordMaps(split_prompt(model.tokenizer, sampling.source), model.tokenizer, attention, sampling.size)


def _chunks(count: int, most: int) -> list[range]:
    """Ranges of about equal length, each of at most `most`; one empty range for nothing."""
    number = max(-(-count // most), 1)
    return [range(count * i // number, count * (i + 1) // number) for i in range(number)]


def _batches(groups: Sequence[Group], batch_size: int) -> Iterator[list[Group]]:
    batch: list[Group] = []
    for group in groups:
        if batch and sum(1 + len(member.edits) for member in [*batch, group]) > batch_size:
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _size(model: DiffusionModel, resolution: int | tuple[int, int] | None) -> tuple[int, int]:
    """Height and width in pixels."""
    side = model.resolution if resolution is None else resolution
    height, width = (side, side) if isinstance(side, int) else side
    if height < 1 or width < 1 or height % model.vae_scale_factor or width % model.vae_scale_factor:
        raise ValueError(f"height {height} and width {width} must be multiples of {model.vae_scale_factor}.")
    return height, width


def _check_start(
    start: Inversion, source: str, seeds: Sequence[int], steps: int, guidance_scale: float, scheduler: Any
) -> None:
    if scheduler is not None:
        raise ValueError("a photograph is edited with the scheduler it was inverted with: leave out `scheduler`.")
    if len(seeds) != 1:
        raise ValueError(f"{len(seeds)} seeds for a photograph: it is one picture, whatever the seed. Give one.")
    if start.prompt != source:
        raise ValueError(f"the photograph was inverted with the prompt {start.prompt!r}, not with {source!r}.")
    if start.steps != steps:
        raise ValueError(f"the photograph was inverted in {start.steps} steps and cannot be edited in {steps}.")
    if start.method == "null_text" and start.guidance_scale != guidance_scale:
        raise ValueError(
            f"null-text inversion at guidance scale {start.guidance_scale} does not hold at {guidance_scale}."
        )
