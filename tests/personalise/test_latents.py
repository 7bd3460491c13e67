import torch
from PIL import ImageOps

from likeness.diffusion.autoencoding import encode, to_pixels
from likeness.personalise.latents import Moments, cached_moments, picture_digest

SETTINGS = {"model_digest": "m", "resolution": 64, "mirrored": True}


@torch.no_grad()
def test_moments_are_the_vaes_scaled_for_picture_and_mirror_image(model, work, make_pictures):
    pictures = make_pictures(3)
    moments = cached_moments(model, pictures, cache=work, **SETTINGS)
    assert moments.mean.shape == moments.std.shape == (3, 2, 8, 8, 8)
    mean, std = encode(model.vae, to_pixels([pictures[1], ImageOps.mirror(pictures[1])]))
    factor = model.vae.config.scaling_factor
    assert torch.allclose(moments.mean[1], mean * factor, atol=1e-6)
    assert torch.allclose(moments.std[1], std * factor, atol=1e-6)


def test_each_picture_is_encoded_only_once(model, work, make_pictures, monkeypatch):
    pictures = make_pictures(4)
    first = cached_moments(model, pictures[:2], cache=work, **SETTINGS)
    encoded = []
    original = model.vae.encode
    monkeypatch.setattr(model.vae, "encode", lambda pixels: encoded.append(len(pixels)) or original(pixels))
    second = cached_moments(model, pictures, cache=work, **SETTINGS)
    assert encoded == [2, 2]
    assert torch.equal(first.mean, second.mean[:2])


def test_another_model_resolution_or_mirroring_is_encoded_anew(model, work, make_pictures, monkeypatch):
    pictures = make_pictures(1)
    cached_moments(model, pictures, cache=work, **SETTINGS)
    for change in ({"model_digest": "other"}, {"resolution": 32}, {"mirrored": False}):
        cached_moments(model, pictures, cache=work, **(SETTINGS | change))
    assert len(list(work.path.rglob("*.safetensors"))) == 4


def test_pictures_of_other_shapes_are_cropped_in_the_middle(model, work, make_pictures):
    wide = make_pictures(1, size=(96, 64))
    middle = wide[0].crop((16, 0, 80, 64))
    settings = SETTINGS | {"cache": work}
    assert torch.equal(cached_moments(model, wide, **settings).mean, cached_moments(model, [middle], **settings).mean)


def test_samples_have_the_moments_asked_for():
    mean, std = torch.zeros(2, 2, 1, 1, 1), torch.zeros(2, 2, 1, 1, 1)
    mean[1, 0], std[1, 0] = 3.0, 0.5
    mean[0, 1], std[0, 1] = -1.0, 2.0
    latents = Moments(mean, std).sample(torch.tensor([1, 0]), torch.tensor([0, 1]), torch.ones(2, 1, 1, 1))
    assert latents.flatten().tolist() == [3.5, 1.0]


def test_a_picture_digest_is_of_its_pixels_and_shape(make_pictures):
    first, second = make_pictures(2)
    assert picture_digest(first) == picture_digest(first.copy())
    assert picture_digest(first) != picture_digest(second)
    tall, wide = make_pictures(1, size=(32, 64))[0], make_pictures(1, size=(64, 32))[0]
    assert tall.tobytes() == wide.tobytes()
    assert picture_digest(tall) != picture_digest(wide)
