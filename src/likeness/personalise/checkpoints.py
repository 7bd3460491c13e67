"""The vectors that Textual Inversion has learned by certain steps, and the choice among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor

from likeness.personalise.options import TextualInversionOptions

_LOSSES, _ROWS = "validation_losses", "checkpoint_rows"


@dataclass(frozen=True)
class Checkpoints:
    """Tensors among a training's records, in which checkpoints are kept: saved and resumed with its state.

    Attributes:
        steps: after which there is one, ascending; the first is 0, where nothing is learned yet.
        records: of the training.
    """

    steps: tuple[int, ...]
    records: Mapping[str, Tensor]

    @classmethod
    def beside(
        cls, records: dict[str, Tensor], options: TextualInversionOptions, width: int, device: torch.device
    ) -> Checkpoints:
        """Make room for checkpoints in the records."""
        steps = (*range(0, options.steps, options.checkpoint_every), options.steps)
        records[_LOSSES] = torch.full((len(steps),), torch.nan, device=device)
        records[_ROWS] = torch.zeros(len(steps), options.vectors, width, device=device)
        return cls(steps, records)

    def add(self, step: int, rows: Tensor, loss: Tensor | None) -> None:
        """Keep the vectors at a step, and their validation loss where there are held-out pictures."""
        place = self.steps.index(step)
        self.records[_ROWS][place] = rows.detach()
        if loss is not None:
            self.records[_LOSSES][place] = loss

    def rows(self, step: int) -> Tensor:
        """The vectors at a step, (vectors, width) on the CPU."""
        return self.records[_ROWS][self.steps.index(step)].cpu()

    def table(self, last: int) -> pd.DataFrame:
        """One row a checkpoint up to step `last`.

        Returns:
            Columns step, validation_loss (missing without held-out pictures) and kept: true for the one with the
            lowest loss after some training; without losses, for the last.
        """
        steps = [step for step in self.steps if step <= last]
        losses = self.records[_LOSSES].cpu().numpy()[: len(steps)]
        table = pd.DataFrame({"step": steps, "validation_loss": losses})
        trained = table["validation_loss"][1:].dropna()
        table["kept"] = table.index == (trained.idxmin() if len(trained) else table.index[-1])
        return table

    def is_past_best(self, last: int, patience: int | None) -> bool:
        """Whether the lowest validation loss up to step `last` lies `patience` checkpoints back, or more."""
        kept = self.table(last)["kept"]
        return patience is not None and len(kept) - 1 - int(kept.to_numpy().argmax()) >= patience
