"""What one of the processes of test_sharding does: every job in a folder, of which some are interrupted once."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor

from likeness.personalise.dreambooth import learn
from likeness.personalise.dreambooth_job import read_job
from likeness.personalise.launching import working
from likeness.personalise.training import DenoisingTraining

INTERRUPTED_AFTER = 3


class Interruption(Exception):
    pass


def share(tensors: list[Tensor]) -> float:
    """Share of the tensors' bytes that are in this process."""
    local = [one.to_local() if isinstance(one, DTensor) else one for one in tensors]
    return sum(one.nbytes for one in local) / sum(one.nbytes for one in tensors)


def stepping(key: str, held: dict[str, float]) -> Callable[[DenoisingTraining], None]:
    """A training's step that notes what is held after it, and in one of the jobs is interrupted once."""
    taken, interrupts = DenoisingTraining.step, ["once"] if key == "float32" else []

    def step(training: DenoisingTraining) -> None:
        state = training.state
        if state.step == INTERRUPTED_AFTER and interrupts:
            interrupts.clear()
            raise Interruption
        taken(training)
        moments = [value for slots in state.optimiser.state.values() for value in slots.values()]
        averages = state.average.values.values() if state.average else ()
        held[key] = share([*state.parameters.values(), *moments, *averages])

    return step


def main(folder: Path) -> None:
    held: dict[str, float] = {}
    with working(folder, torch.device("cpu")) as (rank, device):
        for place in sorted(folder.glob("job-*")):
            job = read_job(place)
            with mock.patch.object(DenoisingTraining, "step", stepping(job.key, held)):
                try:
                    learn(job, device=str(device), rank=rank)
                except Interruption:
                    state = job.work.file(f"training-{job.key}.safetensors")
                    if rank.is_first:
                        (folder / "state.safetensors").write_bytes(state.read_bytes())
                    learn(job, device=str(device), rank=rank)
        (folder / f"held-{rank.index}.json").write_text(json.dumps(held))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
