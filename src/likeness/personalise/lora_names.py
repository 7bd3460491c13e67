"""What layers are called in LoRA files of kohya's sd-scripts, the form that A1111 and ComfyUI read."""

from __future__ import annotations

import re

_TEXT_MODEL = "text_model."
_BLOCK = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)")
_MIDDLE = re.compile(r"mid_block\.(resnets|attentions)\.(\d+)\.(.+)")
_RESNET = {
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE = {
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}


def kohya_name(part: str, layer: str, *, is_sdxl: bool = False, layers_per_block: int = 2) -> str:
    """Name of a layer in kohya's form, dots replaced by underscores.

    UNets of Stable Diffusion 1 and 2 keep diffusers' names, those of SDXL have the original checkpoint's.

    >>> kohya_name("unet", "down_blocks.0.attentions.1.proj_in")
    'lora_unet_down_blocks_0_attentions_1_proj_in'
    >>> kohya_name("unet", "down_blocks.1.attentions.1.proj_in", is_sdxl=True)
    'lora_unet_input_blocks_5_1_proj_in'
    >>> kohya_name("text_encoder", "encoder.layers.0.mlp.fc1")
    'lora_te_text_model_encoder_layers_0_mlp_fc1'

    Args:
        part: of the model: unet, text_encoder or text_encoder_2.
        layer: diffusers' or transformers' name of the layer in it.
        is_sdxl: whether the model has two text encoders.
        layers_per_block: of the UNet.

    Raises:
        ValueError: an SDXL's UNet has no such layer.
    """
    if part == "unet":
        name = original_name(layer, layers_per_block) if is_sdxl else layer
        return "lora_unet_" + name.replace(".", "_")
    encoder = "te" if not is_sdxl else "te2" if part == "text_encoder_2" else "te1"
    # transformers' CLIPTextModel holds the inner model or is it, by its version.
    inner = layer if layer == "text_projection" else _TEXT_MODEL + layer.removeprefix(_TEXT_MODEL)
    return f"lora_{encoder}_" + inner.replace(".", "_")


def original_name(layer: str, layers_per_block: int = 2) -> str:
    """Name of an SDXL UNet's layer in the original checkpoint, which counts the layers of all blocks in one row.

    >>> original_name("up_blocks.0.upsamplers.0.conv")
    'output_blocks.2.2.conv'

    Raises:
        ValueError: the UNet has no such layer.
    """
    if layer in _OUTSIDE:
        return _OUTSIDE[layer]
    if found := _MIDDLE.fullmatch(layer):
        kind, number, rest = found[1], int(found[2]), found[3]
        return f"middle_block.{1 if kind == 'attentions' else 2 * number}.{_RESNET.get(rest, rest)}"
    if not (found := _BLOCK.fullmatch(layer)):
        raise ValueError(f"The UNet's layer {layer} has no name in the original layout of SDXL.")
    way, block, kind, number, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
    first = block * (layers_per_block + 1)
    if kind == "downsamplers":
        return f"input_blocks.{first + layers_per_block + 1}.0.op"
    if kind == "upsamplers":
        # Behind the attention of its block's last layer; SDXL has it in every block that is followed by another.
        return f"output_blocks.{first + layers_per_block}.2.{rest}"
    place = f"input_blocks.{first + number + 1}" if way == "down" else f"output_blocks.{first + number}"
    return f"{place}.1.{rest}" if kind == "attentions" else f"{place}.0.{_RESNET.get(rest, rest)}"
