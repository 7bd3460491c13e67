"""What each method costs: time to train, numbers that learn, bytes to keep."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from likeness.datasets import Checkpoint
from likeness.personalise.embedding_files import DIFFUSERS_FILE

COLUMNS = ("training_seconds", "checkpoint_megabytes", "trained_parameters")


def checkpoint_megabytes(checkpoint: Checkpoint) -> float:
    """Size of what must be kept beside the base model, in MB (10⁶ bytes).

    Tables of the training do not count, nor a learned word's earlier states, nor forms for other programs.
    """
    names = checkpoint.files()
    parts = [name for name in names if "/" in name]
    kept = [DIFFUSERS_FILE] if DIFFUSERS_FILE in names else parts
    return sum((checkpoint.path / name).stat().st_size for name in kept) / 1e6


def with_costs(
    leaderboard: pd.DataFrame, checkpoints: Mapping[str, Checkpoint], losses: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Put `COLUMNS` behind the number of pictures; they are empty for controls and for models without photographs.

    Args:
        leaderboard: as `likeness.pipelines.avatar.leaderboard.leaderboard` returns it.
        checkpoints: of the models that were trained.
        losses: of the same, with the seconds of every step.
    """
    costs = pd.DataFrame.from_dict(
        {
            model: (
                float(losses[model]["seconds"].sum()),
                checkpoint_megabytes(checkpoint),
                checkpoint.made_from["trained_parameters"],
            )
            for model, checkpoint in checkpoints.items()
        },
        orient="index",
        columns=list(COLUMNS),
    )
    costs["trained_parameters"] = costs["trained_parameters"].astype("Int64")
    table = leaderboard.copy()
    for place, column in enumerate(COLUMNS, list(leaderboard.columns).index("pictures") + 1):
        table.insert(place, column, table["model"].map(costs[column]))
    return table


def cost_note(row: Mapping[Hashable, Any]) -> str:
    """One short line for a sheet: minutes, size on disk and trained parameters of a row of `with_costs`."""
    seconds, megabytes, parameters = (row[name] for name in COLUMNS)
    if pd.isna(seconds):
        return ""
    minutes = f"{seconds / 60:.0f}" if seconds >= 600 else f"{seconds / 60:.1f}"
    return f"{minutes} min · {_size(megabytes)} · {_short(int(parameters))} trained"


def _size(megabytes: float) -> str:
    """A size in two or three digits."""
    number, unit = (megabytes, "MB") if megabytes >= 1 else (1000 * megabytes, "kB")
    if number >= 1000:
        number, unit = number / 1000, "GB"
    return f"{number:.0f} {unit}" if number >= 10 else f"{number:.1f} {unit}"


def _short(count: int) -> str:
    """A count in three digits.

    >>> _short(9_876_543)
    '9.88M'
    """
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)
