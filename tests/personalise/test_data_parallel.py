from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from likeness.personalise import dreambooth_worker
from likeness.personalise.data_parallel import Rank
from likeness.personalise.draws import draw
from likeness.personalise.dreambooth import FineTuned, fine_tune
from likeness.personalise.dreambooth_job import DreamBoothJob, read_job
from likeness.personalise.dreambooth_training import make_lesson
from likeness.personalise.launching import WorkerError, working
from likeness.personalise.options import DreamBoothOptions

WORKER = "likeness.personalise.dreambooth_worker"


def options(**changes: Any) -> DreamBoothOptions:
    quick = {"steps": 6, "learning_rate": 1e-3, "checkpoint_every": 2, "horizontal_flip": True, "mixed_precision": "no"}
    return DreamBoothOptions(**(quick | changes))


def weights(tuned: FineTuned) -> torch.Tensor:
    found = [load_file(file) for file in sorted(tuned.folder.rglob("*.safetensors"))]
    return torch.cat([value.flatten() for named in found for _, value in sorted(named.items())])


@pytest.fixture
def arguments(base, make_pictures, work) -> dict[str, Any]:
    return {
        "base": base,
        "pictures": make_pictures(3),
        "prompts": ["a photo of sks man"] * 2 + ["sks man as a newborn baby"],
        "faces": [(0.1, 0.2, 0.6, 0.7), None, None],
        "prior_pictures": make_pictures(5, seed=1),
        "prior_prompts": "a photo of a man",
        "identifier": "sks",
        "device": "cpu",
        "work": work,
    }


def test_shares_are_the_whole_in_order():
    drawn = draw(6, pictures=4, variants=2, timesteps=10, shape=(1, 2, 2), seed=0, step=3, stream=0)
    shares = [Rank(index, 3).share(drawn) for index in range(3)]
    assert torch.equal(torch.cat([share.noise for share in shares]), drawn.noise)
    assert torch.equal(torch.cat([share.pictures for share in shares]), drawn.pictures)


@pytest.mark.parametrize(("precision", "tolerance"), [("no", 1e-5), ("bf16", 1e-2)])
def test_two_processes_learn_what_one_does_with_twice_the_batch(arguments, precision, tolerance):
    """Same noise, losses, weights and counts: with class pictures, a face, two batches a step and a trained word."""
    settings = {"gradient_accumulation": 2, "train_identifier": True, "face_weight": 3.0, "ema_decay": 0.9}
    settings |= {"mixed_precision": precision}
    one = fine_tune(**arguments, options=options(batch_size=4, prior_batch_size=2, **settings))
    two = fine_tune(**arguments, options=options(batch_size=2, prior_batch_size=1, processes=2, **settings))
    for column in ("loss", "prior_loss"):
        np.testing.assert_allclose(two.losses[column], one.losses[column], rtol=tolerance)
    assert two.timestep_losses["samples"].tolist() == one.timestep_losses["samples"].tolist()
    np.testing.assert_allclose(two.timestep_losses["loss"], one.timestep_losses["loss"], rtol=tolerance)
    moved = (weights(one) - weights(two)).norm() / weights(one).norm()
    assert moved < tolerance
    assert not list(arguments["work"].path.glob("job-*")) + list(arguments["work"].path.glob("training-*"))


def test_a_killed_worker_is_told_of_and_what_was_saved_is_gone_on_from(arguments):
    arguments |= {"faces": (), "prior_pictures": []}
    settings = {"steps": 100, "checkpoint_every": 5}
    work = arguments["work"].path
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(fine_tune, **arguments, options=options(batch_size=1, processes=2, **settings))
        while not list(work.glob("training-*")) and not run.done():
            time.sleep(0.01)
        started = {one: one.cmdline() for one in psutil.Process().children(recursive=True)}
        workers = [one for one, line in started.items() if WORKER in line and "accelerate.commands.launch" not in line]
        assert len(workers) == 2
        workers[0].kill()
        with pytest.raises(WorkerError, match=r"(?s)Fine-tuning failed.*2 processes.*run again"):
            run.result()
    (state,) = work.glob("training-*")
    with safe_open(state, framework="pt") as file:
        assert 0 < int(file.metadata()["step"]) < 100
    resumed = fine_tune(**arguments, options=options(batch_size=1, processes=2, **settings))
    whole = fine_tune(**arguments, options=options(batch_size=2, **settings))
    np.testing.assert_allclose(resumed.losses["loss"], whole.losses["loss"], rtol=1e-2)
    assert resumed.timestep_losses["samples"].tolist() == whole.timestep_losses["samples"].tolist()


def test_a_worker_by_itself_does_the_whole_job(arguments, tmp_path):
    pictures, work = arguments["pictures"], arguments["work"]
    lessons = [make_lesson("pictures", pictures, arguments["prompts"], arguments["faces"], 2)]
    folder = tmp_path / "job"
    DreamBoothJob(arguments["base"], lessons, "", options(), "key", work, work, "cpu").write(folder)
    read = read_job(folder)
    assert read.lessons[0].digest == lessons[0].digest
    assert (read.base, read.options, read.key, read.work.path) == (arguments["base"], options(), "key", work.path)
    dreambooth_worker.main(folder)
    arguments |= {"prior_pictures": []}
    expected = fine_tune(**arguments, options=options(batch_size=2))
    found = load_file(work.file("fine_tuned-key") / "unet" / "diffusion_pytorch_model.safetensors")
    for name, value in load_file(expected.folder / "unet" / "diffusion_pytorch_model.safetensors").items():
        assert torch.equal(found[name], value)


def test_a_worker_leaves_what_went_wrong(tmp_path):
    with pytest.raises(ValueError, match="too large"), working(tmp_path, torch.device("cpu")):
        raise ValueError("too large")
    assert (tmp_path / "failed-0.txt").read_text() == "ValueError: too large"
