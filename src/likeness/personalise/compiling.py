"""Networks compiled by torch, where it is asked for."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from likeness.personalise.options import TrainingOptions


def compiled(network: nn.Module, options: TrainingOptions, device: torch.device) -> Any:
    """The network compiled where `options.compile` asks for it and the device is a GPU; it shares the weights."""
    if options.compile == "no" or device.type != "cuda":
        return network
    return torch.compile(network, dynamic=False, mode=options.compile)
