"""A training's state on disk: enough to go on, after any interruption, as if there had been none.

One safetensors file, replaced as a whole. Randomness is a function of the step (`draws`), so no generator is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import Parameter
from torch.optim import Optimizer

from likeness.datasets.work import WorkFolder
from likeness.personalise.ema import MovingAverage
from likeness.personalise.master_adamw import MasterAdamW
from likeness.personalise.sharding import gathered, part_of


@dataclass
class TrainingState:
    """What changes during training.

    Attributes:
        parameters: under training, by name.
        optimiser: of these parameters; copies in bfloat16 that they learn through are not kept.
        average: of these parameters, or None.
        scaler: of the loss, for float16.
        records: tensors of measurements, by name.
        step: how many steps are done.
    """

    parameters: Mapping[str, Parameter]
    optimiser: Optimizer
    average: MovingAverage | None
    scaler: torch.amp.GradScaler
    records: Mapping[str, Tensor]
    step: int = field(default=0)

    def save(self, work: WorkFolder, name: str, *, writes: bool = True) -> None:
        """Replace the file of this name; weights that are shared out are whole in it.

        Args:
            work: where the file is.
            name: of the file.
            writes: whether this process is the one that does; others that share weights with it must call this too.
        """
        tensors = {f"parameter/{key}": value.detach() for key, value in self.parameters.items()}
        tensors |= {f"record/{key}": value for key, value in self.records.items()}
        if self.average:
            tensors |= {f"average/{key}": value for key, value in self.average.values.items()}
        for key, parameter in self.parameters.items():
            tensors |= {f"optimiser/{slot}/{key}": value for slot, value in self.optimiser.state[parameter].items()}
        tensors = gathered(tensors, keep=writes)
        if not writes:
            return
        progress = {"step": str(self.step), "scaler": json.dumps(self.scaler.state_dict())}
        with work.writing(name) as path:
            save_file({key: value.contiguous() for key, value in tensors.items()}, path, progress)

    def resume(self, work: WorkFolder, name: str) -> None:
        """Go back to what the file of this name says; without one, stay at the start."""
        if not work.has(name):
            return
        with safe_open(work.file(name), framework="pt") as file:
            progress = file.metadata()
            # One at a time, as several processes may read them at once.
            for key in file.keys():  # noqa: SIM118 - not a mapping
                kind, name = key.split("/", 1)
                self._restore(kind, name, file.get_tensor(key))
        self.step = int(progress["step"])
        self.scaler.load_state_dict(json.loads(progress["scaler"]))
        if isinstance(self.optimiser, MasterAdamW):
            self.optimiser.refresh()

    @torch.no_grad()
    def _restore(self, kind: str, key: str, value: Tensor) -> None:
        """Take one of the file's tensors."""
        if kind == "parameter":
            self.parameters[key].copy_(part_of(value, self.parameters[key]))
        elif kind == "record":
            self.records[key].copy_(value)
        elif kind == "average" and self.average:
            self.average.values[key].copy_(part_of(value, self.average.values[key]))
        elif kind == "optimiser":
            slot, key = key.split("/", 1)
            parameter = self.parameters[key]
            slots, value = self.optimiser.state[parameter], part_of(value, parameter)
            if slot in slots:
                slots[slot].copy_(value)
            else:
                slots[slot] = _laid_out(value, parameter)


def _laid_out(value: Tensor, like: Tensor) -> Tensor:
    """The value on the other tensor's device and, where the shapes agree, in its memory layout."""
    return torch.empty_like(like).copy_(value) if value.shape == like.shape else value.to(like.device)
