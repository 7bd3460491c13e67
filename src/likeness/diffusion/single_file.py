"""The parts of a model in one file, in the original layout of Stable Diffusion, converted by diffusers while read.

Such a file has weights alone: sizes are those of the published models, the tokenizer is another model's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import DDPMScheduler
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    convert_open_clip_checkpoint,
)
from safetensors import safe_open
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTokenizer

from likeness.datasets.base_model import BaseModel
from likeness.datasets.single_file import TEXT_ENCODERS, UNET, VAE, SingleFile, recognise
from likeness.diffusion.published_shapes import SCHEDULE, SHAPES_BY_FAMILY, Shape

_INNER = "text_model."


def file_index(base: BaseModel) -> Mapping[str, Any]:
    """What a `model_index.json` would say of the file's model."""
    second = SHAPES_BY_FAMILY[recognise(Path(base.source)).family].text_encoder_2 is not None
    parts = ["text_encoder", "unet", "vae", *(["text_encoder_2"] if second else [])]
    return {part: ["in one file", ""] for part in parts}


def open_file_part(kind: Any, part: str, base: BaseModel) -> Any:
    """One part of the model that a file holds; networks have the number format they are stored in.

    Args:
        kind: class of the part.
        part: its name in diffusers' layout.
        base: whose source is the file.

    Raises:
        ValueError: the file is of another family, weights are missing, or no tokenizer is named.
        RuntimeError: weights have other shapes than the published model's.
    """
    path = Path(base.source)
    file = recognise(path)
    shape = SHAPES_BY_FAMILY[file.family]
    if part.startswith("tokenizer"):
        is_last = part == "tokenizer_2" or shape.text_encoder_2 is None
        return _tokenizer(base, shape.text_encoder["vocab_size"], shape.pad_token if is_last else Shape.pad_token)
    if part == "scheduler":
        return DDPMScheduler(**SCHEDULE, prediction_type=file.prediction, rescale_betas_zero_snr=file.zero_terminal_snr)
    # Random weights would take longer to draw than the file's to read.
    with torch.device("meta"):
        config = getattr(shape, part)
        network = kind(CLIPTextConfig(**config)) if part.startswith("text") else kind(**config)
    return _filled(network, _weights(part, network, path, file))


def _tokenizer(base: BaseModel, vocabulary: int, pad_token: str) -> CLIPTokenizer:
    if base.tokenizer is None:
        raise ValueError("one file holds no tokenizer: set the parameter tokenizer to a model that has CLIP's")
    where = {"local_files_only": Path(base.tokenizer).is_dir(), "pad_token": pad_token}
    try:
        tokenizer = CLIPTokenizer.from_pretrained(base.tokenizer, subfolder="tokenizer", **where)
    except OSError:
        tokenizer = CLIPTokenizer.from_pretrained(base.tokenizer, **where)
    if tokenizer.vocab_size != vocabulary:
        raise ValueError(
            f"the tokenizer of {base.tokenizer} has {tokenizer.vocab_size} tokens, and the text encoder knows "
            f"{vocabulary}: set the parameter tokenizer to a model that has CLIP's"
        )
    return tokenizer


def _weights(part: str, network: Any, path: Path, file: SingleFile) -> dict[str, Tensor]:
    """A part's weights by diffusers' and transformers' names."""
    if part == "unet":
        converted = convert_ldm_unet_checkpoint(_read(path, UNET), network.config)
    elif part == "vae":
        converted = convert_ldm_vae_checkpoint(_read(path, VAE), network.config)
    else:
        start = TEXT_ENCODERS[file.family][0 if part == "text_encoder" else 1]
        tensors = _read(path, start)
        if start.endswith("transformer."):
            converted = convert_ldm_clip_checkpoint(tensors, start)
        else:
            converted = convert_open_clip_checkpoint(network, tensors, start)
        # transformers' networks hold the inner model or are it, by their class and its version.
        wrapper = _INNER if hasattr(network, "text_model") else ""
        converted = {
            name if name.startswith("text_projection") else wrapper + name.removeprefix(_INNER): tensor
            for name, tensor in converted.items()
        }
    return dict(converted)


def _read(path: Path, start: str) -> dict[str, Tensor]:
    with safe_open(path, framework="pt") as opened:
        names = [name for name in opened.keys() if name.startswith(start)]  # noqa: SIM118 - not a mapping
        return {name: opened.get_tensor(name) for name in names}


def _filled(network: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    missing, _ = network.load_state_dict(weights, strict=False, assign=True)
    if missing:
        raise ValueError(f"{len(missing)} weights are not in the file, {missing[0]} among them")
    for module in network.modules():
        # Not stored, and not made on the meta device.
        if isinstance(ids := getattr(module, "position_ids", None), Tensor):
            module.position_ids = torch.arange(ids.shape[-1]).expand(1, -1)
    return network
