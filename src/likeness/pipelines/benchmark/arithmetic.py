"""How much a network computes, and how much a device can."""

from __future__ import annotations

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from likeness.pipelines.benchmark.measure import measured
from likeness.pipelines.benchmark.options import ShapeName
from likeness.pipelines.benchmark.shapes import SHAPES, unet_of

_PRODUCTS, _ROUNDS = 10, 5


def training_flops(shape: ShapeName, *, batch_size: int, latent_side: int) -> int:
    """Floating-point operations of a UNet's forward and backward pass, a multiplication and an addition counted as two.

    Counted are matrix products, convolutions and attention, by torch's `FlopCounterMode`; nothing is computed.

    Args:
        shape: whose UNet.
        batch_size: pictures.
        latent_side: height and width of the latents.
    """
    sizes = SHAPES[shape]
    with torch.device("meta"):
        unet = unet_of(shape)
        latents = torch.zeros(batch_size, unet.config.in_channels, latent_side, latent_side)
        context = torch.zeros(
            batch_size, sizes.text_encoder["max_position_embeddings"], sizes.text_encoder["hidden_size"]
        )
        timesteps = torch.zeros(batch_size, dtype=torch.long)
        with FlopCounterMode(display=False) as counted:
            torch.autograd.backward(unet(latents, timesteps, encoder_hidden_states=context).sample.mean())
    return int(counted.get_total_flops())


def matrix_product_rate(side: int, device: torch.device) -> float:
    """Floating-point operations a second in the product of two square bfloat16 matrices, the median of five rounds.

    Args:
        side: rows and columns of each; 8192 keeps any GPU busy.
        device: to measure.
    """
    generator = torch.Generator(device).manual_seed(0)
    first, second = (
        torch.randn(side, side, generator=generator, device=device, dtype=torch.bfloat16) for _ in range(2)
    )
    result = torch.empty_like(first)

    def work() -> None:
        for _ in range(_PRODUCTS):
            torch.mm(first, second, out=result)

    measured(work, device)
    seconds = float(np.median([measured(work, device).seconds for _ in range(_ROUNDS)]))
    return _PRODUCTS * 2 * side**3 / seconds
