"""The loop both networks are trained by: budget, learning rate, running averages, losses, states to go on from."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn
from tqdm import tqdm

from likeness.datasets.work import WorkFolder
from likeness.diffusion.replay import Learn, ReplayedStep, change_rate, changeable
from likeness.pocket.budget import Budget, learning_rate
from likeness.pocket.muon import Muon
from likeness.pocket.options import TrainingOptions
from likeness.pocket.training_state import Progress, Trained

logger = logging.getLogger(__name__)

# Takes the number of the step (0 the first) and the share of the training before it; updates the weights; returns
# what is to be recorded, scalars that stay on the device.
Step = Callable[[int, float], dict[str, Tensor]]


class TrainingDivergedError(RuntimeError):
    """The loss is no longer a number."""


def train(name: str, trained: Trained, one_step: Step, options: TrainingOptions, work: WorkFolder) -> pd.DataFrame:
    """Train until the budget is used up, from where the work folder's state left off.

    Args:
        name: shown beside the progress bar and in errors.
        trained: networks, optimisers and averages; changed.
        one_step: does one step.
        options: budget and schedule.
        work: holds the state.

    Returns:
        Losses: one row every `log_every` steps with the columns step, seconds, learning_rate and, averaged over these
        steps, whatever `one_step` returns.

    Raises:
        TrainingDivergedError: a recorded value is not finite.
    """
    progress = trained.restore(work)
    budget = Budget(options.steps, options.minutes)
    recorded: list[dict[str, Tensor]] = []
    saved_at = progress.step
    began = time.perf_counter() - progress.seconds
    # Every step has the same shapes, so the search for cuDNN's fastest kernels pays.
    fastest = torch.backends.cudnn.flags(enabled=True, benchmark=True)
    with fastest, tqdm(total=options.steps, initial=progress.step, desc=name, unit="step", mininterval=2) as bar:
        while (share := budget.progress(progress.step, progress.seconds)) < 1:
            rate = learning_rate(options, progress.step, share)
            for optimiser in trained.optimisers.values():
                set_rate(optimiser, rate)
            recorded.append(one_step(progress.step, share))
            for network, average in trained.averages.items():
                average.step(trained.networks[network].parameters())
            progress.step += 1
            progress.seconds = time.perf_counter() - began
            bar.update()
            if progress.step % options.log_every == 0:
                _record(name, progress, recorded, rate)
                bar.total = budget.expected_steps(progress.step, progress.seconds)
                bar.set_postfix(loss=f"{progress.losses[-1].get('loss', math.nan):.4g}")
            if progress.step % options.checkpoint_every == 0:
                trained.save(work, progress)
                saved_at = progress.step
    if recorded:
        _record(name, progress, recorded, rate)
    if progress.step != saved_at:
        trained.save(work, progress)
    return pd.DataFrame(progress.losses)


def make_optimisers(
    name: str, network: nn.Module, options: TrainingOptions, device: torch.device
) -> dict[str, torch.optim.Optimizer]:
    """Muon for the weights of hidden layers where it is asked for, AdamW for all others.

    What only a few pictures show, as glasses, is a small part of any gradient. AdamW's updates are ruled by what is
    common; Muon's take up the rare directions, too (Wang et al. 2025, arXiv 2509.26030).

    Returns:
        The optimisers, each under a name that begins with the network's.
    """
    hidden = hidden_weights(network) if options.optimiser == "muon" else []
    taken = {id(weight) for weight in hidden}
    others = [parameter for parameter in network.parameters() if id(parameter) not in taken]
    optimisers: dict[str, torch.optim.Optimizer] = {f"{name}-others": make_adamw(others, options, device)}
    if hidden:
        rate = changeable(options.learning_rate, device)
        optimisers[f"{name}-hidden"] = Muon(hidden, lr=rate, weight_decay=options.weight_decay)
    return optimisers


def hidden_weights(network: nn.Module) -> list[Tensor]:
    """Weights of linear layers and convolutions, but for diffusers' first and last, `conv_in` and `conv_out`."""
    return [
        module.weight
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d) and name.rpartition(".")[2] not in ("conv_in", "conv_out")
    ]


def make_adamw(parameters: Iterable[Tensor], options: TrainingOptions, device: torch.device) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019), in one kernel on a GPU."""
    return torch.optim.AdamW(
        parameters,
        lr=changeable(options.learning_rate, device),
        betas=(0.9, 0.99),
        weight_decay=options.weight_decay,
        fused=device.type == "cuda",
        capturable=device.type == "cuda",
    )


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Change the learning rate of all that an optimiser updates."""
    for group in optimiser.param_groups:
        change_rate(group, rate)


def replayed(learn: Learn, options: TrainingOptions, device: torch.device) -> ReplayedStep:
    """A step that is recorded and replayed where it is asked for and the device is a GPU."""
    return ReplayedStep(learn, enabled=options.replay and device.type == "cuda")


def update(
    parameters: Iterable[nn.Parameter], optimisers: Iterable[torch.optim.Optimizer], options: TrainingOptions
) -> None:
    """Take one step along the gradients, shortened where they are too long, and clear them."""
    torch.nn.utils.clip_grad_norm_(parameters, options.max_gradient_norm)
    for optimiser in optimisers:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


def mixed_precision(options: TrainingOptions, device: torch.device) -> AbstractContextManager[None]:
    """Bfloat16 arithmetic where it is asked for and the device is a GPU."""
    return torch.autocast(device.type, torch.bfloat16, enabled=options.mixed_precision and device.type == "cuda")


def quickened(network: nn.Module, options: TrainingOptions, device: torch.device) -> Callable[..., Any]:
    """The network compiled where it is asked for and the device is a GPU; it shares the weights."""
    if not options.compile or device.type != "cuda":
        return network
    compiled: Callable[..., Any] = torch.compile(network, dynamic=False)
    return compiled


def _record(name: str, progress: Progress, recorded: list[dict[str, Tensor]], rate: float) -> None:
    """Average what was recorded into one row: the only moment at which the loop waits for the device."""
    row = {key: float(torch.stack([values[key] for values in recorded]).mean()) for key in recorded[0]}
    recorded.clear()
    if not all(math.isfinite(value) for value in row.values()):
        raise TrainingDivergedError(
            f"{name} diverged before step {progress.step}: {row}. Lower its learning_rate, or raise warmup_steps."
        )
    progress.losses.append({"step": progress.step, "seconds": progress.seconds, "learning_rate": rate, **row})
    logger.info("%s: %s", name, ", ".join(f"{key} {value:.5g}" for key, value in progress.losses[-1].items()))
