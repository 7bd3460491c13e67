"""How far a training has come, in steps or in minutes, and the learning rate there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from likeness.pocket.options import TrainingOptions


@dataclass(frozen=True)
class Budget:
    """Steps and, where set, minutes that a training may take; it ends at whichever is used up first."""

    steps: int
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        """Share used up after `step` steps and `seconds`: 0 at the start, 1 or a little more at the end."""
        by_steps = step / self.steps
        return by_steps if self.minutes is None else max(by_steps, seconds / (60 * self.minutes))

    def expected_steps(self, step: int, seconds: float) -> int:
        """Steps there will have been at the end, at the rate so far."""
        progress = self.progress(step, seconds)
        return self.steps if progress <= 0 or step == 0 else min(self.steps, math.ceil(step / progress))


def learning_rate(options: TrainingOptions, step: int, progress: float) -> float:
    """The rate of a step: a linear rise, a plateau, and half a cosine down to 0 (Loshchilov & Hutter 2017).

    Args:
        options: the highest rate, the steps of the rise, and the progress at which the plateau ends.
        step: the step's number, 0 the first.
        progress: share of the training before this step, 0..1.
    """
    rise = min(1.0, (step + 1) / (options.warmup_steps + 1))
    fallen = min(1.0, max(0.0, progress - options.decay_from) / (1 - options.decay_from))
    return options.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * fallen))
