"""Which weights of a model learn, and how what they learned is stored."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch import nn
from torch.nn import Parameter

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.model import DiffusionModel, refuse_two_text_encoders
from likeness.diffusion.progress import no_file_bars
from likeness.personalise.identifier import save_identifier, train_identifier
from likeness.personalise.lora import add_lora, save_lora
from likeness.personalise.lora_files import LORA_FILE, save_lora_file
from likeness.personalise.optimiser import select
from likeness.personalise.options import DreamBoothOptions


def make_trainable(
    model: DiffusionModel, options: DreamBoothOptions, identifier: str = ""
) -> dict[str, dict[str, Parameter]]:
    """Choose the weights that learn; with LoRA, put additions into the model first.

    Args:
        model: is changed.
        options: of the training.
        identifier: the rare word; needed with `options.train_identifier`.

    Returns:
        The weights by name, for each part of the model (`unet`, `text_encoder`, `text_encoder_2`, `identifier`) that
        learns.

    Raises:
        ValueError: the UNet has no layers of the kind that `options.train` names.
    """
    if options.gradient_checkpointing:
        model.unet.enable_gradient_checkpointing()
        for encoder in model.text_encoders.values():
            encoder.activation_checkpointing_enable()
    if options.method == "lora":
        model.unet = add_lora(model.unet, options.train, options)
    else:
        select(model.unet, options.train)
    learning: dict[str, nn.Module] = {"unet": model.unet}
    if options.train_identifier:
        learning["identifier"] = train_identifier(model, identifier)
    if options.train_text_encoder:
        if options.method == "lora":
            model.change_text_encoders(partial(add_lora, part="all", options=options))
        else:
            model.change_text_encoders(lambda encoder: encoder.requires_grad_(True))
        learning |= model.text_encoders
        if model.second is not None:
            # Nothing is told of what comes out of these: SDXL takes the layer before.
            for unused in (model.text_encoder.encoder.layers[-1], model.text_encoder.final_layer_norm):
                unused.requires_grad_(False)
    for module in learning.values():
        module.train()
    return {
        part: {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
        for part, module in learning.items()
    }


def refuse_untrainable(base: BaseModel, options: DreamBoothOptions) -> None:
    """Refuse what cannot be trained of a model, before any weights are opened.

    Raises:
        ModelError: the identifier is to be trained, and the model has two text encoders.
    """
    if options.train_identifier:
        instead = "Set train_identifier to false, and train_text_encoder to true if its words are to change"
        refuse_two_text_encoders(base, "The parameter train_identifier", instead)


def save_trained(model: DiffusionModel, parts: Collection[str], folder: Path) -> None:
    """Write the parts that learned, in the layout `likeness.diffusion.model.open_model` lays over the base model.

    Low-rank additions are written a second time, in one file for other programs, and so is the identifier beside them.
    """
    _save(model.unet, folder / "unet")
    if isinstance(model.unet, PeftModel):
        save_lora_file(model, folder / LORA_FILE)
        if "identifier" in parts:
            save_identifier(model, folder)
    if "identifier" in parts:
        model.text_encoder.set_input_embeddings(model.text_encoder.get_input_embeddings().merged())
        model.tokenizer.save_pretrained(folder / "tokenizer")
    for name, encoder in model.text_encoders.items():
        if "identifier" in parts or name in parts:
            _save(encoder, folder / name)


def _save(module: Any, folder: Path) -> None:
    # safetensors stores no memory layout.
    module.to(memory_format=torch.contiguous_format)
    if isinstance(module, PeftModel):
        save_lora(module, folder)
        return
    with no_file_bars():
        module.save_pretrained(folder)
