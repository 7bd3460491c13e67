"""The VAE's view of the training pictures, computed once and kept on disk.

Kept are mean and standard deviation, not a sample: training still draws new latents at every step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm import tqdm

from likeness.datasets.work import WorkFolder, digest_of
from likeness.diffusion.autoencoding import encode, scale, to_pixels
from likeness.diffusion.model import DiffusionModel
from likeness.personalise.crops import face_crop


@dataclass(frozen=True)
class Moments:
    """Gaussian latents of pictures, scaled as the UNet sees them.

    Attributes:
        mean: float32 (pictures, variants, c, h, w); the variants are the picture and, if asked for, its mirror image.
        std: standard deviation, of the same shape.
    """

    mean: Tensor
    std: Tensor

    def sample(self, pictures: Tensor, variants: Tensor, noise: Tensor) -> Tensor:
        """Latents (n, c, h, w) of the chosen pictures (n,) and variants (n,), drawn with standard normal noise."""
        return self.mean[pictures, variants] + self.std[pictures, variants] * noise


def picture_digest(picture: Image.Image) -> str:
    """Digest of the pixels: 16 hexadecimal characters."""
    pixels = hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()
    return digest_of(picture.size, pixels)


@torch.no_grad()
def cached_moments(
    model: DiffusionModel,
    pictures: Sequence[Image.Image],
    *,
    model_digest: str,
    resolution: int,
    mirrored: bool,
    cache: WorkFolder,
) -> Moments:
    """Encode pictures with the model's VAE, each only once: results are kept in a work folder, a file a picture.

    Args:
        model: whose VAE encodes.
        pictures: squares of any size; of others the middle is taken.
        model_digest: names the VAE in the cache's keys.
        resolution: side in px that pictures are scaled to.
        mirrored: encode the mirror images as well.
        cache: where results are kept; may be shared by several trainings.

    Returns:
        Moments on the model's device.

    Raises:
        ValueError: no latents have that size.
    """
    if resolution % model.vae_scale_factor:
        raise ValueError(f"resolution {resolution} must be a multiple of {model.vae_scale_factor}, as latents are.")
    encoded = []
    for picture in tqdm(pictures, desc="encoding", unit="picture", disable=None, leave=False):
        name = f"latents/{digest_of(picture_digest(picture), model_digest, resolution, mirrored)}.safetensors"
        if not cache.has(name):
            square = face_crop(picture, None, resolution=resolution, margin=0)
            variants = [square, ImageOps.mirror(square)] if mirrored else [square]
            mean, std = encode(model.vae, to_pixels(variants))
            with cache.writing(name) as path:
                save_file({"mean": mean.float().cpu().contiguous(), "std": std.float().cpu().contiguous()}, path)
        encoded.append(load_file(cache.file(name)))
    mean, std = (torch.stack([one[name] for one in encoded]).to(model.device) for name in ("mean", "std"))
    return Moments(scale(model.vae, mean), std * model.vae.config.scaling_factor)
