"""Low-rank additions to weights (LoRA, Hu et al. 2021, arXiv 2106.09685), by peft."""

from __future__ import annotations

from pathlib import Path

from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn

from likeness.personalise.draws import own_randomness
from likeness.personalise.optimiser import is_trained
from likeness.personalise.options import DreamBoothOptions, TrainedPart


def add_lora(module: nn.Module, part: TrainedPart, options: DreamBoothOptions) -> PeftModel:
    """Put trainable low-rank additions, at first without effect, beside the part's linear and convolutional layers.

    Raises:
        ValueError: the network has no such part.
    """
    layers = [
        name
        for name, layer in module.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv2d) and is_trained(name, part)
    ]
    if not layers:
        raise ValueError(f"Parameter train: the network has no {part} layers to train. Use train: all.")
    config = LoraConfig(r=options.lora_rank, lora_alpha=options.lora_alpha or options.lora_rank, target_modules=layers)
    with own_randomness(options.seed, next(module.parameters()).device):
        return get_peft_model(module, config)


def save_lora(model: PeftModel, folder: Path) -> None:
    """Write the low-rank additions in peft's layout: `adapter_config.json` and `adapter_model.safetensors`."""
    # The additions fit any copy of the base model, wherever it lies.
    model.active_peft_config.base_model_name_or_path = None
    # Left to itself peft would ask the hub whether the vocabulary has grown.
    model.save_pretrained(folder, save_embedding_layers=False)
    # It is a form to fill in.
    (folder / "README.md").unlink()
