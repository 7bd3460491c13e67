"""Quicker drawing on a GPU, at the price of a wait before the first picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal, get_args

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from likeness.diffusion.model import DiffusionModel

Acceleration = Literal["none", "kernels", "compile"]

# cuDNN's attention first, then what torch takes by itself.
_ATTENTION = [
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.MATH,
]


def check_acceleration(how: str) -> None:
    """Refuse what is no way of drawing more quickly.

    Raises:
        ValueError: there is no such way.
    """
    if how not in get_args(Acceleration):
        raise ValueError(f"acceleration: {how!r} is none of {', '.join(get_args(Acceleration))}.")


@contextmanager
def accelerated(model: DiffusionModel, how: Acceleration) -> Iterator[None]:
    """Compute with the model's UNet more quickly; on a CPU nothing changes.

    Pictures differ by rounding alone, but may do so from run to run: which kernels are quickest is measured anew.

    Args:
        model: its weights are not changed.
        how: "kernels" takes cuDNN's attention, and tries convolutions to find the quickest for each shape; "compile"
            also lets torch.compile join what lies between them, which takes a minute or more for each shape of a batch.

    Raises:
        ValueError: there is no such way.
    """
    check_acceleration(how)
    if model.device.type != "cuda":
        yield
        return
    with ExitStack() as stack:
        if how == "compile" and model.unet._compiled_call_impl is None:
            model.unet.compile(dynamic=False)
        if how != "compile":
            # A UNet that was compiled before is called as it was.
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        if how != "none":
            stack.enter_context(sdpa_kernel(_ATTENTION, set_priority=True))
            stack.enter_context(_tried_convolutions())
        yield


@contextmanager
def _tried_convolutions() -> Iterator[None]:
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before
