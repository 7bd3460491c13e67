import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.embeddings import PromptEmbeddings
from likeness.diffusion.memory import GpuMemoryError
from likeness.diffusion.model import ModelError, open_model
from likeness.diffusion.sampling import generate
from likeness.personalise.checkpoint_choice import Validation
from likeness.personalise.dreambooth import fine_tune
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.training import DenoisingTraining

PROMPT, PRIOR = "a photo of sks man", "a photo of a man"
EVERYTHING = {"train_text_encoder": True, "ema_decay": 0.9, "snr_gamma": 5.0, "gradient_accumulation": 2}


def options(**changes):
    quick = {"steps": 9, "batch_size": 2, "learning_rate": 1e-3, "checkpoint_every": 3, "horizontal_flip": True}
    return DreamBoothOptions(**(quick | changes))


def weights(tuned):
    return {
        f"{file.parent.relative_to(tuned.folder)}/{name}": value
        for file in tuned.folder.rglob("*.safetensors")
        for name, value in load_file(file).items()
    }


def assert_same(first, second):
    expected, found = weights(first), weights(second)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert first.losses.drop(columns="seconds").equals(second.losses.drop(columns="seconds"))
    assert first.timestep_losses.equals(second.timestep_losses)


@pytest.fixture
def arguments(base, make_pictures):
    return {
        "base": base,
        "pictures": make_pictures(3),
        "prompts": PROMPT,
        "prior_pictures": make_pictures(4, seed=1),
        "prior_prompts": PRIOR,
        "device": "cpu",
    }


def test_a_model_is_fine_tuned_and_opens(arguments, work, base):
    tuned = fine_tune(**arguments, options=options(), work=work)
    assert tuned.losses.columns.tolist() == ["step", "loss", "prior_loss", "learning_rate", "seconds"]
    assert len(tuned.losses) == 9
    assert np.isfinite(tuned.losses).all(axis=None)
    assert tuned.timestep_losses["samples"].sum() == 9 * 2
    assert tuned.trained["part"].tolist() == ["unet"]
    assert tuned.trained["parameters"].tolist() == [sum(map(torch.Tensor.numel, weights(tuned).values()))]
    before, after = (
        np.asarray(next(generate(open_model(reference, device="cpu"), [PROMPT], [0], steps=2, guidance_scale=2.0)))
        for reference in (base, Checkpoint(tuned.folder, {"base_model": base}))
    )
    assert not np.array_equal(before, after)


def test_a_model_learns_its_pictures(arguments, work):
    arguments |= {"prior_pictures": [], "pictures": arguments["pictures"][:1]}
    tuned = fine_tune(**arguments, options=options(steps=80, learning_rate=2e-3, mixed_precision="no"), work=work)
    assert tuned.losses["loss"][-20:].mean() < 0.7 * tuned.losses["loss"][:5].mean()
    assert tuned.losses["prior_loss"].isna().all()


def test_a_face_weighs_on_the_loss_if_it_is_asked_to(arguments, new_work, work):
    arguments |= {"prior_pictures": [], "pictures": arguments["pictures"][:1]}
    heavy = options(steps=20, learning_rate=2e-3, mixed_precision="no", face_weight=1e6)
    corner = {"faces": [(0.0, 0.0, 0.5, 0.5)]}
    light = heavy.model_copy(update={"face_weight": 1.0})
    tuned = fine_tune(**arguments, **corner, options=heavy, work=work)
    everywhere = fine_tune(**arguments, **corner, options=light, work=new_work("everywhere"))
    unknown = fine_tune(**arguments, options=light, work=new_work("unknown"))
    assert everywhere.losses["loss"].equals(unknown.losses["loss"])
    assert not tuned.losses["loss"].equals(everywhere.losses["loss"])
    # A mean, as before.
    assert tuned.losses["loss"].iloc[0] == pytest.approx(everywhere.losses["loss"].iloc[0], rel=0.7)


@pytest.mark.parametrize(
    ("at", "changes"),
    [
        (1, EVERYTHING),
        (3, EVERYTHING),
        (8, EVERYTHING),
        (4, EVERYTHING | {"mixed_precision": "no"}),
        (4, {"mixed_precision": "bf16", "train_identifier": True}),
        (4, {"method": "lora", "warmup_steps": 4}),
        (5, {"train_identifier": True, "learning_rate_decay": "cosine"}),
    ],
)
def test_an_interrupted_training_ends_as_an_undisturbed_one(arguments, new_work, interrupted, at, changes):
    arguments |= {"options": options(**changes), "identifier": "sks"}
    undisturbed = fine_tune(**arguments, work=new_work("undisturbed"))
    resumed, steps = interrupted(lambda: fine_tune(**arguments, work=new_work("interrupted")), at)
    assert steps == list(range(at // 3 * 3, 9))
    assert_same(undisturbed, resumed)


def test_a_killed_training_ends_as_an_undisturbed_one(arguments, new_work, kill_training):
    arguments = {key: arguments[key] for key in ("base", "pictures", "prompts", "device")}
    arguments["options"] = options(steps=60, checkpoint_every=1)
    kill_training(fine_tune, started="training-*", **arguments)
    resumed = fine_tune(**arguments, work=new_work("killed"))
    assert_same(fine_tune(**arguments, work=new_work("undisturbed")), resumed)


def test_a_training_leaves_no_network_in_memory(arguments, work):
    def networks():
        return sum(type(one) is UNet2DConditionModel for one in gc.get_objects())

    gc.collect()
    before = networks()
    gc.disable()
    try:
        fine_tune(**arguments, options=options(steps=2), work=work)
        assert networks() == before
    finally:
        gc.enable()


def test_a_finished_training_returns_at_once(arguments, work, monkeypatch):
    first = fine_tune(**arguments, options=options(), work=work)
    monkeypatch.setattr("likeness.personalise.dreambooth.open_model", None)
    second = fine_tune(**arguments, options=options(), work=work)
    assert first.folder == second.folder
    assert_same(first, second)
    assert not list(work.path.glob("training-*"))


def test_whatever_changes_is_trained_anew(arguments, work, make_pictures):
    quick = options(steps=1)
    variants: list[dict[str, Any]] = [
        {},
        {"options": options(steps=1, seed=1)},
        {"prompts": "a picture of sks man"},
        {"pictures": make_pictures(3, seed=5)},
        {"prior_pictures": ()},
        {"prior_prompts": "a man"},
        {"faces": [(0.2, 0.2, 0.6, 0.6), None, None]},
    ]
    folders = {fine_tune(**({"options": quick} | arguments | change), work=work).folder for change in variants}
    assert len(folders) == len(variants)


def test_trainings_share_encoded_pictures(arguments, new_work):
    cache = new_work("latents")
    fine_tune(**arguments, options=options(steps=1), work=new_work("first"), cache=cache)
    made = sorted(cache.path.rglob("*.safetensors"))
    assert len(made) == 7
    fine_tune(**arguments, options=options(steps=2), work=new_work("second"), cache=cache)
    assert sorted(cache.path.rglob("*.safetensors")) == made


def test_each_picture_may_have_its_own_prompt(arguments, new_work, monkeypatch):
    prompts = ["a photo of sks man as a newborn baby", "a photo of sks man", "an old photo of sks man"]
    seen = []
    monkeypatch.setattr(
        "likeness.personalise.dreambooth_training.FrozenConditioning",
        lambda model, distinct: (
            seen.extend(distinct) or (lambda numbers: PromptEmbeddings(torch.zeros(len(numbers), 24, 32)))
        ),
    )
    fine_tune(**(arguments | {"prompts": prompts}), options=options(steps=1), work=new_work("a"))
    assert seen == [*prompts, PRIOR]


def test_a_prior_weight_of_zero_leaves_class_pictures_out(arguments, new_work):
    given = fine_tune(**arguments, options=options(steps=1, prior_weight=0.0), work=new_work("given"))
    without = {name: value for name, value in arguments.items() if not name.startswith("prior_")}
    alone = fine_tune(**without, options=options(steps=1), work=new_work("alone"))
    assert given.losses["prior_loss"].isna().all()
    assert given.losses["loss"].equals(alone.losses["loss"])


def test_the_moving_average_is_what_is_kept(arguments, new_work):
    last = fine_tune(**arguments, options=options(), work=new_work("last"))
    average = fine_tune(**arguments, options=options(ema_decay=0.99), work=new_work("average"))
    assert last.losses["loss"].equals(average.losses["loss"])
    one, other = weights(last), weights(average)
    assert not torch.equal(one["unet/conv_in.weight"], other["unet/conv_in.weight"])


def test_a_trained_identifier_is_known_when_the_checkpoint_is_opened(arguments, work, base):
    arguments |= {"prompts": "a photo of Sks7 man", "identifier": "Sks7"}
    tuned = fine_tune(**arguments, options=options(train_identifier=True, identifier_learning_rate=0.1), work=work)
    opened, before = open_model(Checkpoint(tuned.folder, {"base_model": base})), open_model(base)
    words = len(before.tokenizer)
    assert opened.tokenizer("a photo of Sks7 man")["input_ids"].count(words) == 1
    rows, old_rows = (one.text_encoder.get_input_embeddings().weight for one in (opened, before))
    assert torch.equal(rows[:words], old_rows)
    start = old_rows[before.tokenizer("Sks7", add_special_tokens=False)["input_ids"]].mean(dim=0)
    assert (rows[words] - start).norm() > 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pictures": []}, "pictures: there are none to fine-tune on"),
        ({"prompts": ["a", "b"]}, "pictures: 3 pictures but 2 prompts"),
        ({"prompts": " "}, "pictures: a prompt is empty"),
        ({"prior_prompts": ""}, "prior_pictures: a prompt is empty"),
        ({"faces": [None]}, "faces: 3 pictures but 1 faces"),
        ({"options": options(train_identifier=True)}, "identifier: train_identifier needs the one word"),
        ({"options": options(train_identifier=True), "identifier": "zwx"}, "lacks the identifier 'zwx'"),
    ],
)
def test_what_cannot_be_trained_on_is_named(arguments, work, change, message):
    with pytest.raises(ValueError, match=message):
        fine_tune(**({"options": options()} | arguments | change), work=work)


def test_an_unreadable_base_model_is_named(arguments, work, tmp_path):
    (tmp_path / "empty").mkdir()
    arguments |= {"base": BaseModel(str(tmp_path / "empty"))}
    with pytest.raises(ModelError, match="base_model"):
        fine_tune(**arguments, options=options(), work=work)


def test_a_prompt_too_long_is_named(arguments, work):
    arguments |= {"prompts": "a photo of sks man " * 9}
    with pytest.warns(UserWarning, match="longer than the 24 tokens"):
        fine_tune(**arguments, options=options(steps=1), work=work)


class Scorer:
    """Gives the scores planned for each step, and remembers what it was asked."""

    def __init__(self, scores: dict[int, float]) -> None:
        self.scores, self.steps, self.weights = scores, [], []

    def __call__(self, step: int, folder: Path) -> dict[str, float]:
        self.steps.append(step)
        self.weights.append({path.parent.name: load_file(path) for path in folder.rglob("*.safetensors")})
        return {"score": self.scores[step], "verified": 0.5}


RISING = {3: 0.1, 6: 0.2, 9: 0.4}


@pytest.mark.parametrize(
    "changes",
    [{"ema_decay": 0.5}, {"mixed_precision": "bf16", "train_identifier": True}, {"method": "lora"}],
)
def test_validating_changes_nothing_and_sees_what_would_be_the_result(arguments, new_work, tmp_path, changes):
    arguments |= {"options": options(**changes), "identifier": "sks"}
    scorer = Scorer(RISING)
    plain = fine_tune(**arguments, work=new_work("plain"))
    validated = fine_tune(**arguments, work=new_work("validated"), validation=Validation(3, None, scorer, ""))
    assert_same(plain, validated)
    assert validated.validation["step"].tolist() == scorer.steps == [3, 6, 9]
    assert validated.validation["kept"].tolist() == [False, False, True]
    np.testing.assert_allclose(validated.validation["loss"].iloc[1], plain.losses["loss"][3:6].mean(), rtol=1e-6)
    assert plain.validation.empty
    assert not list(tmp_path.glob("validated/key/validating-*"))


def test_the_best_checkpoint_is_kept_and_training_ends_when_none_gets_better(arguments, work):
    scorer = Scorer({2: 0.1, 4: 0.9, 6: 0.0, 8: 0.0})
    tuned = fine_tune(**arguments, options=options(), work=work, validation=Validation(2, 2, scorer, ""))
    assert scorer.steps == [2, 4, 6, 8]
    assert tuned.losses["step"].tolist() == list(range(1, 9))
    assert tuned.validation.loc[tuned.validation["kept"], "step"].tolist() == [4]
    assert all(torch.equal(value, weights(tuned)[f"unet/{name}"]) for name, value in scorer.weights[1]["unet"].items())
    another = Validation(2, 2, Scorer({2: 0.9, 4: 0.0, 6: 0.0}), "another judge")
    assert fine_tune(**arguments, options=options(), work=work, validation=another).folder != tuned.folder


@pytest.mark.parametrize("at", ["a step", "a validation"])
def test_an_interrupted_training_repeats_no_validation(arguments, new_work, monkeypatch, at):
    arguments |= {"options": options(checkpoint_every=2)}
    undisturbed = fine_tune(**arguments, work=new_work("a"), validation=Validation(3, None, Scorer(RISING), ""))
    original, first = DenoisingTraining.step, Scorer(RISING)

    def step(training):
        if training.state.step == 7:
            raise InterruptedError
        original(training)

    if at == "a step":
        monkeypatch.setattr(DenoisingTraining, "step", step)
    else:
        first.scores = {3: first.scores[3]}
    with pytest.raises((InterruptedError, KeyError)):
        fine_tune(**arguments, work=new_work("b"), validation=Validation(3, None, first, ""))
    monkeypatch.undo()
    second = Scorer(RISING)
    resumed = fine_tune(**arguments, work=new_work("b"), validation=Validation(3, None, second, ""))
    assert second.steps == ([9] if at == "a step" else [6, 9])
    assert_same(undisturbed, resumed)
    assert resumed.validation.equals(undisturbed.validation)


def test_several_processes_do_not_validate(arguments, work, monkeypatch):
    monkeypatch.setattr("likeness.personalise.dreambooth.process_count", lambda *_: 2)
    with pytest.raises(ValueError, match="Set processes: 1"):
        fine_tune(**arguments, options=options(), work=work, validation=Validation(3, None, Scorer(RISING), ""))


def full_from(step, monkeypatch):
    """Let memory run out in the UNet from so many calls on."""
    calls, forward = [], UNet2DConditionModel.forward

    def unet(self, *args, **kwargs):
        calls.append(True)
        if len(calls) > step:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return forward(self, *args, **kwargs)

    monkeypatch.setattr(UNet2DConditionModel, "forward", unet)


def test_full_memory_names_what_to_change_and_keeps_the_saved_state(arguments, new_work, work, monkeypatch):
    undisturbed = fine_tune(**arguments, options=options(), work=new_work("another"))
    with monkeypatch.context() as full:
        full_from(7, full)
        with pytest.raises(GpuMemoryError, match=r"in fine_tuning with batch_size: 2, method: full.*A state .* stays"):
            fine_tune(**arguments, options=options(), work=work)
    [state] = [file.name for file in work.path.iterdir() if file.is_file()]
    assert state.startswith("training-")
    assert_same(fine_tune(**arguments, options=options(), work=work), undisturbed)


def test_a_resolution_between_latents_is_refused(arguments, work):
    with pytest.raises(ValueError, match="resolution 33 must be a multiple of"):
        fine_tune(**arguments, options=options(resolution=33), work=work)
