"""Everything a training needs to go on after it was killed, in one safetensors file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers.training_utils import EMAModel
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from likeness.datasets.work import WorkFolder

STATE = "state.safetensors"


@dataclass
class Progress:
    """Where a training stands.

    Attributes:
        step: steps done.
        seconds: spent on them, interruptions left out.
        losses: one row every so many steps.
    """

    step: int = 0
    seconds: float = 0.0
    losses: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Trained:
    """What is trained together, by name: networks, their optimisers, the running averages of their weights."""

    networks: Mapping[str, nn.Module]
    optimisers: Mapping[str, torch.optim.Optimizer]
    averages: Mapping[str, EMAModel]

    def save(self, work: WorkFolder, progress: Progress) -> None:
        """Write the state; an earlier one stays until the new one is whole."""
        tensors: dict[str, Tensor] = {}
        for name, network in self.networks.items():
            tensors.update(_prefixed(f"network.{name}", network.state_dict()))
        for name, optimiser in self.optimisers.items():
            for index, values in optimiser.state_dict()["state"].items():
                tensors.update(_prefixed(f"optimiser.{name}.{index}", values))
        for name, average in self.averages.items():
            tensors.update(_prefixed(f"average.{name}", dict(enumerate(average.shadow_params))))
        steps = {name: average.optimization_step for name, average in self.averages.items()}
        metadata = {"progress": json.dumps(vars(progress)), "averaged_steps": json.dumps(steps)}
        with work.writing(STATE) as path:
            save_file(tensors, path, metadata=metadata)

    def restore(self, work: WorkFolder) -> Progress:
        """Take the state up where there is one.

        Returns:
            Where the training stands; at the very start when there is no state.
        """
        if not work.has(STATE):
            return Progress()
        with safe_open(work.file(STATE), framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
        for name, network in self.networks.items():
            network.load_state_dict(_under(f"network.{name}", tensors))
        for name, optimiser in self.optimisers.items():
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in _under(f"optimiser.{name}", tensors).items():
                index, slot = key.split(".", 1)
                state.setdefault(int(index), {})[slot] = value
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
        averaged = json.loads(metadata["averaged_steps"])
        for name, average in self.averages.items():
            values = _under(f"average.{name}", tensors)
            for position, shadow in enumerate(average.shadow_params):
                shadow.copy_(values[str(position)])
            average.optimization_step = averaged[name]
        return Progress(**json.loads(metadata["progress"]))


def _prefixed(prefix: str, tensors: Mapping[Any, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name.removeprefix(start): tensor for name, tensor in tensors.items() if name.startswith(start)}
