"""Sources and their edits, sampled side by side in one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise, repeat
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from likeness.diffusion.attention import AttentionControl
from likeness.diffusion.autoencoding import decode, to_pictures
from likeness.diffusion.blend import BlendPlan, blended
from likeness.diffusion.edits import EditPlan
from likeness.diffusion.embeddings import PromptEmbeddings, joined
from likeness.diffusion.encoding import encode_prompts, negative
from likeness.diffusion.inversion import Inversion
from likeness.diffusion.levels import level_size, map_level
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.processors import controlled
from likeness.diffusion.sampling import guided_prediction, initial_latents
from likeness.diffusion.weighting import weighted_embedding


@dataclass(frozen=True)
class Sampling:
    """What all batches of one source prompt have in common.

    Attributes:
        source: the source prompt.
        plans: of its edits.
        solver: deterministic, set to its steps.
        guidance_scale: weight of classifier-free guidance; 1 is none.
        negative_prompt: what guidance leads away from.
        size: (height, width) of the latents.
        start: of a photograph, or None.
        keep_maps: whether the source's attention is kept.
    """

    source: str
    plans: Sequence[EditPlan]
    solver: Any
    guidance_scale: float
    negative_prompt: str
    size: tuple[int, int]
    start: Inversion | None
    keep_maps: bool


@dataclass(frozen=True)
class Group:
    """A source and some of its edits, in neighbouring rows of a batch."""

    seed: int
    edits: range


@dataclass(frozen=True)
class Branches:
    """What became of a group.

    Attributes:
        latents: float32 (1 + edits, channels, h, w), the source's first.
        pictures: decoded from them.
        masks: of each edit, float32 (h, w) in 0..1, or None without blend.
        attention: of the source, float32 (h, w, tokens) at the level of `map_level`, averaged over the steps; or None.
    """

    latents: Tensor
    pictures: list[Image.Image]
    masks: list[NDArray[np.float32] | None]
    attention: Tensor | None


@dataclass(frozen=True)
class _Row:
    """A row of the batch: a source, or an edit of the source in row `source`."""

    source: int
    plan: EditPlan | None

    @property
    def blend(self) -> BlendPlan | None:
        return None if self.plan is None else self.plan.blend


@torch.inference_mode()
def sample_groups(model: DiffusionModel, sampling: Sampling, groups: Sequence[Group]) -> list[Branches]:
    """Sample the groups together, under attention control; the model is the same again afterwards."""
    rows, slices = _rows(sampling, groups), _slices(groups)
    mapped = _mapped(rows, sampling.keep_maps)
    control = AttentionControl(
        [None if row.plan is None else replace(row.plan.following, row=row.source) for row in rows],
        unconditional=len(rows) if sampling.guidance_scale != 1 else 0,
        mapped=mapped,
        device=model.device,
        dtype=model.dtype,
    )
    grid = level_size(*sampling.size, map_level(model.unet))
    summed = torch.zeros(len(mapped), grid[0] * grid[1], model.prompt_length, device=model.device)
    maps, masks = dict(zip(mapped, summed, strict=True)), dict[int, Tensor]()
    solver, contexts = deepcopy(sampling.solver), _contexts(model, sampling, rows)
    latents = _first_latents(model, sampling, groups) * solver.init_noise_sigma
    with controlled(model.unet, control):
        for step, (timestep, context) in enumerate(zip(solver.timesteps, contexts, strict=False)):
            control.begin(step)
            noisy = solver.scale_model_input(latents, timestep)
            prediction = guided_prediction(model, noisy, timestep, context, sampling.guidance_scale)
            latents = solver.step(prediction, timestep, latents).prev_sample
            if sampling.start is not None:
                latents = torch.cat([sampling.start.corrected(step, latents[own]) for own in slices])
            if mapped:
                summed += control.maps()
            for index, row in enumerate(rows):
                if row.blend and step >= row.blend.first_step:
                    masks[index] = row.blend.place(maps.get(row.source), maps.get(index), grid, sampling.size)
                    latents[index] = blended(latents[row.source], latents[index], masks[index])
    pictures = to_pictures(decode(model.vae, latents))
    return [
        Branches(
            latents=latents[own].cpu(),
            pictures=pictures[own],
            masks=[masks[row].cpu().numpy() if row in masks else None for row in range(own.start + 1, own.stop)],
            attention=_mean_map(maps[own.start], len(solver.timesteps), grid) if sampling.keep_maps else None,
        )
        for own in slices
    ]


def _rows(sampling: Sampling, groups: Sequence[Group]) -> list[_Row]:
    rows: list[_Row] = []
    for group in groups:
        source = len(rows)
        rows += [_Row(source, None), *(_Row(source, sampling.plans[edit]) for edit in group.edits)]
    return rows


def _slices(groups: Sequence[Group]) -> list[slice]:
    ends = list(accumulate((1 + len(group.edits) for group in groups), initial=0))
    return [slice(start, stop) for start, stop in pairwise(ends)]


def _mapped(rows: Sequence[_Row], keep_maps: bool) -> list[int]:
    """The rows whose attention maps somebody looks at."""
    by_words = [index for index, row in enumerate(rows) if row.blend and row.blend.mask is None]
    sources = [index for index, row in enumerate(rows) if row.plan is None]
    return sorted({*by_words, *(rows[index].source for index in by_words), *(sources if keep_maps else [])})


def _first_latents(model: DiffusionModel, sampling: Sampling, groups: Sequence[Group]) -> Tensor:
    """The noise of every row: one for a source and its edits."""
    if sampling.start is None:
        factor = model.vae_scale_factor
        height, width = (side * factor for side in sampling.size)
        noise = initial_latents(model, [group.seed for group in groups], height, width)
    else:
        noise = sampling.start.start.to(model.device).expand(len(groups), -1, -1, -1)
    counts = torch.tensor([1 + len(group.edits) for group in groups], device=noise.device)
    return noise.repeat_interleave(counts, 0)


def _contexts(model: DiffusionModel, sampling: Sampling, rows: Sequence[_Row]) -> Iterator[PromptEmbeddings]:
    """The prompts' embeddings in every step, after those that guidance leads away from."""
    prompts = [sampling.source if row.plan is None else row.plan.prompt for row in rows]
    # The same prompt has the same embedding, to the last bit.
    distinct = list(dict.fromkeys([*prompts, sampling.negative_prompt]))
    embeddings = dict(zip(distinct, encode_prompts(model, distinct).rows(), strict=True))
    conditional = joined(
        [
            embeddings[prompt]
            if row.plan is None or bool((row.plan.embedding_weights == 1).all())
            else weighted_embedding(model, prompt, row.plan.embedding_weights)
            for prompt, row in zip(prompts, rows, strict=True)
        ]
    )
    if sampling.guidance_scale == 1:
        return repeat(conditional)
    if sampling.start is None or sampling.start.unconditional is None:
        away_from = negative(model, sampling.negative_prompt, embeddings[sampling.negative_prompt])
        return repeat(joined([away_from.expand(len(rows)), conditional]))
    each_step = sampling.start.unconditional.to(conditional).rows()
    return (joined([away_from.expand(len(rows)), conditional]) for away_from in each_step)


def _mean_map(summed: Tensor, steps: int, grid: tuple[int, int]) -> Tensor:
    return (summed / steps).view(*grid, -1).cpu()
