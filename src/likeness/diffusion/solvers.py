"""Which solvers turn noise into latents."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from diffusers import DPMSolverMultistepScheduler

from likeness.diffusion.model import DiffusionModel


def default_solver(model: DiffusionModel) -> Any:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095) on the model's noise schedule, as pictures are drawn by."""
    return DPMSolverMultistepScheduler.from_config(model.scheduler.config, algorithm_type="dpmsolver++", solver_order=2)


def prepared_solver(scheduler: Any, steps: int, device: torch.device) -> Any:
    """A copy of a scheduler of diffusers, set to a number of steps and without clipping.

    Raises:
        ValueError: the scheduler adds noise of its own, or does not take so many steps.
    """
    solver = deepcopy(scheduler)
    if solver.config.get("clip_sample"):
        # Some clip what they take for pixels in -1..1 unless told otherwise; latents go beyond.
        solver.register_to_config(clip_sample=False)
    solver.set_timesteps(steps, device=device)
    if not _is_deterministic(solver):
        raise ValueError(
            f"scheduler {type(scheduler).__name__} adds noise in every step, so that an edit would differ from its "
            "source by chance: take a deterministic one, such as DDIMScheduler, EulerDiscreteScheduler or "
            "DPMSolverMultistepScheduler with algorithm_type dpmsolver++"
        )
    return solver


def _is_deterministic(solver: Any) -> bool:
    """Whether the first steps lead to the same twice, whatever the generators' state."""
    results = []
    with torch.random.fork_rng():
        for seed in (0, 1):
            torch.manual_seed(seed)
            trial = deepcopy(solver)
            latents = torch.ones(1, 1, 8, 8, device=trial.timesteps.device)
            # Solvers of second order may add noise in their second call first.
            for timestep in trial.timesteps[:2]:
                prediction = trial.scale_model_input(latents, timestep)
                latents = trial.step(prediction, timestep, latents).prev_sample
            results.append(latents)
    return torch.equal(*results)
