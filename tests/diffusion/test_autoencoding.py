import numpy as np
import pytest
import torch
from PIL import Image

from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels


def test_pictures_survive_the_way_to_pixels_and_back():
    values = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    pixels = to_pixels([Image.fromarray(values)])
    assert pixels.shape == (1, 3, 16, 16)
    assert (pixels.min().item(), pixels.max().item()) == (-1, 1)
    assert np.array_equal(np.asarray(to_pictures(pixels)[0]), values)


def test_pixels_out_of_range_are_clipped():
    picture = to_pictures(torch.tensor([-3.0, 3.0]).view(1, 1, 1, 2).expand(1, 3, 1, 2))[0]
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 255]


def test_grey_pictures_are_taken_as_colour():
    assert to_pixels([Image.new("L", (8, 8), 255)]).shape == (1, 3, 8, 8)


@torch.no_grad()
def test_moments_are_those_of_the_vae(opened):
    pixels = torch.rand(2, 3, 64, 64) * 2 - 1
    mean, std = encode(opened.vae, pixels)
    expected = opened.vae.encode(pixels).latent_dist
    assert torch.equal(mean, expected.mean)
    assert torch.equal(std, expected.std)
    assert mean.shape == (2, 8, 8, 8)


@torch.no_grad()
@pytest.mark.parametrize("shift", [None, 0.5])
def test_decoding_undoes_the_scaling(opened, monkeypatch, shift):
    monkeypatch.setitem(opened.vae._internal_dict, "shift_factor", shift)
    latents = torch.randn(1, 8, 8, 8)
    scaled = scale(opened.vae, latents)
    assert scaled.std().item() == pytest.approx(latents.std().item() * opened.vae.config.scaling_factor, rel=1e-5)
    assert torch.allclose(decode(opened.vae, scaled), opened.vae.decode(latents).sample, atol=1e-5)
