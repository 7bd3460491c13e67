"""Invert photographs, in one of four ways.

All start from DDIM inversion without guidance and differ in how guided sampling finds its way back:

direct           adds the offset to the trajectory to the source branch's latents, step by step; nothing is optimised
                 (Ju et al. 2023, arXiv 2310.01506). Reproduces the VAE's round trip at any guidance scale.
ddim             does nothing: it comes back only without guidance, and only in many steps.
negative_prompt  takes the photograph's own prompt as the negative prompt, so that guidance has no effect on the source
                 branch (Miyake et al. 2023, arXiv 2305.16807). As close as DDIM without guidance, as quick.
null_text        optimises the unconditional embeddings (Mokady et al. 2022, arXiv 2211.09794). Costs most by far.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image

from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels
from likeness.diffusion.embeddings import joined
from likeness.diffusion.encoding import encode_prompts, negative
from likeness.diffusion.inversion.ddim import ddim_scheduler, invert_latents, sample
from likeness.diffusion.inversion.inversion import METHODS, Inversion, Method
from likeness.diffusion.inversion.null_text import optimise_unconditional
from likeness.diffusion.model import DiffusionModel

_OWN_UNCONDITIONAL = ("negative_prompt", "null_text")


def invert(
    model: DiffusionModel,
    photograph: Image.Image,
    prompt: str,
    *,
    method: Method = "direct",
    steps: int,
    guidance_scale: float,
    negative_prompt: str = "",
    iterations: int | None = None,
) -> Inversion:
    """Invert one photograph; see `invert_all`."""
    found = invert_all(
        model,
        [photograph],
        [prompt],
        method=method,
        steps=steps,
        guidance_scale=guidance_scale,
        negative_prompt=negative_prompt,
        iterations=iterations,
    )
    return found[0]


def invert_all(
    model: DiffusionModel,
    photographs: Sequence[Image.Image],
    prompts: Sequence[str],
    *,
    method: Method = "direct",
    steps: int,
    guidance_scale: float,
    negative_prompt: str = "",
    iterations: int | None = None,
) -> list[Inversion]:
    """Invert photographs of one size together, and reconstruct each.

    Args:
        model: as opened; not changed. Predicts the noise or the velocity.
        photographs: n pictures, their sides multiples of the model's `vae_scale_factor`.
        prompts: n descriptions of them.
        method: one of `METHODS`.
        steps: of DDIM, for the inversion, the reconstruction and the edits.
        guidance_scale: of the reconstruction and of the edits.
        negative_prompt: what guidance leads away from; the method "negative_prompt" takes the photograph's instead.
        iterations: times that the UNet is asked in a step of DDIM inversion. None for 4, but 1 for the method "ddim":
            DDIM inversion as it was published, to compare with.

    Raises:
        ValueError: an argument is out of range, or the model's schedule cannot be inverted.
    """
    _check(model, photographs, prompts, method)
    scheduler = ddim_scheduler(model, steps)
    with torch.no_grad():
        latents = scale(model.vae, encode(model.vae, to_pixels(photographs))[0]).float()
        context = encode_prompts(model, prompts)
        away_from = negative(model, negative_prompt, encode_prompts(model, [negative_prompt])).expand(len(context))
    if iterations is None:
        iterations = 1 if method == "ddim" else 4
    trajectory = invert_latents(model, latents, context, scheduler, iterations=iterations)
    unconditional = [context if method == "negative_prompt" else away_from] * steps
    if method == "null_text" and guidance_scale != 1:
        unconditional = optimise_unconditional(model, trajectory, context, scheduler, away_from, guidance_scale)
    if method == "direct":
        # What is put back on the trajectory in every step ends where the trajectory does.
        reconstructed = latents
    else:
        reconstructed = sample(model, trajectory[0], context, scheduler, unconditional, guidance_scale)
    with torch.no_grad():
        round_trips = to_pictures(decode(model.vae, latents))
        reconstructions = to_pictures(decode(model.vae, reconstructed))
    return [
        Inversion(
            method=method,
            prompt=prompts[row],
            steps=steps,
            guidance_scale=guidance_scale,
            trajectory=trajectory[:, row],
            unconditional=joined([each[row : row + 1] for each in unconditional]).float()
            if method in _OWN_UNCONDITIONAL
            else None,
            photograph=photographs[row],
            round_trip=round_trips[row],
            reconstruction=reconstructions[row],
        )
        for row in range(len(photographs))
    ]


def _check(model: DiffusionModel, photographs: Sequence[Image.Image], prompts: Sequence[str], method: str) -> None:
    if method not in METHODS:
        raise ValueError(f"method {method!r} is none of {', '.join(METHODS)}.")
    if not photographs or len(photographs) != len(prompts):
        raise ValueError(f"{len(photographs)} photographs but {len(prompts)} prompts: give one prompt per photograph.")
    sizes = sorted({photograph.size for photograph in photographs})
    if len(sizes) > 1:
        raise ValueError(f"The photographs have sizes {sizes}: only photographs of one size are inverted together.")
    if any(side % model.vae_scale_factor for side in sizes[0]):
        width, height = sizes[0]
        raise ValueError(f"width {width} and height {height} must be multiples of {model.vae_scale_factor}.")
