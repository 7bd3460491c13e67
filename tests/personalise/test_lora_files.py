from functools import partial

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from safetensors import safe_open
from safetensors.torch import load_file

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import open_model
from likeness.personalise.lora import add_lora
from likeness.personalise.lora_files import lora_metadata, save_lora_file
from likeness.personalise.lora_names import kohya_name
from likeness.personalise.options import DreamBoothOptions

OPTIONS = DreamBoothOptions(lora_rank=2, lora_alpha=5)
PROMPT = "a photo of a man"


def adapted(folder):
    """A model with additions in all of its networks, convolutions too, as a training leaves them."""
    model = open_model(BaseModel(str(folder)), device="cpu", dtype="float32")
    model.unet = add_lora(model.unet, "all", OPTIONS)
    model.change_text_encoders(partial(add_lora, part="all", options=OPTIONS))
    networks = [model.unet, *model.text_encoders.values()]
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(1)
        for network in networks:
            for name, parameter in network.named_parameters():
                if "lora_" in name:
                    parameter += 0.02 * torch.randn_like(parameter)
    return model


def prediction(unet, hidden_states, pooled):
    added = {} if pooled is None else {"added_cond_kwargs": {"text_embeds": pooled, "time_ids": torch.ones(1, 6)}}
    with torch.no_grad():
        latents, step = torch.linspace(-1, 1, 512).reshape(1, 8, 8, 8), torch.tensor(5)
        return unet(latents, step, encoder_hidden_states=hidden_states, **added).sample


def of_pipeline(pipeline):
    hidden_states, _, *pooled = pipeline.encode_prompt(
        PROMPT, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
    )
    return prediction(pipeline.unet, hidden_states, pooled[0] if pooled else None)


@pytest.mark.parametrize(
    ("fixture", "pipeline_class"),
    [("tiny_model", StableDiffusionPipeline), ("tiny_xl_model", StableDiffusionXLPipeline)],
)
def test_diffusers_reads_the_file_and_predicts_alike(fixture, pipeline_class, request, tmp_path):
    folder = request.getfixturevalue(fixture)
    model = adapted(folder)
    save_lora_file(model, tmp_path / "lora.safetensors")
    embeddings = encode_prompts(model, [PROMPT])
    expected = prediction(model.unet, embeddings.hidden_states, embeddings.pooled)
    pipeline = pipeline_class.from_pretrained(folder, use_safetensors=True)
    assert not torch.allclose(of_pipeline(pipeline), expected, atol=0.05)
    pipeline.load_lora_weights(tmp_path / "lora.safetensors")
    assert torch.allclose(of_pipeline(pipeline), expected, atol=1e-4)


def test_every_addition_is_there_once_as_it_was(tiny_xl_model, tmp_path):
    model = adapted(tiny_xl_model)
    save_lora_file(model, tmp_path / "lora.safetensors")
    saved = load_file(tmp_path / "lora.safetensors")
    networks = [model.unet, *model.text_encoders.values()]
    trained = [p for network in networks for name, p in network.named_parameters() if "lora_" in name]
    assert len(saved) == len(trained) // 2 * 3
    query = model.unet.get_base_model().down_blocks[1].attentions[0].transformer_blocks[0].attn1.to_q
    name = "lora_unet_input_blocks_3_1_transformer_blocks_0_attn1_to_q"
    assert torch.equal(saved[f"{name}.lora_down.weight"], query.lora_A["default"].weight)
    assert torch.equal(saved[f"{name}.lora_up.weight"], query.lora_B["default"].weight)
    assert saved[f"{name}.alpha"].item() == 5
    assert {key.split("_")[1] for key in saved} == {"unet", "te1", "te2"}


def test_the_file_says_what_it_is_and_is_the_same_every_time(tiny_xl_model, tmp_path):
    model = adapted(tiny_xl_model)
    paths = [tmp_path / name for name in "ab"]
    for path in paths:
        save_lora_file(model, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with safe_open(paths[0], "pt") as opened:
        metadata = opened.metadata()
    assert metadata["ss_network_dim"] == "2"
    assert metadata["ss_network_alpha"] == "5"
    assert metadata["ss_base_model_version"] == "sdxl_base_v1-0"
    assert metadata["modelspec.architecture"] == "stable-diffusion-xl-v1-base/lora"


@pytest.mark.parametrize(
    ("width", "prediction_type", "version", "architecture"),
    [
        (768, "epsilon", "sd_v1", "stable-diffusion-v1/lora"),
        (1024, "epsilon", "sd_v2", "stable-diffusion-v2-512/lora"),
        (1024, "v_prediction", "sd_v2_v", "stable-diffusion-v2-768-v/lora"),
        (320, "epsilon", None, None),
    ],
)
def test_the_kind_of_model_is_told_by_its_text_encoder(model, width, prediction_type, version, architecture):
    model.text_encoder.config.hidden_size = width
    model.scheduler.register_to_config(prediction_type=prediction_type)
    metadata = lora_metadata(model, {})
    assert metadata.get("ss_base_model_version") == version
    assert metadata.get("modelspec.architecture") == architecture
    assert metadata["ss_v2"] == str(width == 1024)


def test_a_model_without_additions_is_refused(model, tmp_path):
    with pytest.raises(ValueError, match="no low-rank additions"):
        save_lora_file(model, tmp_path / "lora.safetensors")


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("conv_in", "input_blocks_0_0"),
        ("add_embedding.linear_2", "label_emb_0_2"),
        ("down_blocks.0.downsamplers.0.conv", "input_blocks_3_0_op"),
        ("down_blocks.2.attentions.1.proj_in", "input_blocks_8_1_proj_in"),
        ("mid_block.resnets.1.conv2", "middle_block_2_out_layers_3"),
        ("up_blocks.1.upsamplers.0.conv", "output_blocks_5_2_conv"),
        ("up_blocks.2.resnets.2.conv_shortcut", "output_blocks_8_0_skip_connection"),
    ],
)
def test_sdxl_layers_have_the_original_names(layer, name):
    assert kohya_name("unet", layer, is_sdxl=True) == f"lora_unet_{name}"


def test_text_layers_are_named_alike_with_any_transformers():
    for layer in ("encoder.layers.3.self_attn.q_proj", "text_model.encoder.layers.3.self_attn.q_proj"):
        name = kohya_name("text_encoder_2", layer, is_sdxl=True)
        assert name == "lora_te2_text_model_encoder_layers_3_self_attn_q_proj"


def test_an_unknown_layer_is_named():
    with pytest.raises(ValueError, match=r"layer class_embedding has no name"):
        kohya_name("unet", "class_embedding", is_sdxl=True)


def test_a_unet_may_have_a_number_of_layers_for_every_block(tiny_model, tmp_path):
    model = adapted(tiny_model)
    model.unet.get_base_model().register_to_config(layers_per_block=[1, 1])
    save_lora_file(model, tmp_path / "lora.safetensors")
    assert load_file(tmp_path / "lora.safetensors")
