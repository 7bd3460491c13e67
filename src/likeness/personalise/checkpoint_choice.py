"""Checkpoints of a training that are scored on the way: the best is kept, and training ends when none gets better."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from likeness.datasets.staging import remove
from likeness.datasets.work import WorkFolder, digest_of

STEP, SCORE, KEPT, LOSS = "step", "score", "kept", "loss"


class Validate(Protocol):
    """Scores the model as it is after a step."""

    def __call__(self, step: int, folder: Path) -> Mapping[str, float]:
        """Score a checkpoint.

        Args:
            step: after which it was saved.
            folder: what learned, in the layout of a checkpoint (see `open_model`), the moving average where there
                is one.

        Returns:
            Numbers by name; `score` decides, the highest is best.
        """


@dataclass(frozen=True)
class Validation:
    """When a training is validated, and by what.

    Attributes:
        every_steps: steps between validations; there is one after the last step too.
        patience: validations in a row without a better score after which training ends; None: never before the end.
        validate: scores a checkpoint.
        key: digest of all that the scores depend on beside the checkpoint.
    """

    every_steps: int
    patience: int | None
    validate: Validate
    key: str

    @property
    def digest(self) -> str:
        """Digest of what decides which checkpoint is kept."""
        return digest_of(self.every_steps, self.patience, self.key)

    def is_due(self, step: int, steps: int) -> bool:
        """Whether a step of so many is followed by a validation."""
        return step % self.every_steps == 0 or step == steps


def chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """Smooth scores and mark the best.

    A score rests on few pictures. It is averaged with that of the validation before, so that one lucky step does not
    win by itself; of equal ones the earlier is better.

    Args:
        rows: one row a validation in the order of steps, with `score`.

    Returns:
        The same with smoothed_score and kept.
    """
    smoothed = rows[SCORE].astype("float64").rolling(2, min_periods=1).mean()
    best = smoothed.to_numpy().argmax() if len(rows) else -1
    return rows.assign(smoothed_score=smoothed, kept=[place == best for place in range(len(rows))])


class CheckpointChoice:
    """The validations of one training in its work folder, where an interrupted one finds them again.

    Args:
        validation: when, and by what.
        work: of the training.
        key: of the training.
    """

    def __init__(self, validation: Validation, work: WorkFolder, key: str) -> None:
        self.validation, self._work, self._name = validation, work, f"validating-{key}"

    def add(self, step: int, loss: float, checkpoint: Path) -> None:
        """Score a checkpoint and keep it while it is the best.

        Args:
            step: after which it was saved.
            loss: of the training since the validation before.
            checkpoint: its folder, in the work folder.
        """
        scores = dict(self.validation.validate(step, checkpoint))
        with self._work.writing(self._row(step)) as path:
            path.write_text(json.dumps({STEP: step, **scores, LOSS: loss}), encoding="utf-8")
        best = self.best_step
        for folder in self._work.file(self._name).glob("step_*"):
            if folder.is_dir() and folder.name != _step_name(best):
                remove(folder)

    def has(self, step: int) -> bool:
        """Whether a step was validated, now or before an interruption."""
        return self._work.has(self._row(step))

    def folder(self, step: int) -> str:
        """Name of a step's checkpoint in the work folder."""
        return f"{self._name}/{_step_name(step)}"

    def table(self, until: int | None = None) -> pd.DataFrame:
        """The validations so far, or those up to a step: step, the scores, loss, smoothed_score, kept."""
        paths = sorted(self._work.file(self._name).glob("step_*.json"))
        rows = pd.DataFrame([json.loads(path.read_text(encoding="utf-8")) for path in paths])
        return chosen(rows if until is None or rows.empty else rows[rows[STEP] <= until].reset_index(drop=True))

    @property
    def best_step(self) -> int:
        """The step whose checkpoint is kept."""
        table = self.table()
        return int(table.loc[table[KEPT], STEP].iloc[0])

    def is_over(self, step: int) -> bool:
        """Whether patience has ended by a step that was validated."""
        kept = self.table(step)[KEPT].to_numpy()
        return self.validation.patience is not None and len(kept) - 1 - int(kept.argmax()) >= self.validation.patience

    def copy_best(self, target: Path) -> None:
        """Copy the kept checkpoint."""
        shutil.copytree(self._work.file(self.folder(self.best_step)), target)

    def remove(self) -> None:
        """Forget everything, when the result is written."""
        remove(self._work.file(self._name))

    def _row(self, step: int) -> str:
        return f"{self._name}/{_step_name(step)}.json"


def _step_name(step: int) -> str:
    return f"step_{step:06d}"
