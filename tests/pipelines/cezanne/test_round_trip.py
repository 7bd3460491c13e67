import numpy as np
import torch
from PIL import Image

from likeness.datasets import BaseModel
from likeness.diffusion.autoencoding import to_pictures, to_pixels
from likeness.diffusion.model import open_model
from likeness.pipelines.cezanne.round_trip import vae_round_trip


def picture(seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8))


def test_it_is_the_vaes_own_reconstruction(tiny_model):
    base = BaseModel(str(tiny_model))
    seen = vae_round_trip(base, greyscale=False).apply(picture())
    vae = open_model(base).vae
    with torch.inference_mode():
        latents = vae.encode(to_pixels([picture()])).latent_dist.mode()
        [expected] = to_pictures(vae.decode(latents).sample)
    assert np.abs(np.asarray(seen).astype(int) - np.asarray(expected).astype(int)).max() <= 1


def test_the_decoders_colours_are_taken_away_where_cleaning_takes_them(tiny_model):
    seen = np.asarray(vae_round_trip(BaseModel(str(tiny_model)), greyscale=True).apply(picture()))
    assert (seen == seen[..., :1]).all()


def test_its_digest_says_what_it_does(tiny_model):
    base = BaseModel(str(tiny_model))
    assert vae_round_trip(base, greyscale=True).digest == vae_round_trip(base, greyscale=True).digest
    assert vae_round_trip(base, greyscale=True).digest != vae_round_trip(base, greyscale=False).digest
