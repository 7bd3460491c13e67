import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import ModelError
from likeness.diffusion.sampling import generate
from likeness.personalise import inversion_worker
from likeness.personalise.embedding_files import read_embedding
from likeness.personalise.embedding_insertion import open_with_embedding
from likeness.personalise.inversion_job import InversionJob
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.textual_inversion import learn_embedding

EVERYTHING = {"vectors": 3, "ema_decay": 0.9, "snr_gamma": 5.0, "gradient_accumulation": 2, "horizontal_flip": True}


def options(**changes):
    quick = {"steps": 8, "batch_size": 2, "checkpoint_every": 3, "validation_samples": 4}
    quick |= {"initialiser": "man", "learn": "object"}
    return TextualInversionOptions(**(quick | changes))


def assert_same(first, second):
    assert torch.equal(first.embedding.vectors, second.embedding.vectors)
    assert first.losses.drop(columns="seconds").equals(second.losses.drop(columns="seconds"))
    assert first.timestep_losses.equals(second.timestep_losses)
    assert first.validation.equals(second.validation)
    assert first.checkpoints.keys() == second.checkpoints.keys()
    for step, path in first.checkpoints.items():
        assert torch.equal(read_embedding(path).vectors, read_embedding(second.checkpoints[step]).vectors)


@pytest.fixture
def arguments(base, make_pictures):
    return {
        "base": base,
        "pictures": make_pictures(3),
        "held_out": make_pictures(2, seed=1),
        "placeholder": "<Cézanne>",
        "device": "cpu",
    }


def test_an_embedding_is_learned_and_opens(arguments, work, base):
    learned = learn_embedding(**arguments, options=options(vectors=2, learning_rate=0.05), work=work)
    assert learned.losses.columns.tolist() == ["step", "loss", "learning_rate", "seconds"]
    assert learned.losses["learning_rate"].tolist() == pytest.approx([0.1] * 8)
    assert np.isfinite(learned.losses).all(axis=None)
    assert learned.timestep_losses["samples"].sum() == 8 * 2
    assert learned.validation["step"].tolist() == [0, 3, 6, 8]
    assert list(learned.checkpoints) == [3, 6, 8]
    kept = learned.validation.loc[learned.validation["kept"]].iloc[0]
    assert kept["validation_loss"] == learned.validation["validation_loss"][1:].min()
    assert torch.equal(read_embedding(learned.checkpoints[kept["step"]]).vectors, learned.embedding.vectors)
    assert learned.embedding.vectors.shape == (2, 32)
    model = open_with_embedding(base, learned.folder, device="cpu")
    with_it, without = (
        np.asarray(next(generate(model, [prompt], [0], steps=2, guidance_scale=2.0)))
        for prompt in ("a man by <Cézanne>", "a man by a man")
    )
    assert not np.array_equal(with_it, without)


def test_what_the_pictures_share_is_learned(arguments, work):
    """The tiny model's text matters little to its pictures: the loss falls slowly but surely."""
    arguments |= {"pictures": arguments["pictures"][:1], "held_out": arguments["pictures"][:1]}
    many = options(steps=60, learning_rate=0.1, checkpoint_every=20, vectors=4, mixed_precision="no")
    losses = learn_embedding(**arguments, options=many, work=work).validation["validation_loss"]
    assert losses.is_monotonic_decreasing
    assert losses.iloc[-1] < losses.iloc[0] - 1e-3


@pytest.mark.parametrize(
    ("at", "changes"),
    [(1, EVERYTHING), (3, EVERYTHING), (7, EVERYTHING), (4, {"initialiser": None, "warmup_steps": 4})],
)
def test_an_interrupted_training_ends_as_an_undisturbed_one(arguments, new_work, interrupted, at, changes):
    arguments |= {"options": options(**changes)}
    undisturbed = learn_embedding(**arguments, work=new_work("undisturbed"))
    work, done = new_work("interrupted"), []
    resumed, steps = interrupted(
        lambda: learn_embedding(**arguments, work=work),
        at,
        lambda: done.extend(sorted(path.name for path in work.path.glob("learning-*/step_*"))),
    )
    assert done == [f"step_{step:06d}.safetensors" for step in (3, 6) if step <= at]
    assert steps == list(range(at // 3 * 3, 8))
    assert_same(undisturbed, resumed)
    assert not list(work.path.glob("learning-*"))


def test_a_killed_training_ends_as_an_undisturbed_one(arguments, new_work, kill_training):
    arguments = {key: arguments[key] for key in ("base", "pictures", "placeholder", "device")}
    arguments["options"] = options(steps=60, checkpoint_every=1)
    kill_training(learn_embedding, started="learning-*/state*", **arguments)
    resumed = learn_embedding(**arguments, work=new_work("killed"))
    assert_same(learn_embedding(**arguments, work=new_work("undisturbed")), resumed)


def test_two_processes_learn_what_one_does_with_twice_the_batch(arguments, tmp_path):
    """Same losses, validation and vectors, with two batches a step and a learning rate for as many pictures."""
    settings = EVERYTHING | {"mixed_precision": "no"}
    one, two = (
        learn_embedding(
            **arguments,
            options=options(batch_size=4 // processes, processes=processes, **settings),
            work=WorkFolder(tmp_path, f"{processes}", "key"),
        )
        for processes in (1, 2)
    )
    for table in ("losses", "timestep_losses", "validation"):
        expected, found = (getattr(learned, table).drop(columns="seconds", errors="ignore") for learned in (one, two))
        pd.testing.assert_frame_equal(found, expected, rtol=1e-5)
    assert one.checkpoints.keys() == two.checkpoints.keys()
    for step, path in one.checkpoints.items():
        vectors = read_embedding(two.checkpoints[step]).vectors
        torch.testing.assert_close(vectors, read_embedding(path).vectors, rtol=0, atol=1e-5)
    assert not list((tmp_path / "2").rglob("job-*")) + list((tmp_path / "2").rglob("learning-*"))


def test_a_worker_by_itself_does_the_whole_job(arguments, work, tmp_path):
    expected = learn_embedding(**arguments, options=options(), work=WorkFolder(tmp_path, "expected", "key"))
    given = [arguments[name] for name in ("base", "pictures", "held_out", "placeholder")]
    InversionJob(*given, options(), "key", work, work, "cpu").write(tmp_path / "job")
    inversion_worker.main(tmp_path / "job")
    assert torch.equal(read_embedding(work.file("embedding-key")).vectors, expected.embedding.vectors)


def test_a_finished_training_returns_at_once(arguments, work, monkeypatch):
    first = learn_embedding(**arguments, options=options(), work=work)
    monkeypatch.setattr("likeness.personalise.textual_inversion.open_model", None)
    second = learn_embedding(**arguments, options=options(), work=work)
    assert first.folder == second.folder
    assert_same(first, second)


def test_whatever_changes_is_learned_anew(arguments, work, make_pictures):
    quick = options(steps=1)
    variants: list[dict[str, Any]] = [
        {},
        {"options": options(steps=1, seed=1)},
        {"pictures": make_pictures(3, seed=5)},
        {"held_out": ()},
        {"placeholder": "<paul>"},
    ]
    folders = {learn_embedding(**({"options": quick} | arguments | change), work=work).folder for change in variants}
    assert len(folders) == len(variants)
    assert all((folder / "learned_embeds.safetensors").is_file() for folder in folders)


def test_one_spelling_in_both_normal_forms_is_one_training(arguments, work):
    first = learn_embedding(**arguments, options=options(steps=1), work=work)
    decomposed = learn_embedding(
        **(arguments | {"placeholder": "<Ce\u0301zanne>"}), options=options(steps=1), work=work
    )
    assert first.folder == decomposed.folder


def test_without_held_out_pictures_the_last_is_kept(arguments, work):
    learned = learn_embedding(**(arguments | {"held_out": ()}), options=options(), work=work)
    assert learned.validation["kept"].tolist() == [False, False, False, True]
    assert learned.validation["validation_loss"].isna().all()


def test_training_stops_when_it_has_passed_its_best(arguments, work):
    wild = options(steps=60, checkpoint_every=2, patience=2, learning_rate=20.0, max_gradient_norm=1e9)
    learned = learn_embedding(**arguments, options=wild, work=work)
    kept = int(learned.validation["kept"].to_numpy().argmax())
    assert len(learned.losses) < 60
    assert len(learned.validation) == kept + 3
    assert len(learned.losses) == learned.validation["step"].iloc[-1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pictures": []}, "pictures: there are none to learn from"),
        ({"placeholder": "my style"}, "placeholder: 'my style' is not one word"),
        ({"placeholder": "man"}, "placeholder: 'man' already is a token"),
        ({"placeholder": "<梵高>"}, "placeholder: '<梵高>' has letters"),
        ({"options": options(initialiser="old man")}, "initialiser: 'old man' is 2 tokens"),
        ({"options": options(vectors=30)}, r"vectors and templates: with 30 vectors .* 24\. Use fewer"),
        ({"options": options(learning_rate=1e38)}, "learning_rate: at 2e.38 a step the vectors grew out of bounds"),
    ],
)
def test_what_cannot_be_learned_is_named(arguments, work, change, message):
    finished = learn_embedding(**arguments, options=options(steps=1), work=work)
    with pytest.raises(ValueError, match=message):
        learn_embedding(**({"options": options()} | arguments | change), work=work)
    assert torch.equal(read_embedding(finished.folder).vectors, finished.embedding.vectors)


def test_an_unreadable_base_model_is_named(arguments, work, tmp_path):
    (tmp_path / "empty").mkdir()
    arguments |= {"base": BaseModel(str(tmp_path / "empty"))}
    with pytest.raises(ModelError, match="base_model"):
        learn_embedding(**arguments, options=options(), work=work)


def test_the_base_model_stays_as_it_is(arguments, work, base, tmp_path):
    copied = BaseModel(shutil.copytree(base.source, tmp_path / "model").as_posix())
    before = copied.digest
    learn_embedding(**(arguments | {"base": copied}), options=options(steps=1), work=work)
    assert BaseModel(copied.source).digest == before
