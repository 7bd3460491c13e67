import numpy as np
import pytest
import torch
from pydantic import ValidationError

from likeness.datasets import WorkFolder
from likeness.diffusion.autoencoding import decode, encode, scale
from likeness.pocket.autoencoder import (
    build_autoencoder,
    encode_pictures,
    open_autoencoder,
    standardise_latents,
    train_autoencoder,
)
from likeness.pocket.batches import to_network
from likeness.pocket.export import export_autoencoder
from likeness.pocket.options import AutoencoderOptions

TINY = {
    "steps": 150,
    "batch_size": 8,
    "learning_rate": 3e-3,
    "warmup_steps": 2,
    "channels": (16, 16),
    "latent_channels": 4,
    "crop": 16,
    "full_size_batch": 4,
    "discriminator_width": 8,
    "ema_decay": 0.8,
    "log_every": 15,
    "checkpoint_every": 1000,
}


@pytest.fixture
def pictures(stand_in):
    from likeness.pocket.sharding import load_renderer

    return torch.from_numpy(load_renderer(stand_in)(range(32), seed=0, size=32)[0])


def test_learns_to_rebuild_pictures(pictures, tmp_path):
    options = AutoencoderOptions.model_validate(TINY)
    vae, losses = train_autoencoder(pictures, options, WorkFolder(tmp_path, "vae", "key"), device="cpu")
    assert losses["psnr"].iloc[-1] > losses["psnr"].iloc[0] + 3
    assert (losses["discriminator"].iloc[:6] == 0).all()
    assert (losses["discriminator"].iloc[6:] > 0).all()
    assert not vae.training
    moments = encode_pictures(vae, pictures)
    assert moments.shape == (32, 2, 4, 16, 16)
    assert moments.dtype == torch.float16
    rebuilt = decode(vae, scale(vae, encode(vae, to_network(pictures))[0]))
    assert (rebuilt.clamp(-1, 1) - to_network(pictures)).square().mean() < 0.2


def test_goes_on_after_a_kill(pictures, tmp_path, monkeypatch):
    options = AutoencoderOptions.model_validate({**TINY, "steps": 12, "checkpoint_every": 5})
    expected, _ = train_autoencoder(pictures, options, WorkFolder(tmp_path, "vae", "undisturbed"), device="cpu")

    def killed(*_):
        raise KeyboardInterrupt

    # The discriminator has its say from step 8 of 12 on: the training dies between two states.
    with monkeypatch.context() as patched:
        patched.setattr("likeness.pocket.autoencoder.balanced", killed)
        with pytest.raises(KeyboardInterrupt):
            train_autoencoder(pictures, options, WorkFolder(tmp_path, "vae", "killed"), device="cpu")
    resumed, _ = train_autoencoder(pictures, options, WorkFolder(tmp_path, "vae", "killed"), device="cpu")
    for one, other in zip(expected.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_standardised_latents_have_unit_variance_and_give_the_same_pictures(pictures):
    torch.manual_seed(0)
    vae = build_autoencoder(AutoencoderOptions.model_validate(TINY), 32).eval().requires_grad_(False)
    vae.quant_conv.bias[:4] += torch.tensor([5.0, -3.0, 0.0, 1.0])
    pixels = to_network(pictures)
    before = decode(vae, encode(vae, pixels)[0])
    deviation_before = encode(vae, pixels)[1]
    moments = encode_pictures(vae, pictures)
    factors = (moments[:, 0].float().var((0, 2, 3)) + moments[:, 1].float().square().mean((0, 2, 3))).sqrt()
    standardise_latents(vae, moments)
    mean, deviation = encode(vae, pixels)
    total = mean.var((0, 2, 3)) + deviation.square().mean((0, 2, 3))
    assert torch.allclose(mean.mean((0, 2, 3)), torch.zeros(4), atol=1e-2)
    assert torch.allclose(total, torch.ones(4), atol=1e-2)
    assert torch.allclose(deviation * factors[:, None, None], deviation_before, rtol=1e-3)
    assert torch.allclose(decode(vae, mean), before, atol=1e-4)


def test_opens_what_was_exported(pictures, tmp_path):
    vae = build_autoencoder(AutoencoderOptions.model_validate(TINY), 32).eval()
    expected = encode_pictures(vae, pictures).float()
    export_autoencoder(tmp_path, vae)
    opened = open_autoencoder(tmp_path, torch.device("cpu"))
    assert opened.dtype == torch.float32
    assert opened.config.scaling_factor == 1.0
    assert np.allclose(encode_pictures(opened, pictures).float(), expected, atol=2e-2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"channels": (8, 24), "norm_groups": 16}, "multiple of norm_groups"),
        ({"crop": 15}, "crop 15"),
        ({"stpes": 1}, "stpes"),
    ],
)
def test_options_that_do_not_fit_are_refused(changed, message):
    with pytest.raises(ValidationError, match=message):
        AutoencoderOptions.model_validate({**TINY, **changed})
