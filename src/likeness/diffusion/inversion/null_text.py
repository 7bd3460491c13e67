"""Null-text inversion (Mokady et al. 2022, arXiv 2211.09794, algorithm 1): unconditional embeddings, one a step.

Guidance leads a photograph's noise astray, because DDIM inversion knows none. Here the unconditional embeddings of
every step are optimised, by Adam and in single precision, until the guided step leads back to the trajectory. Of SDXL's
embeddings only the hidden states are: the pooled embedding stays that of the negative prompt.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import torch
from diffusers import DDIMScheduler
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.sampling import guided_prediction

# Published for 50 steps; in between and beyond, the same share of the steps gets the same value.
_LEARNING_RATE = 1e-2
_LEARNING_RATE_FALL = 0.5  # of the learning rate, over all steps
_TOLERANCE = 1e-5
_TOLERANCE_RISE = 1e-3  # over all steps


@torch.enable_grad()
def optimise_unconditional(
    model: DiffusionModel,
    trajectory: Tensor,
    context: PromptEmbeddings,
    scheduler: DDIMScheduler,
    initial: PromptEmbeddings,
    weight: float,
    *,
    inner_steps: int = 10,
) -> list[PromptEmbeddings]:
    """Unconditional embeddings with which guided DDIM follows a trajectory.

    Every row is optimised as if it were alone, and keeps the embeddings of its least loss.

    Args:
        model: not changed; a copy of its UNet computes where its weights are not float32.
        trajectory: float32 (steps + 1, n, channels, h, w), from noise to the photographs' latents.
        context: embeddings of the photographs' n prompts.
        scheduler: from `ddim_scheduler`.
        initial: embeddings of the negative prompt, n rows.
        weight: of the guidance, not 1.
        inner_steps: of the optimiser, at most, in every step of the scheduler.

    Returns:
        For each step n rows in float32.
    """
    model = _in_single_precision(model)
    context, initial = context.float(), initial.float()
    unconditional = initial.hidden_states
    latents, embeddings = trajectory[0], []
    for step, timestep in enumerate(scheduler.timesteps):
        progress = step / len(scheduler.timesteps)
        tolerance = _TOLERANCE + _TOLERANCE_RISE * progress
        with torch.no_grad():
            conditional = guided_prediction(model, latents, timestep, context, 1.0)
        candidate = unconditional.clone().requires_grad_()
        optimiser = torch.optim.Adam([candidate], lr=_LEARNING_RATE * (1 - _LEARNING_RATE_FALL * progress))
        least = torch.full((len(latents),), torch.inf, device=latents.device)
        following = latents
        for update in range(inner_steps + 1):
            candidates = replace(initial, hidden_states=candidate)
            away_from = guided_prediction(model, latents, timestep, candidates, 1.0)
            guided = away_from + weight * (conditional - away_from)
            reached = scheduler.step(guided, timestep, latents).prev_sample
            losses = (reached - trajectory[step + 1]).square().flatten(1).mean(1)
            better = (losses < least) & (least >= tolerance)
            least = torch.where(better, losses, least).detach()
            unconditional = _rows(better, candidate, unconditional).detach()
            following = _rows(better, reached, following).detach()
            if update == inner_steps or bool((least < tolerance).all()):
                break
            optimiser.zero_grad()
            losses.sum().backward()
            optimiser.step()
        latents = following
        embeddings.append(replace(initial, hidden_states=unconditional))
    return embeddings


def _rows(chosen: Tensor, first: Tensor, second: Tensor) -> Tensor:
    return torch.where(chosen.view(-1, *[1] * (first.dim() - 1)), first, second)


def _in_single_precision(model: DiffusionModel) -> DiffusionModel:
    if model.dtype == torch.float32:
        return model
    return replace(model, unet=deepcopy(model.unet).float(), dtype=torch.float32)
