from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pydantic import ValidationError
from safetensors import safe_open
from safetensors.torch import load_file

from likeness.datasets.work import WorkFolder
from likeness.personalise.dreambooth import fine_tune, learn
from likeness.personalise.dreambooth_job import DreamBoothJob
from likeness.personalise.dreambooth_training import make_lesson
from likeness.personalise.launching import launch
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.sharding import gathered, part_of, share_out

SHARDED = {"processes": 2, "sharding": "full", "batch_size": 1, "prior_batch_size": 1}
QUICK = {"steps": 4, "checkpoint_every": 2, "learning_rate": 1e-3, "mixed_precision": "no", "max_gradient_norm": 0.1}
CASES: dict[str, dict[str, Any]] = {
    # Interrupted after the third step.
    "float32": {"gradient_accumulation": 2, "gradient_checkpointing": True, "ema_decay": 0.9},
    "bf16": {"mixed_precision": "bf16", "train": "attention"},
}


@pytest.fixture(scope="module")
def job(base_xl, make_pictures, tmp_path_factory) -> Callable[..., DreamBoothJob]:
    """A training of the tiny SDXL, in a work folder of its own."""

    def make(key: str, **settings: Any) -> DreamBoothJob:
        options = DreamBoothOptions(**(QUICK | {"batch_size": 2, "prior_batch_size": 2} | settings))
        lessons = [
            make_lesson("pictures", make_pictures(3), "a photo of sks man", (), options.batch_size),
            make_lesson("prior", make_pictures(5, seed=1), "a photo of a man", (), options.prior_batch_size),
        ]
        work = WorkFolder(tmp_path_factory.mktemp("work"), "fine_tuning", "key")
        return DreamBoothJob(base_xl, lessons, "", options, key, work, work, "cpu")

    return make


@pytest.fixture(scope="module")
def sharded(job, tmp_path_factory) -> tuple[Path, dict[str, Path]]:
    """Where two processes have done all the cases, and the results."""
    folder, results = tmp_path_factory.mktemp("sharded"), {}
    for key, settings in CASES.items():
        one = job(key, **(settings | SHARDED))
        one.write(folder / f"job-{key}")
        results[key] = one.work.file(f"fine_tuned-{key}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        launch("sharded_worker", folder, 2)
    return folder, results


@pytest.fixture(scope="module")
def alone(job) -> dict[str, Path]:
    """What one process makes of the cases, undisturbed, with twice the batch."""
    jobs = {key: job(key, **settings) for key, settings in CASES.items()}
    for one in jobs.values():
        learn(one, device="cpu")
    return {key: one.work.file(f"fine_tuned-{key}") for key, one in jobs.items()}


def weights(folder: Path) -> torch.Tensor:
    found = [load_file(file) for file in sorted(folder.rglob("*.safetensors"))]
    return torch.cat([value.flatten() for named in found for _, value in sorted(named.items())])


def assert_same(found: Path, expected: Path, tolerance: float) -> None:
    for table, columns in (
        ("losses", ["loss", "prior_loss"]),
        ("timestep_losses", ["loss", "samples"]),
        ("trained", ["parameters"]),
    ):
        one, other = (pd.read_csv(folder / f"{table}.csv")[columns] for folder in (found, expected))
        np.testing.assert_allclose(one, other, rtol=tolerance)
    assert {path.relative_to(found) for path in found.rglob("*")} == {
        path.relative_to(expected) for path in expected.rglob("*")
    }
    assert (weights(found) - weights(expected)).norm() / weights(expected).norm() < tolerance


@pytest.mark.parametrize(("case", "tolerance"), [("float32", 1e-5), ("bf16", 1e-2)])
def test_two_processes_with_parts_learn_what_one_does_with_twice_the_batch(sharded, alone, case, tolerance):
    """Losses, weights and files, though the training in float32 was interrupted."""
    assert_same(sharded[1][case], alone[case], tolerance)


def test_a_saved_state_is_whole_and_one_process_goes_on_from_it(sharded, alone, job):
    saved = sharded[0] / "state.safetensors"
    with safe_open(saved, framework="pt") as file:
        assert file.metadata()["step"] == "2"
    one = job("float32", **CASES["float32"])
    with one.work.writing("training-float32.safetensors") as path:
        path.write_bytes(saved.read_bytes())
    learn(one, device="cpu")
    assert_same(one.work.file("fine_tuned-float32"), alone["float32"], 1e-5)


@pytest.mark.parametrize("index", [0, 1])
def test_each_process_holds_half(sharded, index):
    held = json.loads((sharded[0] / f"held-{index}.json").read_text())
    assert held == {key: pytest.approx(0.5, abs=0.01) for key in CASES}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"processes": 1}, "processes: 1"),
        ({"method": "lora", "compile": "default"}, "method: lora, compile: default"),
        ({"train_identifier": True, "mixed_precision": "fp16"}, "train_identifier: true, mixed_precision: fp16"),
        ({"train_text_encoder": True, "moments": "8bit"}, "train_text_encoder: true, moments: 8bit"),
    ],
)
def test_what_cannot_be_sharded_is_refused(settings, named):
    with pytest.raises(ValidationError, match=f"sharding: full does not go with {named}. .* set sharding: none"):
        DreamBoothOptions(**({"sharding": "full", "processes": "auto"} | settings))


def test_auto_that_comes_to_one_process_is_refused(base, work, make_pictures):
    options = DreamBoothOptions(sharding="full", processes="auto")
    with pytest.raises(ValueError, match="sharding: full does not go with processes: 1"):
        fine_tune(base, make_pictures(1), "a man", options=options, work=work, device="cpu")


def test_float16_is_refused_where_auto_chooses_it(model):
    with pytest.raises(ValueError, match="mixed_precision"):
        share_out(model.unet, torch.float16)


def test_what_is_whole_stays_as_it_is():
    values = {"one": torch.ones(2), "two": torch.zeros(3)}
    assert gathered(values, keep=True) == values
    assert gathered(values, keep=False) == {}
    assert part_of(values["one"], values["two"]) is values["one"]
