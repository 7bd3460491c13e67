from pathlib import Path

import pandas as pd
import pytest
import torch
from diffusers.training_utils import EMAModel
from torch import Tensor, nn

from likeness.datasets import WorkFolder
from likeness.pocket.batches import step_generator
from likeness.pocket.options import TrainingOptions
from likeness.pocket.training import TrainingDivergedError, make_adamw, mixed_precision, quickened, train, update
from likeness.pocket.training_state import STATE, Trained

CPU = torch.device("cpu")


class Killed(Exception):
    pass


def options(**changed: object) -> TrainingOptions:
    settings = {"steps": 10, "batch_size": 4, "learning_rate": 0.05, "warmup_steps": 2, "log_every": 3}
    return TrainingOptions.model_validate({**settings, "checkpoint_every": 4, "ema_decay": 0.5, **changed})


def run(folder: Path, chosen: TrainingOptions, kill_at: int | None = None) -> tuple[list[Tensor], pd.DataFrame, int]:
    """Fit a line; returns the averaged weights, the losses, and how many steps were done this time."""
    torch.manual_seed(0)
    network = nn.Linear(3, 1)
    optimiser = make_adamw(network.parameters(), chosen, CPU)
    average = EMAModel(network.parameters(), decay=chosen.ema_decay, foreach=True)
    done = 0

    def one_step(step: int, share: float) -> dict[str, Tensor]:
        nonlocal done
        if step == kill_at:
            raise Killed
        done += 1
        inputs = torch.randn(chosen.batch_size, 3, generator=step_generator(CPU, 0, step))
        loss = (network(inputs) - inputs.sum(1, keepdim=True)).square().mean()
        loss.backward()
        update(network.parameters(), [optimiser], chosen)
        return {"loss": loss.detach(), "share": torch.tensor(share)}

    trained = Trained({"line": network}, {"line": optimiser}, {"line": average})
    losses = train("line", trained, one_step, chosen, WorkFolder(folder, "line", "key"))
    return average.shadow_params, losses, done


def test_losses_are_averaged_over_the_steps_of_a_row(tmp_path: Path) -> None:
    _, losses, done = run(tmp_path, options())
    assert done == 10
    assert losses["step"].tolist() == [3, 6, 9, 10]
    assert losses["share"].tolist() == pytest.approx([0.1, 0.4, 0.7, 0.9])
    assert losses["seconds"].is_monotonic_increasing


def test_it_learns(tmp_path: Path) -> None:
    weights, losses, _ = run(tmp_path, options(steps=300, decay_from=0.5))
    assert losses["loss"].iloc[-1] < 1e-3
    assert torch.allclose(weights[0], torch.ones(1, 3), atol=0.02)


def test_a_killed_training_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    undisturbed, losses, _ = run(tmp_path / "undisturbed", options())
    with pytest.raises(Killed):
        run(tmp_path / "killed", options(), kill_at=7)
    resumed, resumed_losses, done = run(tmp_path / "killed", options())
    assert done == 6  # from the state at step 4
    assert all(torch.equal(one, other) for one, other in zip(undisturbed, resumed, strict=True))
    # Rows after the kill start anew at the state, so they cover other steps; the earlier ones are kept.
    assert resumed_losses["step"].tolist() == losses["step"].tolist()
    assert resumed_losses["loss"].iloc[0] == losses["loss"].iloc[0]
    assert resumed_losses["loss"].iloc[2:].tolist() == losses["loss"].iloc[2:].tolist()


def test_a_finished_training_does_nothing_more(tmp_path: Path) -> None:
    weights, losses, _ = run(tmp_path, options())
    again, same, done = run(tmp_path, options())
    assert done == 0
    assert all(torch.equal(one, other) for one, other in zip(weights, again, strict=True))
    pd.testing.assert_frame_equal(losses, same)


def test_minutes_end_it_too(tmp_path: Path) -> None:
    _, losses, done = run(tmp_path, options(steps=10_000_000, minutes=0.005))
    assert 0 < done < 10_000
    assert losses["seconds"].iloc[-1] >= 0.3
    assert losses["learning_rate"].iloc[-1] < 0.01


def test_a_loss_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    trained = Trained({}, {}, {})
    with pytest.raises(TrainingDivergedError, match="line diverged before step 3"):
        train("line", trained, lambda *_: {"loss": torch.tensor(torch.nan)}, options(), WorkFolder(tmp_path, "a", "b"))
    assert not (tmp_path / "a" / "b" / STATE).exists()


def test_gpu_settings_change_nothing_on_a_cpu() -> None:
    network = nn.Linear(1, 1)
    assert quickened(network, options(), CPU) is network
    with mixed_precision(options(), CPU):
        assert network(torch.ones(1, 1)).dtype == torch.float32
