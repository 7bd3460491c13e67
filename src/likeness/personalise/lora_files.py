"""One LoRA file that other programs read: the low-rank additions of all parts, in the form of kohya's sd-scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import save
from torch import Tensor

from likeness.diffusion.model import DiffusionModel
from likeness.personalise.lora_names import kohya_name

LORA_FILE = "lora.safetensors"
"""Beside the parts in a checkpoint's folder; diffusers' `load_lora_weights`, A1111, ComfyUI and sd-scripts read it."""

_ADAPTER = "default"
# By the text encoder's width: kohya's name of the model, and Stability's of the architecture.
_KINDS = {768: ("sd_v1", "stable-diffusion-v1"), 1024: ("sd_v2", "stable-diffusion-v2")}
_SDXL = ("sdxl_base_v1-0", "stable-diffusion-xl-v1-base")
_SDXL_IMPLEMENTATION = "https://github.com/Stability-AI/generative-models"


def save_lora_file(model: DiffusionModel, path: Path) -> None:
    """Write what a model's low-rank additions hold, in the number format they were trained in.

    Args:
        model: parts that peft has put additions into are written, others are not.
        path: of the file.

    Raises:
        ValueError: no part has additions.
    """
    tensors: dict[str, Tensor] = {}
    ranks: dict[str, float] = {}
    for part, network in _adapted(model):
        config = network.peft_config[_ADAPTER]
        ranks = {"ss_network_dim": config.r, "ss_network_alpha": config.lora_alpha}
        tensors.update(_named(part, network, model))
    if not tensors:
        raise ValueError("There are no low-rank additions to write: train with method lora.")
    path.write_bytes(_same_every_time(save(tensors), lora_metadata(model, ranks)))


def lora_metadata(model: DiffusionModel, ranks: Mapping[str, float]) -> dict[str, str]:
    """What A1111 and ComfyUI show of a file, and by which A1111 sorts it: kohya's fields and Stability's ModelSpec."""
    width = model.text_encoder.config.hidden_size
    name, architecture = _SDXL if model.second else _KINDS.get(width, ("", ""))
    predicts_velocity = model.scheduler.config.prediction_type == "v_prediction"
    if name == "sd_v2":
        architecture += "-768-v" if predicts_velocity else "-512"
    size = f"{model.resolution}x{model.resolution}"
    fields = {
        "ss_network_module": "networks.lora",
        **{key: f"{value:g}" for key, value in ranks.items()},
        "ss_base_model_version": name + ("_v" if name.startswith("sd_") and predicts_velocity else ""),
        "ss_sd_model_name": model.name,
        "ss_v2": str(name == "sd_v2"),
        "ss_resolution": f"({model.resolution}, {model.resolution})",
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": f"{architecture}/lora" if architecture else "",
        "modelspec.implementation": _SDXL_IMPLEMENTATION if model.second else "diffusers",
        "modelspec.title": f"LoRA of {model.name}",
        "modelspec.resolution": size,
        "modelspec.prediction_type": "v" if predicts_velocity else "epsilon",
    }
    return {key: value for key, value in fields.items() if value}


def _adapted(model: DiffusionModel) -> Iterator[tuple[str, PeftModel]]:
    for part, network in {"unet": model.unet, **model.text_encoders}.items():
        if isinstance(network, PeftModel):
            yield part, network


def _named(part: str, network: PeftModel, model: DiffusionModel) -> Iterator[tuple[str, Tensor]]:
    """The three tensors of every layer with additions, by kohya's names."""
    # Only SDXL's names depend on it; other UNets may have a number a block.
    layers_per_block = int(model.unet.config.layers_per_block) if model.second else 2
    for layer, module in network.get_base_model().named_modules():
        if not isinstance(module, BaseTunerLayer):
            continue
        down, up = module.lora_A[_ADAPTER].weight, module.lora_B[_ADAPTER].weight
        alpha = torch.tensor(float(module.lora_alpha[_ADAPTER]), dtype=down.dtype)
        name = kohya_name(part, layer, is_sdxl=model.second is not None, layers_per_block=layers_per_block)
        for end, tensor in (("lora_down.weight", down), ("lora_up.weight", up), ("alpha", alpha)):
            yield f"{name}.{end}", tensor.detach().cpu().contiguous()


def _same_every_time(content: bytes, metadata: Mapping[str, str]) -> bytes:
    """Put metadata into a safetensors file in the order given: safetensors itself takes another every time."""
    size = int.from_bytes(content[:8], "little")
    header = json.dumps({"__metadata__": metadata, **json.loads(content[8 : 8 + size])}).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[8 + size :]
