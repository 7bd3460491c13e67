"""Schedulers by the names that diffusers gives them."""

from __future__ import annotations

from typing import Any

import diffusers

from likeness.diffusion.model import DiffusionModel


def open_scheduler(model: DiffusionModel, name: str | None) -> Any:
    """Make a scheduler on the model's own noise schedule; None for none.

    Raises:
        ValueError: diffusers has no scheduler of that name.
    """
    if name is None:
        return None
    kind = getattr(diffusers, name, None)
    if isinstance(kind, type) and issubclass(kind, diffusers.SchedulerMixin):
        scheduler: Any = kind
        return scheduler.from_config(model.scheduler.config)
    raise ValueError(f"scheduler: diffusers has no scheduler {name!r}. DDIMScheduler is one.")


def sampler_name(name: str | None, *, inverted: bool) -> str:
    """Name the sampler as viewers of generated pictures do."""
    if inverted:
        return "DDIM"
    return "DPM++ 2M" if name is None else name.removesuffix("Scheduler")
