"""What is measured during training, and the tables made of it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import torch
from torch import Tensor

from likeness.personalise.optimiser import learning_rate_factor
from likeness.personalise.options import TrainingOptions

TIMESTEP_BINS = 10


def new_records(steps: int, device: torch.device) -> dict[str, Tensor]:
    """Room for what is measured, on the device: reading numbers off a GPU in every step would hold it up."""
    return {
        "losses": torch.zeros(steps, 2, device=device),
        "seconds": torch.zeros(steps, dtype=torch.float64),
        "timestep_errors": torch.zeros(TIMESTEP_BINS, device=device),
        "timestep_counts": torch.zeros(TIMESTEP_BINS, device=device),
    }


def loss_table(records: Mapping[str, Tensor], options: TrainingOptions) -> pd.DataFrame:
    """One row a step: step (from 1), loss, prior_loss (missing without class pictures), learning_rate, seconds."""
    losses = records["losses"].cpu().numpy()
    return pd.DataFrame(
        {
            "step": range(1, len(losses) + 1),
            "loss": losses[:, 0],
            "prior_loss": losses[:, 1],
            "learning_rate": [
                options.full_learning_rate * learning_rate_factor(step, options) for step in range(len(losses))
            ],
            "seconds": records["seconds"].numpy(),
        }
    )


def timestep_loss_table(records: Mapping[str, Tensor], timesteps: int) -> pd.DataFrame:
    """One row a tenth of the noise levels: first_timestep, last_timestep, loss (missing without samples), samples."""
    samples = records["timestep_counts"].cpu()
    # Timestep t belongs to bin ⌊t · bins / timesteps⌋.
    firsts = [-(-timesteps * place // TIMESTEP_BINS) for place in range(TIMESTEP_BINS + 1)]
    return pd.DataFrame(
        {
            "first_timestep": firsts[:-1],
            "last_timestep": [first - 1 for first in firsts[1:]],
            "loss": (records["timestep_errors"].cpu() / samples).numpy(),
            "samples": samples.int().numpy(),
        }
    )
