"""DDIM sampling run backwards: from a photograph's latents to the noise it would have been made from.

A step of DDIM without noise (Song et al. 2021, arXiv 2010.02502, equation 12 at σ = 0) leads from latents x at a
timestep t to latents y of the next, less noisy level. It is linear in x and in the UNet's prediction u(x, t):

    y = a x + b u(x, t).

With ᾱ = cos² φ for the share of signal in a level's variance and δ = φ(x) - φ(y) for the step's angle:

    prediction   a                  b
    ε            cos φ(y)/cos φ(x)  -sin δ / cos φ(x)
    v            cos δ              -sin δ

**The last level.** A schedule with zero terminal SNR (Lin et al. 2023, arXiv 2305.08891) starts from ᾱ = 0, φ = 90°.
The usual way to go back divides by √ᾱ or multiplies the predicted picture by it; for ε the step does not exist at all
(1/cos φ). In velocities it is a rotation like any other: y = cos δ x - sin δ v, so that

    x = (y + sin δ v(x, t)) / cos δ,

regular for every step of less than 90°. Nothing is lost at ᾱ = 0: what y knows of the photograph beyond the mean
picture -v is carried by x, which is all noise only to the UNet. Trailing timesteps reach that level (999 of 1000), and
their last step ends at ᾱ = 1, the clean latents.

**The unknown.** u(x, t) needs the x that is looked for. Plain DDIM inversion (Dhariwal & Nichol 2021, arXiv
2105.05233, appendix F; with the timestep of x as in Mokady et al. 2022, arXiv 2211.09794) takes u(y, t) for it, as if
steps were infinitely small. Here that is the first of a few iterations towards the fixed point x = (y - b u(x, t)) / a,
which undo the step exactly where they converge, sped up by Anderson's acceleration with a window of one (Pan et al.
2023, arXiv 2309.04907). They converge without guidance; with it they need not, so guidance is never inverted.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers import DDIMScheduler
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings, joined
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.sampling import guided_prediction

_SMALLEST = 1e-3  # of a step's factor a: below it, rounding grows a thousandfold on the way back


def ddim_scheduler(model: DiffusionModel, steps: int) -> DDIMScheduler:
    """DDIM on the model's own noise schedule and timesteps, without clipping, set to a number of steps.

    Raises:
        ValueError: there are more steps than the model has timesteps, or less than one.
    """
    available = int(model.scheduler.config.num_train_timesteps)
    if not 1 <= steps <= available:
        raise ValueError(f"steps ({steps}) must be 1 to {available}, the timesteps that {model.name} was trained on.")
    scheduler = DDIMScheduler.from_config(model.scheduler.config, clip_sample=False, thresholding=False)
    scheduler.set_timesteps(steps, device=model.device)
    return scheduler


def step_factors(scheduler: DDIMScheduler) -> list[tuple[float, float]]:
    """The factors (a, b) of every step: its latents are a · latents + b · prediction.

    Raises:
        ValueError: a step cannot be undone, because it forgets its latents or divides by zero.
    """
    # Read off the scheduler itself, so that whatever levels and prediction it uses are the ones undone.
    zero, one = torch.zeros(()), torch.ones(())
    factors = []
    for timestep in scheduler.timesteps.tolist():
        carried = scheduler.step(zero, timestep, one).prev_sample.item()
        added = scheduler.step(one, timestep, zero).prev_sample.item()
        if not _SMALLEST < abs(carried) < 1 / _SMALLEST:
            raise ValueError(
                f"The step from timestep {timestep} of {len(scheduler.timesteps)} cannot be undone: it multiplies its "
                f"latents by {carried:g}. Photographs are inverted by models that predict the noise (epsilon) or the "
                "velocity (v_prediction), the latter on schedules without signal at the end, in at least two steps."
            )
        factors.append((carried, added))
    return factors


@torch.no_grad()
def invert_latents(
    model: DiffusionModel,
    latents: Tensor,
    context: PromptEmbeddings,
    scheduler: DDIMScheduler,
    *,
    iterations: int = 4,
) -> Tensor:
    """The trajectory on which DDIM without guidance would have come to the latents.

    Args:
        model: whose UNet predicts the noise or the velocity.
        latents: of photographs, float32 (n, channels, h, w).
        context: embeddings of the photographs' n prompts.
        scheduler: from `ddim_scheduler`.
        iterations: times that the UNet is asked in a step; 1 is plain DDIM inversion.

    Returns:
        float32 (steps + 1, n, channels, h, w), from noise to the latents.

    Raises:
        ValueError: a step cannot be undone, or there are no iterations.
    """
    if iterations < 1:
        raise ValueError(f"iterations ({iterations}) must be at least 1.")
    trajectory = [latents]
    steps = zip(scheduler.timesteps, step_factors(scheduler), strict=True)
    for timestep, (carried, added) in reversed(list(steps)):
        target = trajectory[-1]
        guess, last = target, None
        for _ in range(iterations):
            prediction = guided_prediction(model, guess, timestep, context, 1.0)
            image = (target - added * prediction) / carried
            residual = image - guess
            guess = image if last is None else image - _mixing(residual, last[1]) * (image - last[0])
            last = image, residual
        trajectory.append(guess)
    return torch.stack(trajectory[::-1])


@torch.no_grad()
def sample(
    model: DiffusionModel,
    start: Tensor,
    context: PromptEmbeddings,
    scheduler: DDIMScheduler,
    unconditional: Sequence[PromptEmbeddings],
    weight: float,
) -> Tensor:
    """Sample with guidance from given noise.

    Args:
        model: whose UNet predicts.
        start: noise, float32 (n, channels, h, w).
        context: embeddings of the n prompts.
        scheduler: from `ddim_scheduler`.
        unconditional: embeddings that guidance leads away from, n rows for each step.
        weight: of the guidance.

    Returns:
        float32, shaped as `start`.
    """
    latents = start
    for timestep, away_from in zip(scheduler.timesteps, unconditional, strict=True):
        both = context if weight == 1 else joined([away_from.to(context), context])
        latents = scheduler.step(
            guided_prediction(model, latents, timestep, both, weight), timestep, latents
        ).prev_sample
    return latents


def _mixing(residual: Tensor, before: Tensor) -> Tensor:
    """How far each row goes back along the last change, (n, 1, 1, 1): the least-squares zero of its residual."""
    change = residual - before
    products = torch.stack([residual * change, change * change]).flatten(2).sum(-1)
    ratio: Tensor = products[0] / products[1].clamp_min(torch.finfo(change.dtype).tiny)
    return ratio.view(-1, 1, 1, 1)
