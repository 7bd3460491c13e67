"""Which weights are trained, by what optimiser, and how fast at each step."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import Parameter

from likeness.diffusion.replay import changeable
from likeness.personalise.master_adamw import Copies, MasterAdamW
from likeness.personalise.options import DreamBoothOptions, TrainedPart, TrainingOptions

# diffusers' names: attn1 looks at the picture, attn2 at the prompt.
_ATTENTION = {"attention": (".attn1.", ".attn2."), "cross_attention": (".attn2.",)}


def is_trained(name: str, part: TrainedPart) -> bool:
    """Whether a module or parameter of the UNet, by its dotted name, belongs to the trained part."""
    return part == "all" or any(mark in f".{name}." for mark in _ATTENTION[part])


def select(module: nn.Module, part: TrainedPart) -> dict[str, Parameter]:
    """Make the part's parameters trainable and give them by name.

    Raises:
        ValueError: the network has no such part.
    """
    selected = {name: parameter for name, parameter in module.named_parameters() if is_trained(name, part)}
    if not selected:
        raise ValueError(f"Parameter train: the UNet has no {part} layers to train. Use train: all.")
    for parameter in selected.values():
        parameter.requires_grad_(True)
    return selected


def make_optimiser(
    parts: Mapping[str, Mapping[str, Parameter]], options: DreamBoothOptions, copies: Copies | None = None
) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101) in a fused form, a group for each part of the model.

    On a GPU it may be part of a recorded step (see `ReplayedStep`).

    Args:
        parts: weights by name, for each part of the model.
        options: of the training.
        copies: that the networks compute with, by weight, where they do not compute with the weights themselves.

    Raises:
        ValueError: moments in 8 bits are wanted, and there are no copies.
    """
    if options.moments == "8bit" and copies is None:
        raise ValueError(
            "moments: 8bit works in bfloat16 only, and this training computes in another format. "
            "Set mixed_precision to bf16, or moments to float32."
        )
    rates = {
        "unet": options.learning_rate,
        "text_encoder": options.text_encoder_learning_rate or options.learning_rate,
        "text_encoder_2": options.text_encoder_learning_rate or options.learning_rate,
        "identifier": options.identifier_learning_rate,
    }
    device = next(parameter.device for named in parts.values() for parameter in named.values())
    groups = [
        {
            "params": list(named.values()),
            "lr": changeable(rates[part], device),
            "initial_lr": rates[part],
            # The length of a word's embedding means something; decay would shorten it.
            "weight_decay": 0.0 if part == "identifier" else options.weight_decay,
        }
        for part, named in parts.items()
    ]
    if copies is not None:
        return MasterAdamW(groups, copies, options.max_gradient_norm, options.moments)
    return torch.optim.AdamW(groups, fused=True, capturable=device.type == "cuda")


def learning_rate_factor(step: int, options: TrainingOptions) -> float:
    """Share of the full learning rate at a step counted from 0: a linear warmup, then constant or half a cosine."""
    if step < options.warmup_steps:
        return (step + 1) / (options.warmup_steps + 1)
    if options.learning_rate_decay == "constant":
        return 1.0
    progress = (step - options.warmup_steps) / max(options.steps - options.warmup_steps, 1)
    return 0.5 + 0.5 * math.cos(math.pi * progress)
