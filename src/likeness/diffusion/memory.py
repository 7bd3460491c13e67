"""Say what to do where a GPU's memory runs out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_LORA = "method: lora, learning_rate: 1.0e-4, "
_SMALLEST = "batch_size: 1, prior_batch_size: 1, gradient_accumulation: 2, gradient_checkpointing: true"
# GB of a card, and what fits it: the table in docs/stable_diffusion.md.
_FINE_TUNING = (
    (14.0, _LORA + _SMALLEST),
    (20.0, _LORA + "batch_size: 2, gradient_checkpointing: true"),
    (30.0, "method: full, " + _SMALLEST),
)
_INVERSION = (
    (10.0, "batch_size: 1, gradient_accumulation: 4, gradient_checkpointing: true"),
    (14.0, "batch_size: 1, gradient_accumulation: 4"),
    (20.0, "batch_size: 2, gradient_accumulation: 2"),
)
_DRAWING = ((10.0, "batch_size: 2"), (20.0, "batch_size: 4"), (30.0, "batch_size: 8"))
RECIPES = {"fine_tuning": _FINE_TUNING, "inversion": _INVERSION, "drawing": _DRAWING}
_LARGER_CARDS = {"drawing": "a smaller batch_size"}


class GpuMemoryError(RuntimeError):
    """A GPU's memory ran out; the message says which parameters need less, and what is kept."""


@contextmanager
def enough_memory(what: str, device: torch.device, *, now: str, kept: str) -> Iterator[None]:
    """Turn torch's error for a full GPU into one that says what to do.

    Args:
        what: is done: "fine_tuning", "inversion" or "drawing", whose parameters are named.
        device: on which.
        now: the parameters that count, as they are.
        kept: what of the work is kept, in a sentence.

    Raises:
        GpuMemoryError: memory ran out.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        size = torch.cuda.get_device_properties(device).total_memory / 1e9 if device.type == "cuda" else None
        card = f"which has {size:.0f} GB" if size else "whose size is not known"
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise GpuMemoryError(
            f"Memory ran out in {what} with {now}, on {device}, {card}. Set {recipe(what, size)} "
            "(docs/stable_diffusion.md has settings for every size of card), and let no other program use the GPU. "
            f"{kept} ({reason})"
        ) from error


def release_unused(device: torch.device) -> None:
    """Give back the memory of models that only hold each other: a recorded step keeps gigabytes until Python looks."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def recipe(what: str, gigabytes: float | None) -> str:
    """Parameters that fit a card of so many GB (10⁹ bytes); None where that is not known."""
    for most, parameters in RECIPES[what] if gigabytes else ():
        if gigabytes and gigabytes < most:
            return parameters
    return _LARGER_CARDS.get(what, "a smaller batch_size, or gradient_checkpointing: true")
