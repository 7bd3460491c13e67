import json

import pytest
from PIL import Image

from likeness.datasets import BaseModel
from likeness.diffusion import sampling
from likeness.drawing import drawer
from likeness.pipelines.avatar.drawing import draw_pictures, no_pictures
from likeness.pipelines.avatar.nodes import draw_class_pictures
from likeness.pipelines.avatar.options import (
    AgePrompt,
    ClassPictureOptions,
    FineTuningOptions,
    PortraitOptions,
    SitterOptions,
)
from likeness.pipelines.avatar.prompts import class_requests, portrait_requests

AGES = (AgePrompt(label="child", years=5, prompt="a child"), AgePrompt(label="adult", years=40, prompt="a man"))
OPTIONS = PortraitOptions(
    ages=AGES, template="a photo of {model} as {age_prompt}", pictures_per_age=2, steps=2, batch_size=3
)
REQUESTS = portrait_requests(SitterOptions(), OPTIONS)


@pytest.fixture
def draw(tiny_model, tmp_path):
    def run(options=OPTIONS, requests=REQUESTS):
        return draw_pictures(BaseModel(str(tiny_model)), "child_01", requests, options, str(tmp_path / "work"))

    return run


@pytest.fixture
def opened(monkeypatch):
    """How often a model was opened."""
    calls = []
    open_model = drawer.open_model
    monkeypatch.setattr(drawer, "open_model", lambda model, device: calls.append(model) or open_model(model))
    return calls


def test_portraits_say_how_they_were_made(draw):
    portraits = draw()
    assert portraits.manifest["age"].tolist() == [0, 0, 1, 1]
    assert set(portraits.manifest["model"]) == {"child_01"}
    for row, image in portraits:
        assert image.size == (row["width"], row["height"]) == (64, 64)
        with Image.open(f"{portraits.root}/{row['file']}") as stored:
            assert stored.text["parameters"].startswith(f"{row['prompt']}\nSteps: 2, Sampler: DPM++ 2M")
            assert f"Seed: {row['seed']}" in stored.text["parameters"]
            assert json.loads(stored.text["likeness"])["model"] == "child_01"
            assert stored.text["Source"] == "generated"


def test_pictures_that_are_there_are_not_drawn_again(draw, opened):
    first = draw()
    assert draw().digest == first.digest
    assert len(opened) == 1
    more = draw(requests=portrait_requests(SitterOptions(), OPTIONS.model_copy(update={"pictures_per_age": 3})))
    assert len(opened) == 2
    assert len(more) == 6
    assert set(first.manifest["sha256"]) <= set(more.manifest["sha256"])


def test_drawing_more_quickly_draws_nothing_again(draw, opened, monkeypatch):
    ways = []
    accelerated = sampling.accelerated
    monkeypatch.setattr(sampling, "accelerated", lambda model, how: ways.append(how) or accelerated(model, how))
    quick = OPTIONS.model_copy(update={"acceleration": "kernels"})
    assert draw(quick).digest == draw().digest
    assert set(ways) == {"kernels"}
    assert len(opened) == 1


def test_a_picture_does_not_depend_on_what_it_is_drawn_with(draw, tmp_path):
    alone = draw(requests=REQUESTS.tail(1))
    (tmp_path / "work").rename(tmp_path / "elsewhere")
    together = draw()
    assert together.manifest["sha256"].iloc[-1] == alone.manifest["sha256"].iloc[0]


def test_other_settings_draw_other_pictures(draw):
    first, second = draw(), draw(OPTIONS.model_copy(update={"guidance_scale": 1.0}))
    assert first.root != second.root
    assert not set(first.manifest["sha256"]) & set(second.manifest["sha256"])


def test_class_pictures(draw):
    requests = class_requests(SitterOptions(class_word="woman"), ClassPictureOptions(seed=7), 3)
    assert requests["prompt"].unique().tolist() == ["a photo of a woman"]
    assert requests["seed"].tolist() == [7, 8, 9]
    assert len(draw(ClassPictureOptions(steps=1), requests)) == 3


def test_no_pictures(tmp_path):
    assert len(no_pictures(str(tmp_path))) == 0


def test_the_batch_size_redraws_nothing(draw, opened):
    draw()
    draw(OPTIONS.model_copy(update={"batch_size": 1}))
    assert len(opened) == 1


def test_withheld_pictures_are_in_the_manifest_and_no_class_pictures(checked_model, tmp_path):
    folder, work = BaseModel(str(checked_model(-2.0))), str(tmp_path / "work")
    checked = OPTIONS.model_copy(update={"safety_checker": True})
    assert draw_pictures(folder, "child_01", REQUESTS, checked, work).manifest["withheld"].tolist() == [True] * 4
    assert "withheld" not in draw_pictures(folder, "child_01", REQUESTS, OPTIONS, work).manifest
    made = draw_class_pictures(
        folder,
        SitterOptions(),
        ClassPictureOptions(steps=1, batch_size=2, safety_checker=True),
        FineTuningOptions(class_pictures=2, prior_weight=1.0),
        work,
    )
    assert len(made) == 0
