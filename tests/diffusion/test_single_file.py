import re
from dataclasses import replace

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.datasets.single_file import TEXT_ENCODERS, UNET, VAE
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import ModelError, open_model
from likeness.diffusion.published_shapes import SHAPES_BY_FAMILY, Shape
from likeness.personalise.lora_names import original_name

FAMILIES = {"sd1": "tiny_model", "sd2": "tiny_model", "sdxl": "tiny_xl_model"}


def original_unet(unet):
    for name, tensor in unet.state_dict().items():
        layer, _, kind = name.rpartition(".")
        if layer == "conv_norm_out":
            layer = "out.0"
        elif ".resnets." in layer and ".norm" in layer:
            layer = re.sub(r"\d$", "0", original_name(layer.replace("norm", "conv"), 1))
        else:
            layer = original_name(layer, 1)
        yield f"{UNET}{layer}.{kind}", tensor


def original_vae(vae):
    last = len(vae.config.block_out_channels) - 1
    for name, tensor in vae.state_dict().items():
        changed = re.sub(r"up_blocks\.(\d)", lambda found: f"up.{last - int(found[1])}", name)
        for new, old in (
            ("down_blocks.", "down."),
            ("mid_block.resnets.0", "mid.block_1"),
            ("mid_block.resnets.1", "mid.block_2"),
            ("mid_block.attentions.0", "mid.attn_1"),
            ("resnets.", "block."),
            ("samplers.0.", "sample."),
            ("conv_shortcut", "nin_shortcut"),
            ("conv_norm_out", "norm_out"),
            ("group_norm", "norm"),
            ("to_out.0", "proj_out"),
        ):
            changed = changed.replace(new, old)
        changed = re.sub(r"to_([qkv])\b", r"\1", changed)
        is_attention = ".attn_1." in changed and tensor.ndim == 2
        yield VAE + changed, tensor[:, :, None, None] if is_attention else tensor


def original_clip(encoder, start):
    for name, tensor in encoder.state_dict().items():
        yield f"{start}text_model.{name.removeprefix('text_model.')}", tensor


def original_open_clip(encoder, start):
    state = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    outside = {
        "embeddings.token_embedding.weight": "token_embedding.weight",
        "embeddings.position_embedding.weight": "positional_embedding",
        "final_layer_norm.weight": "ln_final.weight",
        "final_layer_norm.bias": "ln_final.bias",
    }
    for name, tensor in state.items():
        layer = name.replace("encoder.layers.", "transformer.resblocks.").replace("layer_norm", "ln_")
        layer = layer.replace("mlp.fc1", "mlp.c_fc").replace("mlp.fc2", "mlp.c_proj").replace("self_attn", "attn")
        if name == "text_projection.weight":
            yield f"{start}text_projection", tensor.T
        elif ".q_proj." in name:
            rows = torch.cat([state[name.replace("q_proj", one)] for one in ("q_proj", "k_proj", "v_proj")])
            yield f"{start}{layer.replace('q_proj.', 'in_proj_')}", rows
        elif ".k_proj." not in name and ".v_proj." not in name:
            yield start + outside.get(name, layer), tensor


def write(model, family, path):
    """Store a model in the original layout."""
    starts = TEXT_ENCODERS[family]
    as_clip = original_open_clip if family == "sd2" else original_clip
    tensors = [*original_unet(model.unet), *original_vae(model.vae), *as_clip(model.text_encoder, starts[0])]
    if model.second:
        tensors += original_open_clip(model.second.text_encoder, starts[1])
    save_file(
        {name: tensor.contiguous().clone() for name, tensor in tensors},
        path,
        {"modelspec.prediction_type": "v"} if family == "sd2" else None,
    )


def shape_of(model):
    def sizes(part):
        return {name: value for name, value in dict(part.config).items() if not name.startswith("_")}

    second = model.second.text_encoder.config.to_dict() if model.second else None
    text = model.text_encoder.config.to_dict()
    return Shape(sizes(model.unet), sizes(model.vae), text, second, "!" if second else "<|endoftext|>")


@pytest.fixture(scope="module", params=FAMILIES)
def family(request):
    name: str = request.param
    return name


@pytest.fixture
def single(family, request, tmp_path, monkeypatch):
    """A tiny model from its folder, and where it is as one file."""
    folder = request.getfixturevalue(FAMILIES[family])
    model = open_model(BaseModel(str(folder)), device="cpu")
    write(model, family, tmp_path / "mine.safetensors")
    monkeypatch.setitem(SHAPES_BY_FAMILY, family, shape_of(model))
    return model, BaseModel(str(tmp_path / "mine.safetensors"), tokenizer=str(folder))


def results(model):
    latents = torch.linspace(-1, 1, 512).reshape(1, 8, 8, 8)
    with torch.no_grad():
        prompt = encode_prompts(model, ["a photo of an old man"])
        added = {"text_embeds": prompt.pooled, "time_ids": torch.ones(1, 6)} if model.second else None
        noise = model.unet(latents, 5, encoder_hidden_states=prompt.hidden_states, added_cond_kwargs=added).sample
        picture = model.vae.decode(latents).sample
        return [prompt.hidden_states, noise, picture, model.vae.encode(picture).latent_dist.mean]


def test_a_file_opens_as_the_folder_does(single, family):
    model, base = single
    opened = open_model(base, device="cpu")
    for of_file, of_folder in zip(results(opened), results(model), strict=True):
        assert torch.allclose(of_file, of_folder, atol=1e-5)
    assert opened.name == "mine"
    assert (opened.second is not None) == (family == "sdxl")
    assert opened.scheduler.config.prediction_type == ("v_prediction" if family == "sd2" else "epsilon")
    assert torch.equal(opened.scheduler.alphas_cumprod, model.scheduler.alphas_cumprod)
    if model.second:
        assert opened.second.pad_token_id == model.second.pad_token_id


def test_a_checkpoint_finds_the_file_it_was_made_from(single, tmp_path):
    model, base = single
    (tmp_path / "tuned").mkdir()
    model.unet.save_pretrained(tmp_path / "tuned" / "unet")
    opened = open_model(Checkpoint(tmp_path / "tuned", {"base_model": base.described}), device="cpu")
    assert torch.allclose(results(opened)[1], results(model)[1], atol=1e-5)


def test_a_file_with_missing_weights_is_named(single):
    _, base = single
    tensors = load_file(base.source)
    del tensors[f"{UNET}middle_block.0.in_layers.2.weight"]
    save_file(tensors, base.source, {"modelspec.prediction_type": "v"})
    with pytest.raises(ModelError, match=r"unet of base_model .*mine.safetensors"):
        open_model(base, device="cpu")


def test_without_a_tokenizer_the_parameter_is_named(single):
    _, base = single
    with pytest.raises(ModelError, match=r"set the parameter tokenizer"):
        open_model(BaseModel(base.source), device="cpu")


def test_a_tokenizer_of_other_words_is_refused(single, family, monkeypatch):
    _, base = single
    shape = SHAPES_BY_FAMILY[family]
    monkeypatch.setitem(
        SHAPES_BY_FAMILY, family, replace(shape, text_encoder={**shape.text_encoder, "vocab_size": 49408})
    )
    with pytest.raises(ModelError, match=r"has \d+ tokens, and the text encoder knows 49408.*parameter tokenizer"):
        open_model(base, device="cpu")


@pytest.mark.parametrize("name", ["sd1", "sd2", "sdxl"])
def test_published_shapes_are_the_published_sizes(name):
    with torch.device("meta"):
        unet = UNet2DConditionModel(**SHAPES_BY_FAMILY[name].unet)
    millions = round(sum(parameter.numel() for parameter in unet.parameters()) / 1e6)
    assert millions == {"sd1": 860, "sd2": 866, "sdxl": 2567}[name]
