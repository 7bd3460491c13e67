"""AdamW's update of float32 weights and of their copies in another format, in one pass over memory on a GPU.

Updates want to be called under `torch.no_grad`. They do not say so themselves: all functions that do are one to
torch.compile, which gives up on a function after eight variants.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw

logger = logging.getLogger(__name__)

Update = Callable[..., None]


def fused_update(
    master: Tensor,
    copy: Tensor,
    average: Tensor,
    square: Tensor,
    gradient: Tensor,
    scale: Tensor,
    rate: Tensor | float,
    step: Tensor,
    *,
    betas: tuple[float, float],
    epsilon: float,
    decay: float,
) -> None:
    """Update weights in place by torch's own kernel, which wants the gradient in float32.

    Args:
        master: weights, float32 (n,).
        copy: of the weights, any format (n,).
        average: of the gradients, float32 (n,).
        square: average of the squared gradients, float32 (n,).
        gradient: any format (n,).
        scale: what the gradient is multiplied by, a scalar.
        rate: learning rate.
        step: number of this update, from 1; float32 scalar.
        betas: decay of both averages.
        epsilon: added to the root of the squares.
        decay: of the weights, per step and unit of the learning rate.
    """
    adamw(
        [master],
        [gradient.float().mul_(scale)],
        [average],
        [square],
        [],
        # The kernel counts by itself.
        [step - 1],
        fused=True,
        capturable=master.is_cuda,
        amsgrad=False,
        beta1=betas[0],
        beta2=betas[1],
        lr=rate,
        weight_decay=decay,
        eps=epsilon,
        maximize=False,
    )
    copy.copy_(master)


def plain_update(
    master: Tensor,
    copy: Tensor,
    average: Tensor,
    square: Tensor,
    gradient: Tensor,
    scale: Tensor,
    rate: Tensor | float,
    step: Tensor,
    *,
    betas: tuple[float, float],
    epsilon: float,
    decay: float,
) -> None:
    """The same by algorithm 2 of Loshchilov & Hutter 2019 (arXiv 1711.05101), for a compiler to make one kernel of."""
    scaled = gradient.float() * scale
    average.lerp_(scaled, 1 - betas[0])
    square.lerp_(scaled * scaled, 1 - betas[1])
    change = direction(average, square.sqrt(), step, betas, epsilon)
    master.mul_(1 - rate * decay).sub_(rate * change)
    copy.copy_(master)


def direction(average: Tensor, root: Tensor, step: Tensor, betas: tuple[float, float], epsilon: float) -> Tensor:
    """Where a step leads for each unit of the learning rate, from the averaged gradients and the squares' roots."""
    # 1 - beta ** step, without the digits that a float32 near 1 loses.
    first, second = (-torch.expm1(step * math.log(beta)) for beta in betas)
    return average * (1 / first) / (root * second.rsqrt() + epsilon)


@cache
def quickest_update(device: torch.device) -> Update:
    """The update to use on a device: on a GPU the compiled one, where that can be had (Triton needs a C compiler)."""
    return compiled_on_gpu(plain_update, fused_update, _example, device)


def compiled_on_gpu(
    update: Update, without: Update, example: Callable[[torch.device], Sequence[Tensor]], device: torch.device
) -> Update:
    """An update compiled for all sizes and tried with an example; elsewhere, and where that fails, the one without."""
    if device.type != "cuda":
        return without
    compiled = compiled_update(update)
    one = torch.ones((), device=device)
    try:
        with torch.no_grad():
            compiled(*example(device), one, one, one, betas=(0.9, 0.999), epsilon=1e-8, decay=0.01)
    except Exception as error:  # whatever the compiler stumbles over, there is a way without it
        logger.warning("AdamW's update is not compiled, so that steps take longer: %s", str(error).splitlines()[0])
        return without
    return compiled


def compiled_update(update: Update, backend: Any = "inductor") -> Update:
    """An update compiled once, for flat tensors of all sizes."""
    compiled = torch.compile(update, dynamic=True, backend=backend)

    def call(*arguments: Any, **settings: Any) -> None:
        # What is a view is compiled anew for every shape of its base; `data` is none.
        compiled(*(one.data if isinstance(one, Tensor) else one for one in arguments), **settings)

    return call


def _example(device: torch.device) -> Sequence[Tensor]:
    master, average, square = (torch.zeros(4096, device=device) for _ in range(3))
    copy, gradient = (torch.zeros(4096, device=device, dtype=torch.bfloat16) for _ in range(2))
    return master, copy, average, square, gradient
