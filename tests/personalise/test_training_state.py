import pytest
import torch
from torch.nn import Parameter

from likeness.personalise.ema import MovingAverage
from likeness.personalise.training_state import TrainingState

SHAPES = {"unet/conv": (4, 3, 2, 2), "unet/bias": (4,), "unet/scalar": ()}


def fresh(*, average=True, scaled=False):
    parameters = {name: Parameter(torch.zeros(shape)) for name, shape in SHAPES.items()}
    parameters["unet/conv"].data = parameters["unet/conv"].data.contiguous(memory_format=torch.channels_last)
    return TrainingState(
        parameters=parameters,
        optimiser=torch.optim.AdamW(parameters.values(), lr=0.1, fused=True),
        average=MovingAverage(parameters, 0.9) if average else None,
        scaler=torch.amp.GradScaler("cpu", enabled=scaled),
        records={"losses": torch.zeros(9)},
    )


def step(state):
    generator = torch.Generator().manual_seed(state.step)
    loss = sum((p - torch.randn(p.shape, generator=generator)).pow(2).sum() for p in state.parameters.values())
    state.scaler.scale(loss).backward()
    state.scaler.step(state.optimiser)
    state.scaler.update()
    state.optimiser.zero_grad()
    if state.average:
        state.average.update(state.parameters, state.step)
    state.records["losses"][state.step] = loss.detach()
    state.step += 1


def values(state):
    found = {name: parameter.detach() for name, parameter in state.parameters.items()} | dict(state.records)
    if state.average:
        found |= {f"average {name}": value for name, value in state.average.values.items()}
    for name, parameter in state.parameters.items():
        found |= {f"{slot} {name}": value for slot, value in state.optimiser.state[parameter].items()}
    return found


@pytest.mark.parametrize("average", [True, False])
@pytest.mark.parametrize("scaled", [True, False])
def test_a_resumed_training_is_an_undisturbed_one(work, average, scaled):
    undisturbed, interrupted = fresh(average=average, scaled=scaled), fresh(average=average, scaled=scaled)
    for _ in range(7):
        step(undisturbed)
    for _ in range(3):
        step(interrupted)
    interrupted.save(work, "state.safetensors")
    step(interrupted)  # lost in the interruption
    resumed = fresh(average=average, scaled=scaled)
    resumed.resume(work, "state.safetensors")
    assert resumed.step == 3
    for _ in range(4):
        step(resumed)
    expected, found = values(undisturbed), values(resumed)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert resumed.scaler.state_dict() == undisturbed.scaler.state_dict()


def test_the_memory_layout_is_restored(work):
    state = fresh()
    step(state)
    state.save(work, "state.safetensors")
    resumed = fresh()
    resumed.resume(work, "state.safetensors")
    moments = resumed.optimiser.state[resumed.parameters["unet/conv"]]["exp_avg"]
    assert moments.is_contiguous(memory_format=torch.channels_last)


def test_without_a_file_a_training_starts(work):
    state = fresh()
    state.resume(work, "state.safetensors")
    assert state.step == 0


def test_a_failed_save_leaves_the_last_state(work, monkeypatch):
    state = fresh()
    step(state)
    state.save(work, "state.safetensors")
    step(state)

    def fail(tensors, path, metadata):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr("likeness.personalise.training_state.save_file", fail)
    with pytest.raises(OSError, match="no space"):
        state.save(work, "state.safetensors")
    resumed = fresh()
    resumed.resume(work, "state.safetensors")
    assert resumed.step == 1
