"""Between pictures and the latents that the UNet sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from torch import Tensor


def to_pixels(pictures: Sequence[Image.Image]) -> Tensor:
    """Pictures of one size as float32 (n, 3, height, width) in -1..1."""
    stack = np.stack([np.asarray(picture.convert("RGB")) for picture in pictures])
    return torch.from_numpy(stack).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(pixels: Tensor) -> list[Image.Image]:
    """8-bit RGB pictures of pixels (n, 3, height, width) in -1..1; values outside are clipped."""
    stack = ((pixels.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return [Image.fromarray(array) for array in stack.permute(0, 2, 3, 1).cpu().numpy()]


def encode(vae: AutoencoderKL, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the latents' Gaussian, unscaled (n, channels, height / f, width / f)."""
    distribution = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
    return distribution.mean, distribution.std


def scale(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Latents as the UNet sees them: of about unit variance (Rombach et al. 2022, arXiv 2112.10752, appendix G)."""
    shift = vae.config.get("shift_factor") or 0.0
    scaled: Tensor = (latents - shift) * vae.config.scaling_factor
    return scaled


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Pixels (n, 3, height, width) around -1..1 of latents as the UNet sees them."""
    shift = vae.config.get("shift_factor") or 0.0
    pixels: Tensor = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor + shift).sample
    return pixels
