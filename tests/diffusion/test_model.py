from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import ModelError, open_model

UNET_WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model to break."""
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def test_a_folder_opens_as_the_pipeline_does(opened, tiny_model):
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_model)
    prompt = "a photo of a man"
    expected, _ = pipeline.encode_prompt(prompt, "cpu", 1, do_classifier_free_guidance=False)
    with torch.no_grad():
        assert torch.equal(encode_prompts(opened, [prompt]).hidden_states, expected)
    for part in ("unet", "vae"):
        theirs = getattr(pipeline, part).state_dict()
        assert all(torch.equal(value, theirs[name]) for name, value in getattr(opened, part).state_dict().items())


def test_sizes_are_derived_from_the_model(opened):
    assert opened.vae_scale_factor == 8
    assert opened.resolution == 64
    assert opened.prompt_length == 24
    assert opened.name == "tiny_model"


def test_an_opened_model_is_frozen_and_evaluating(opened):
    for module in (opened.text_encoder, opened.unet, opened.vae):
        assert not module.training
        assert not any(parameter.requires_grad for parameter in module.parameters())


def test_weights_take_the_asked_for_format(tiny_model):
    model = open_model(BaseModel(str(tiny_model)), device="cpu", dtype="bfloat16")
    assert {module.dtype for module in (model.text_encoder, model.unet, model.vae)} == {torch.bfloat16}
    with torch.no_grad():
        assert encode_prompts(model, ["a photo"]).hidden_states.dtype == torch.bfloat16


def test_a_long_prompt_is_named(opened):
    with pytest.warns(UserWarning, match="longer than the 24 tokens"), torch.no_grad():
        assert encode_prompts(opened, ["man " * 30]).hidden_states.shape == (1, 24, 32)


@pytest.mark.parametrize("as_mapping", [True, False])
def test_a_checkpoint_lays_its_parts_over_the_base_model(opened, tiny_model, tmp_path, as_mapping):
    weights = {name: value + 1 for name, value in load_file(tiny_model / UNET_WEIGHTS).items()}
    shutil.copytree(tiny_model / "unet", tmp_path / "sitter" / "unet")
    save_file(weights, tmp_path / "sitter" / UNET_WEIGHTS)
    base = {"source": str(tiny_model), "revision": None} if as_mapping else str(tiny_model)
    model = open_model(Checkpoint(tmp_path / "sitter", {"base_model": base}))
    name = "conv_in.weight"
    assert torch.equal(model.unet.state_dict()[name], opened.unet.state_dict()[name] + 1)
    assert torch.equal(model.vae.state_dict()["encoder." + name], opened.vae.state_dict()["encoder." + name])
    assert model.name == "sitter"


def test_a_base_model_given_as_object_is_taken(tiny_model, tmp_path):
    checkpoint = Checkpoint(tmp_path / "sitter", {"base_model": BaseModel(str(tiny_model))})
    assert open_model(checkpoint).name == "sitter"


def test_a_checkpoint_that_does_not_name_its_base_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="does not say which base_model"):
        open_model(Checkpoint(tmp_path, {}))


def test_an_adapter_without_safetensors_is_refused(tiny_model, tmp_path):
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "adapter_config.json").write_text("{}")
    (tmp_path / "unet" / "adapter_model.bin").write_bytes(b"a pickle")
    with pytest.raises(ModelError, match=r"unet of checkpoint .*adapter_model.safetensors is missing"):
        open_model(Checkpoint(tmp_path, {"base_model": str(tiny_model)}))


def test_an_unreadable_base_model_below_an_adapter_is_named(tmp_path):
    for name in ("unet", "tokenizer"):
        (tmp_path / "sitter" / name).mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (tmp_path / "sitter" / "unet" / name).touch()
        (tmp_path / "sitter" / "tokenizer" / name).touch()
    with pytest.raises(ModelError, match=r"The tokenizer of base_model .*nowhere"):
        open_model(Checkpoint(tmp_path / "sitter", {"base_model": str(tmp_path / "nowhere")}))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"base_model .*nowhere.* cannot be read.*Set the parameter base_model"):
        open_model(BaseModel(str(tmp_path / "nowhere")))


def test_damaged_weights_are_named(copy):
    with (copy / UNET_WEIGHTS).open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(ModelError, match=r"The unet of base_model .*copy"):
        open_model(BaseModel(str(copy)))


def test_missing_weights_are_not_replaced_by_random_ones(copy):
    weights = load_file(copy / "text_encoder" / "model.safetensors")
    weights.pop(next(name for name in weights if "final_layer_norm.weight" in name))
    save_file(weights, copy / "text_encoder" / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"text_encoder .* weights are not in the file, final_layer_norm.weight"):
        open_model(BaseModel(str(copy)))


def test_pickled_weights_are_not_read(copy):
    torch.save(load_file(copy / UNET_WEIGHTS), copy / "unet" / "diffusion_pytorch_model.bin")
    (copy / UNET_WEIGHTS).unlink()
    with pytest.raises(ModelError, match="The unet of base_model"):
        open_model(BaseModel(str(copy)))


def test_parts_that_do_not_fit_are_named(copy, tiny_model, tmp_path):
    config = json.loads((copy / "unet" / "config.json").read_text()) | {"cross_attention_dim": 16}
    UNet2DConditionModel.from_config(config).save_pretrained(tmp_path / "other" / "unet")
    with pytest.raises(ModelError, match=r"other do not fit: unet cross_attention_dim is 16, .* hidden_size is 32"):
        open_model(Checkpoint(tmp_path / "other", {"base_model": str(tiny_model)}))


def test_an_inpainting_model_is_refused(copy, tmp_path, tiny_model):
    config = json.loads((copy / "unet" / "config.json").read_text()) | {"in_channels": 17}
    UNet2DConditionModel.from_config(config).save_pretrained(tmp_path / "inpainting" / "unet")
    with pytest.raises(ModelError, match=r"unet in_channels is 17, vae latent_channels is 8.*no inpainting"):
        open_model(Checkpoint(tmp_path / "inpainting", {"base_model": str(tiny_model)}))


def test_opening_models_does_not_import_tensorflow():
    code = (
        "import likeness.diffusion.sampling, likeness.personalise.dreambooth, sys; print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
