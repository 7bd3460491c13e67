"""The base model's VAE as a change of pictures: encoded and decoded, they carry the decoder's traces."""

from __future__ import annotations

from functools import lru_cache

import torch
from PIL import Image

from likeness.classify.changes import Change
from likeness.datasets import BaseModel, code_digest, digest_of
from likeness.diffusion import autoencoding
from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels
from likeness.diffusion.model import DiffusionModel, open_model

ROUND_TRIP = "round_trip"


def vae_round_trip(base_model: BaseModel, *, greyscale: bool) -> Change:
    """Pass pictures through a model's encoder and decoder, at the model's own resolution.

    Args:
        base_model: opened when the first picture comes.
        greyscale: whether the decoder's colours are taken away again, as cleaning took those of the picture.
    """

    @lru_cache(maxsize=1)
    def model() -> DiffusionModel:
        return open_model(base_model)

    @torch.inference_mode()
    def apply(image: Image.Image) -> Image.Image:
        opened = model()
        side = opened.resolution
        latents, _ = encode(opened.vae, to_pixels([image.resize((side, side), Image.Resampling.LANCZOS)]))
        [seen] = to_pictures(decode(opened.vae, scale(opened.vae, latents)))
        return seen.convert("L").convert("RGB") if greyscale else seen

    return Change(apply, digest_of(base_model.digest, greyscale, code_digest(autoencoding)))
