import logging

import pytest

from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.requests import BlendRequest, EditError

BOY = "A young boy playing in a field, on a hill overlooking a green valley"
CONTROL = ControlOptions(cross_replace=0.7, self_replace=0.3, blend_local=False)


def plan(*entries, control=CONTROL, check=lambda source, edit: None):
    return plan_edits(list(entries), 64, SamplingOptions(seeds=(4, 5)), control, check)


def planned(**edit):
    found, aside = plan({"prompt": BOY, **edit})
    assert aside.empty
    return found.sources[0].edits[0]


def test_replacing_a_word_is_local_and_its_region_is_the_word():
    edit = planned(edit=BOY.replace("boy", "girl"))
    assert (edit.kind, edit.scope, edit.region, edit.name) == ("replace", "local", ("boy",), "boy → girl")
    assert (edit.cross_replace, edit.self_replace, edit.blend) == (0.7, 0.3, None)


def test_adding_words_is_a_global_refinement():
    edit = planned(edit="a watercolor painting of " + BOY)
    assert (edit.kind, edit.scope, edit.region, edit.shown) == ("refine", "global", (), ())


def test_a_weight_alone_reweights_the_source():
    edit = planned(weights={"green": -1.0})
    assert (edit.kind, edit.scope, edit.region, edit.prompt) == ("reweight", "local", ("green",), BOY)


def test_an_edit_can_be_of_several_kinds():
    edit = planned(edit=BOY.replace("boy", "girl"), weights={"field": 2.0}, kind="refine")
    assert edit.kind == "refine + reweight"
    assert planned(edit=BOY + " in winter", weights={"winter": 2.0}).scope == "global"


def test_articles_are_no_region():
    found, _ = plan({"prompt": "a tree on a hill", "edit": "an oak on a hill"}, {"prompt": "a car", "edit": "the car"})
    assert [source.edits[0].region for source in found.sources] == [("tree",), ("a",)]


def test_a_region_makes_an_added_word_local():
    edit = planned(edit=BOY + " with a hat", region="boy")
    assert (edit.scope, edit.region) == ("local", ("boy",))


def test_what_is_written_is_kept():
    edit = planned(edit=BOY.replace("green", "dry"), scope="global", name="drought", self_replace=0.9)
    assert (edit.scope, edit.name, edit.self_replace, edit.shown) == ("global", "drought", 0.9, ("green",))


def test_a_blend_takes_the_region_and_the_added_words():
    edit = planned(edit=BOY.replace("boy", "girl"), blend=True)
    assert edit.blend == BlendRequest(words=("boy", "girl"), start=0.2, threshold=0.3)
    assert planned(edit=BOY + " in winter", blend={"words": ["winter"], "start": 0.5}).blend == BlendRequest(
        words=("winter",), start=0.5, threshold=0.3
    )


def test_local_edits_can_be_blended_by_default():
    found, _ = plan(
        {"prompt": BOY, "edits": [BOY.replace("boy", "girl"), BOY + " in winter"]},
        {"prompt": BOY, "seeds": [1], "edit": BOY.replace("boy", "man"), "blend": False},
        control=ControlOptions(blend_local=True),
    )
    assert [edit.blend is not None for source in found.sources for edit in source.edits] == [True, False, False]


def test_entries_of_one_source_share_its_pictures():
    found, _ = plan(
        {"prompt": "a car", "edit": "a bus"},
        {"prompt": "a car", "edit": "a van"},
        {"prompt": "a car", "edit": "a van", "seeds": [9, 9]},
    )
    assert [(source.name, source.seeds) for source in found.sources] == [("source 1", (4, 5)), ("source 2", (9,))]
    assert [edit.name for source in found.sources for edit in source.edits] == [
        "car → bus",
        "car → van",
        "car → van (2)",
    ]


def test_what_cannot_be_made_is_set_aside_and_the_others_are_planned(caplog):
    def check(source, edit):
        if "unicorn" in edit.prompt:
            raise EditError("no unicorns")

    entries = [
        {"prompt": BOY, "edit": BOY + " with a unicorn"},
        {"prompt": BOY, "edit": BOY},
        {"prompt": BOY, "edit": "a car", "kind": "replace", "name": "car"},
        {"prompt": "a car", "edit": "a car in a street", "scope": "local"},
        {"prompt": "a car", "edit": "a bus", "name": "same"},
        {"prompt": "a car", "edit": "a van", "name": "same"},
        {"prompt": "a car", "edti": "a van"},
        {"prompt": "a car", "edit": "a bus in a street", "region": "wheel"},
    ]
    with caplog.at_level(logging.WARNING):
        found, aside = plan(*entries, check=check)
    assert [edit.name for source in found.sources for edit in source.edits] == ["same"]
    expected = ["no unicorns", "is empty", "14 and 2", "needs a region", "called 'same' too", "did you mean 'edit'"]
    expected += ["the region's word 'wheel' is not in the source prompt"]
    assert all(words in reason for words, reason in zip(expected, aside["reason"], strict=True))
    assert "entry 3 ('car')" in caplog.text


def test_nothing_left_is_an_error():
    with pytest.raises(EditError, match=r"none can be made. entry 1 \('a  Car'\): the edit is empty"):
        plan({"prompt": "a car", "edit": "a  Car"})
