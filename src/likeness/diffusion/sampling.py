"""Pictures from prompts: classifier-free guidance and DPM-Solver++(2M), batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from PIL import Image
from torch import Tensor

from likeness.diffusion.acceleration import Acceleration, accelerated, check_acceleration
from likeness.diffusion.autoencoding import decode, to_pictures
from likeness.diffusion.embeddings import PromptEmbeddings, joined
from likeness.diffusion.encoding import encode_prompts, negative
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.solvers import default_solver


def generate(
    model: DiffusionModel,
    prompts: Sequence[str],
    seeds: Sequence[int],
    *,
    steps: int,
    guidance_scale: float,
    height: int | None = None,
    width: int | None = None,
    batch_size: int = 4,
    negative_prompt: str = "",
    acceleration: Acceleration = "none",
) -> Iterator[Image.Image]:
    """Yield one picture per prompt and seed, in order, computed batch by batch as they are asked for.

    The starting noise depends on the seed alone, and the last batch is filled up so that all batches have one shape:
    a picture is the same whatever it is made together with, on the same machine at the same `batch_size`.

    Args:
        model: as opened; not changed.
        prompts: n prompts.
        seeds: n seeds, 0 or greater.
        steps: of the solver; 10 to 30 are usual.
        guidance_scale: weight of classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598). 1 follows the
            prompt without guidance, at half the cost.
        height: pixels, a multiple of the model's `vae_scale_factor`; None for the model's own resolution.
        width: as `height`.
        batch_size: pictures computed at once.
        negative_prompt: what guidance leads away from.
        acceleration: of the UNet on a GPU; see `likeness.diffusion.acceleration.accelerated`.

    Raises:
        ValueError: an argument is out of range.
    """
    height, width = height or model.resolution, width or model.resolution
    if len(prompts) != len(seeds):
        raise ValueError(f"{len(prompts)} prompts but {len(seeds)} seeds: give one seed per prompt.")
    if steps < 1 or batch_size < 1:
        raise ValueError(f"steps ({steps}) and batch_size ({batch_size}) must be at least 1.")
    if height % model.vae_scale_factor or width % model.vae_scale_factor:
        raise ValueError(
            f"height {height} and width {width} must be multiples of {model.vae_scale_factor}. Set the parameter "
            "resolution to one."
        )
    check_acceleration(acceleration)
    batches = partial(_batches, batch_size=batch_size, negative_prompt=negative_prompt, acceleration=acceleration)
    return batches(model, prompts, seeds, steps, guidance_scale, height, width)


def initial_latents(model: DiffusionModel, seeds: Sequence[int], height: int, width: int) -> Tensor:
    """Standard normal noise, each row drawn from its own seed on the CPU: float32 (n, channels, height/f, width/f)."""
    shape = (model.unet.config.in_channels, height // model.vae_scale_factor, width // model.vae_scale_factor)
    rows = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return torch.stack(rows).to(model.device)


def guided_prediction(
    model: DiffusionModel, latents: Tensor, timestep: Tensor, context: PromptEmbeddings, weight: float
) -> Tensor:
    """The UNet's prediction for noisy latents, pushed away from the unconditional one.

    SDXL is told that the picture has the size of the latents and was not cropped.

    Args:
        model: whose UNet predicts.
        latents: (n, channels, h, w).
        timestep: a scalar.
        context: embeddings of n prompts, or of 2n with the n unconditional ones first.
        weight: of the guidance; used only when there are unconditional embeddings.

    Returns:
        float32, shaped as `latents`.
    """
    repeats = len(context) // len(latents)
    noisy = latents.to(model.dtype).repeat(repeats, 1, 1, 1)
    prediction: Tensor = model.unet(
        noisy,
        timestep,
        encoder_hidden_states=context.hidden_states,
        added_cond_kwargs=_added_conditions(model, noisy, context),
    ).sample.float()
    if repeats == 1:
        return prediction
    unconditional, conditional = prediction.chunk(2)
    guided: Tensor = unconditional + weight * (conditional - unconditional)
    return guided


def _added_conditions(model: DiffusionModel, latents: Tensor, context: PromptEmbeddings) -> dict[str, Tensor] | None:
    """What the UNet of SDXL is told beside its hidden states, under diffusers' names."""
    if context.pooled is None:
        return None
    height, width = (side * model.vae_scale_factor for side in latents.shape[2:])
    time_ids = torch.tensor([height, width, 0, 0, height, width], dtype=torch.float32, device=latents.device)
    return {"text_embeds": context.pooled, "time_ids": time_ids.expand(len(context), -1)}


def _batches(
    model: DiffusionModel,
    prompts: Sequence[str],
    seeds: Sequence[int],
    steps: int,
    guidance_scale: float,
    height: int,
    width: int,
    *,
    batch_size: int,
    negative_prompt: str,
    acceleration: Acceleration,
) -> Iterator[Image.Image]:
    with torch.inference_mode():
        distinct = list(dict.fromkeys(prompts))
        embeddings = dict(zip(distinct, _encode_in_batches(model, distinct, batch_size), strict=True))
        unconditional = negative(model, negative_prompt, encode_prompts(model, [negative_prompt]))
    for start in range(0, len(prompts), batch_size):
        members = range(start, min(start + batch_size, len(prompts)))
        padded = [*members, *[members[-1]] * (batch_size - len(members))]
        # The mode is left before yielding: the caller's own computations are none of our business.
        with torch.inference_mode():
            context = joined([embeddings[prompts[i]] for i in padded])
            if guidance_scale != 1:
                context = joined([unconditional.expand(len(context)), context])
            latents = initial_latents(model, [seeds[i] for i in padded], height, width)
            with accelerated(model, acceleration):
                latents = _denoise(model, latents, context, steps, guidance_scale)
            pictures = to_pictures(decode(model.vae, latents))
        yield from pictures[: len(members)]


def _encode_in_batches(model: DiffusionModel, prompts: Sequence[str], batch_size: int) -> list[PromptEmbeddings]:
    chunks = [prompts[i : i + batch_size] for i in range(0, len(prompts), batch_size)]
    return [row for chunk in chunks for row in encode_prompts(model, chunk).rows()]


def _denoise(
    model: DiffusionModel, latents: Tensor, context: PromptEmbeddings, steps: int, guidance_scale: float
) -> Tensor:
    """Solve from pure noise."""
    solver = default_solver(model)
    solver.set_timesteps(steps, device=model.device)
    latents = latents * solver.init_noise_sigma
    for timestep in solver.timesteps:
        prediction = guided_prediction(model, latents, timestep, context, guidance_scale)
        latents = solver.step(prediction, timestep, latents).prev_sample
    return latents
