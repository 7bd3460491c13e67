import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.autoencoding import decode, encode
from likeness.diffusion.model import ModelError, open_model, refuse_two_text_encoders

UNET_WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def copy(tiny_model, tmp_path):
    """A copy of the tiny model to break."""
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


@pytest.fixture
def copy_xl(tiny_xl_model, tmp_path):
    """A copy of the tiny SDXL to break."""
    return Path(shutil.copytree(tiny_xl_model, tmp_path / "copy_xl"))


def change(file, **entries):
    """Set entries of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def with_unet(folder, base, like, **changes):
    """A checkpoint on a base model with a UNet like another's but for some of its configuration."""
    config = json.loads((like / "unet" / "config.json").read_text()) | changes
    UNet2DConditionModel.from_config(config).save_pretrained(folder / "unet")
    return Checkpoint(folder, {"base_model": str(base)})


def test_a_folder_opens_as_the_pipeline_does(opened, tiny_model):
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_model)
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


def test_parts_that_do_not_fit_are_named(tiny_model, tmp_path):
    with pytest.raises(ModelError, match=r"other do not fit: unet cross_attention_dim is 16, .* hidden_size is 32"):
        open_model(with_unet(tmp_path / "other", tiny_model, tiny_model, cross_attention_dim=16))


def test_an_inpainting_model_is_refused(tmp_path, tiny_model):
    with pytest.raises(ModelError, match=r"unet in_channels is 17, vae latent_channels is 8.*no inpainting"):
        open_model(with_unet(tmp_path / "inpainting", tiny_model, tiny_model, in_channels=17))


def test_a_folder_of_sdxl_opens_with_both_text_encoders(opened_xl, tiny_xl_model):
    pipeline = StableDiffusionXLPipeline.from_pretrained(tiny_xl_model)
    theirs = {name: getattr(pipeline, name) for name in ("text_encoder", "text_encoder_2", "unet", "vae")}
    ours = [opened_xl.text_encoder, opened_xl.second.text_encoder, opened_xl.unet, opened_xl.vae]
    for module, expected in zip(ours, theirs.values(), strict=True):
        assert not module.training
        assert not any(parameter.requires_grad for parameter in module.parameters())
        weights = expected.state_dict()
        assert all(torch.equal(value, weights[name]) for name, value in module.state_dict().items())
    assert (opened_xl.resolution, opened_xl.vae_scale_factor, opened_xl.prompt_length) == (64, 8, 24)
    assert opened_xl.tokenizer.decode([opened_xl.second.pad_token_id]) == "!"
    assert opened_xl.second.zeros_for_empty_prompt
    euler = EulerDiscreteScheduler.from_config(opened_xl.scheduler.config)
    assert torch.equal(euler.alphas_cumprod, pipeline.scheduler.alphas_cumprod)
    assert euler.config.timestep_spacing == "leading"


def test_what_the_index_says_of_the_empty_prompt_is_kept(copy_xl):
    change(copy_xl / "model_index.json", force_zeros_for_empty_prompt=False)
    assert not open_model(BaseModel(str(copy_xl))).second.zeros_for_empty_prompt


@pytest.mark.parametrize(("upcast", "expected"), [(True, torch.float32), (False, torch.float16)])
def test_the_vae_of_sdxl_computes_in_single_precision_where_it_asks_for_it(copy_xl, upcast, expected):
    change(copy_xl / "vae" / "config.json", force_upcast=upcast)
    model = open_model(BaseModel(str(copy_xl)), device="cpu", dtype="float16")
    assert model.vae.dtype == expected
    assert {module.dtype for module in (model.text_encoder, model.second.text_encoder, model.unet)} == {torch.float16}
    pixels = decode(model.vae, encode(model.vae, torch.zeros(2, 3, 64, 64))[0].half())
    assert pixels.isfinite().all()


def test_the_other_models_have_no_second_text_encoder(opened):
    assert opened.second is None
    assert opened.vae.config.force_upcast


def test_tokenizers_that_split_prompts_differently_are_refused(copy_xl):
    file = copy_xl / "tokenizer_2" / "tokenizer.json"
    tokenizer = json.loads(file.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary["a"], vocabulary["b"] = vocabulary["b"], vocabulary["a"]
    file.write_text(json.dumps(tokenizer))
    with pytest.raises(ModelError, match=r"tokenizer_2 of .*copy_xl have different vocabularies.*the same tokens"):
        open_model(BaseModel(str(copy_xl)))


def test_a_refiner_is_refused(copy_xl):
    change(copy_xl / "model_index.json", tokenizer=[None, None], text_encoder=[None, None])
    for part in ("tokenizer", "text_encoder"):
        shutil.rmtree(copy_xl / part)
    with pytest.raises(ModelError, match=r"copy_xl' is an SDXL refiner: .* Set the parameter base_model"):
        open_model(BaseModel(str(copy_xl)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"in_channels": 17}, r"unet in_channels is 17, vae latent_channels is 8.*no inpainting"),
        ({"cross_attention_dim": 32}, r"cross_attention_dim is 32, both text encoders' hidden_size is 48"),
        # As the refiner's, which is told five numbers: a score instead of the size before and after cropping.
        ({"projection_class_embeddings_input_dim": 40}, r"input_dim is 40, .* picture size is 44"),
        (
            {"addition_embed_type": None, "projection_class_embeddings_input_dim": None},
            "addition_embed_type is None, that for two text encoders is text_time",
        ),
    ],
)
def test_other_models_like_sdxl_are_refused(tiny_xl_model, tmp_path, changes, message):
    with pytest.raises(ModelError, match=message):
        open_model(with_unet(tmp_path / "other", tiny_xl_model, tiny_xl_model, **changes))


def test_a_unet_of_sdxl_on_another_base_model_is_refused(tiny_model, tiny_xl_model, tmp_path):
    with pytest.raises(ModelError, match="addition_embed_type is text_time, that for one text encoder is None"):
        open_model(with_unet(tmp_path / "other", tiny_model, tiny_xl_model, cross_attention_dim=32))


def test_two_text_encoders_can_be_refused(tiny_model, tiny_xl_model, tmp_path):
    refuse_two_text_encoders(BaseModel(str(tiny_model)), "This", "Do without")
    checkpoint = Checkpoint(tmp_path, {"base_model": str(tiny_xl_model)})
    for reference in (BaseModel(str(tiny_xl_model)), checkpoint):
        with pytest.raises(ModelError, match=r"This knows models with one text.*xl_model' has two.*Do without, or set"):
            refuse_two_text_encoders(reference, "This", "Do without")


def test_opening_models_does_not_import_tensorflow():
    code = (
        "import likeness.diffusion.sampling, likeness.personalise.dreambooth, sys; print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_model_of_another_family_is_refused(tiny_model, tmp_path):
    other = tmp_path / "flux"
    shutil.copytree(tiny_model, other)
    (other / "unet").rename(other / "transformer")
    index = json.loads((other / "model_index.json").read_text())
    index |= {"_class_name": "FluxPipeline", "transformer": ["diffusers", "FluxTransformer2DModel"]}
    del index["unet"]
    (other / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=r"flux' is made for FluxPipeline and has no UNet.*base_model"):
        open_model(BaseModel(str(other)))
