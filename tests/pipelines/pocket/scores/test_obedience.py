import numpy as np
import pytest

from likeness.datasets import Checkpoint
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.held_out import HeldOut
from likeness.pipelines.pocket.scores.obedience import (
    Prompts,
    held_out_prompts,
    load_caption_writer,
    obedience_scores,
)

OPTIONS = ReportOptions(resamples=20)


def prompts_of(held_out, said):
    shown = held_out.shown[: len(said)]
    hidden = {name: shown[name].where([name in names for names in said]) for name in shown}
    return Prompts([f"prompt {place}" for place in range(len(said))], said, shown.assign(**hidden))


def test_only_what_is_said_is_asked_for(held_out, probe):
    prompts = prompts_of(held_out, [frozenset({"tint"})] * 10 + [frozenset({"tint", "age_years"})] * 10)
    rows = {
        (r.measure, r.group): r for r in obedience_scores(prompts, held_out.pictures[:20], held_out, probe, OPTIONS)
    }
    assert rows["obedience", "tint"].count == 20
    assert rows["obedience", "age_years"].count == 10
    # The pictures drawn are the synthetic ones themselves.
    assert rows["obedience_ratio", "all"].value == 1
    assert rows["obedience", "all"].value == rows["obedience_of_synthetic", "all"].value


def test_disobedience_shows(held_out, probe):
    prompts = prompts_of(held_out, [frozenset({"tint", "age_years"})] * 20)
    drawn = held_out.pictures[:20].copy()
    drawn[:10] = drawn[:10, ..., ::-1]
    rows = {(r.measure, r.group): r.value for r in obedience_scores(prompts, drawn, held_out, probe, OPTIONS)}
    assert rows["obedience_ratio", "tint"] == pytest.approx(0.5, abs=0.1)
    assert rows["obedience_ratio", "age_years"] > 0.8


def test_prompts_are_captions_of_the_held_out_pictures(held_out, captions):
    made_with = {"pictures": 3, "seed": 7}
    images = Checkpoint(held_out, {"held_out_shards": [0, 1], "options": made_with})
    options = ReportOptions(captions=captions, prompts=5)
    prompts = held_out_prompts(images, held_out, options)
    write = load_caption_writer(captions)
    assert prompts.texts == [caption.text for caption in write(range(5), seed=7)]
    assert prompts.seeds(3) == [3, 4, 5, 6, 7]
    assert prompts.says("colour").all()
    assert not prompts.says("tint").any()
    # The stand-in says nothing of what these pictures show.
    assert prompts.shown.isna().all().all()
    assert len(held_out_prompts(images, held_out, options.model_copy(update={"prompts": 1000}))) == 6


def test_cells_stay_where_they_are_said(held_out, captions):
    coloured = HeldOut(held_out.pictures, held_out.shown.assign(colour="red"), held_out.read, held_out.groups)
    images = Checkpoint(held_out, {"held_out_shards": [0], "options": {"pictures": 4, "seed": 0}})
    prompts = held_out_prompts(images, coloured, ReportOptions(captions=captions))
    assert prompts.shown["colour"].tolist() == ["red"] * 4
    assert prompts.shown["age_years"].isna().all()
    assert np.isfinite(coloured.shown["age_years"]).all()


@pytest.mark.parametrize("name", ["nowhere:captions", "likeness.metrics.probe:nothing", "no module"])
def test_a_writer_that_is_not_there_is_named(name):
    with pytest.raises(ValueError, match=f"Parameter captions: '{name}' cannot be imported"):
        load_caption_writer(name)
