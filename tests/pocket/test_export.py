import json

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors import safe_open

from likeness.datasets import BaseModel
from likeness.diffusion.model import open_model
from likeness.diffusion.sampling import generate
from likeness.pocket.autoencoder import build_autoencoder, open_autoencoder
from likeness.pocket.denoiser import build_text_encoder, build_unet
from likeness.pocket.export import _rename_shards, export_autoencoder, export_model, model_card
from likeness.pocket.options import AutoencoderOptions, DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.tokenizer import train_tokenizer

MEGABYTE = 1e6
TRAINING = {"steps": 1, "batch_size": 1, "learning_rate": 1.0}


def export(folder, autoencoder, text, denoiser):
    vae_options = AutoencoderOptions.model_validate({**TRAINING, **autoencoder})
    text_options = TextEncoderOptions.model_validate(text)
    options = DenoiserOptions.model_validate({**TRAINING, **denoiser})
    torch.manual_seed(0)
    tokenizer = train_tokenizer(["a photo of a man"], TokenizerOptions())
    size = 32 * vae_options.factor
    trained = folder.with_name(f"{folder.name}-trained")
    export_autoencoder(trained, build_autoencoder(vae_options, size))
    export_model(
        folder,
        vae=open_autoencoder(trained, torch.device("cpu")),
        unet=build_unet(
            options, latent_channels=vae_options.latent_channels, latent_size=32, text_width=text_options.width
        ),
        text_encoder=build_text_encoder(tokenizer, text_options),
        tokenizer=tokenizer,
        card=model_card({"pixels": size, "training pictures": 3}),
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    export(
        folder,
        {"channels": (8, 8), "latent_channels": 4},
        {"width": 16, "layers": 1, "heads": 2},
        {"channels": (16, 16), "layers": (1, 1), "head_width": 8, "norm_groups": 8},
    )
    return folder


def test_the_usual_pipeline_draws_what_we_draw(tiny):
    pipeline = StableDiffusionPipeline.from_pretrained(tiny)
    pipeline.set_progress_bar_config(disable=True)
    latents = torch.randn(1, 4, 32, 32, generator=torch.Generator().manual_seed(5))
    theirs = pipeline("a man", num_inference_steps=3, guidance_scale=4.0, latents=latents).images[0]
    ours = next(generate(open_model(BaseModel(str(tiny))), ["a man"], [5], steps=3, guidance_scale=4.0, batch_size=1))
    assert ours.size == (64, 64)
    assert np.abs(np.asarray(theirs, dtype=int) - np.asarray(ours)).max() <= 1


def test_no_file_names_the_folder_that_a_part_was_opened_from(tiny):
    texts = [path.read_text() for path in tiny.rglob("*.json")]
    assert any("AutoencoderKL" in text for text in texts)
    assert not any(str(tiny.parent) in text for text in texts)


def test_weights_are_float16_and_the_card_says_what_the_model_is(tiny):
    with safe_open(tiny / "unet" / "diffusion_pytorch_model.safetensors", "pt") as weights:
        assert {weights.get_tensor(name).dtype for name in weights.keys()} == {torch.float16}  # noqa: SIM118
    card = (tiny / "README.md").read_text()
    assert "at 64 pixels" in card
    assert "| training pictures | 3 |" in card
    assert not list(tiny.rglob("*.bin"))


@pytest.mark.filterwarnings("ignore")
def test_the_default_sizes_fit_into_36_megabytes(tmp_path):
    export(tmp_path, {}, {}, {})
    sizes = [file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()]
    assert sum(sizes) < 36 * MEGABYTE
    assert max(sizes) < 15 * MEGABYTE


def test_shards_have_short_names(tmp_path):
    names = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    for name in names:
        (tmp_path / name).write_text(name)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": names[1], "b": names[0]}}))
    _rename_shards(index)
    assert json.loads(index.read_text()) == {"weight_map": {"a": "2.safetensors", "b": "1.safetensors"}}
    assert (tmp_path / "2.safetensors").read_text() == names[1]
