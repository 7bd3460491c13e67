"""The whole pipeline on a tiny model: what it leaves, what it never does twice, and what it refuses."""

import json

import numpy as np
import pytest
from PIL import Image

from likeness.metrics.attributes import Attribute
from likeness.metrics.probe import Probe, ProbeDesign, ProbeError, save_probe
from likeness.pipelines.prompt_edit.requests import EditError

pytestmark = pytest.mark.slow

# Two sources with two seeds and one, of three edits and one; and a photograph.
EDITS_AND_SEEDS = 3 * 2 + 1 + 1


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(int)


def test_every_picture_says_how_it_was_made(project):
    manifest = project.manifest("edited_images")
    counts = manifest["variant"].value_counts().to_dict()
    assert counts == {"source": 4, "photo": 1} | dict.fromkeys(
        ("controlled", "uncontrolled", "unchanged"), EDITS_AND_SEEDS
    )
    for row in manifest.to_dict(orient="records"):
        with Image.open(project.newest("edited_images") / row["file"]) as image:
            assert image.size == (64, 64)
            assert image.text["parameters"].startswith(f"{row['prompt']}\nSteps: 2, Sampler: ")
            made = json.loads(image.text["likeness"])
            assert {name: str(made[name]) for name in ("edit", "variant", "seed")} == {
                name: str(row[name]) for name in ("edit", "variant", "seed")
            }


def test_scores_have_one_row_an_edit_seed_and_variant(project):
    scores = project.table("edit_scores")
    assert len(scores) == 3 * EDITS_AND_SEEDS
    assert not scores.duplicated(["edit", "seed", "variant"]).any()
    wanted = ["edit", "kind", "scope", "seed", "variant", "ssim", "psnr", "background_ssim", "background_psnr"]
    assert {*wanted, "asked_change_read", "source_model"} <= set(scores.columns)
    assert scores[["ssim", "psnr", "structure_distance"]].notna().all(axis=None)
    assert scores["mask_share"].notna().equals(scores["scope"] == "local")
    assert scores.loc[scores["edit"] == "photo", "photo_psnr"].notna().all()
    assert scores["photo_psnr"].notna().sum() == 3
    assert (scores["ssim_size"] == 64).all()


def test_the_unchanged_prompt_under_control_gives_the_source(project):
    scores = project.table("edit_scores")
    generated = scores[(scores["variant"] == "unchanged") & (scores["edit"] != "photo")]
    assert (generated["psnr"] > 48).all()  # no value off by more than 1


def test_a_weight_alone_is_uncontrolled_the_source_itself(project):
    scores = project.table("edit_scores").set_index(["edit", "variant"])
    assert (scores.loc[("less young", "uncontrolled"), "psnr"] == 100).all()
    assert (scores.loc[("less young", "controlled"), "psnr"] < 60).all()


def test_masks_are_the_same_for_every_variant_and_recorded(project):
    scores, masks = project.table("edit_scores"), project.manifest("edit_masks")
    local = scores[scores["scope"] == "local"]
    assert (local.groupby(["edit", "seed"])["mask_share"].nunique() == 1).all()
    assert len(masks) == len(local) / 3
    assert (local["mask_threshold"] == 0.9).all()
    for row in masks.to_dict(orient="records"):
        white = pixels(project.newest("edit_masks") / row["file"]) > 127
        assert white.shape == (64, 64)
        assert white.mean() == pytest.approx(float(row["share"]))


def test_the_comparison_and_the_sheets(project):
    table = project.table("edit_comparison").set_index(["edits", "measure"])
    scores = project.table("edit_scores")
    means = scores[scores["edit"] == "forest"].groupby("variant")["ssim"].mean()
    assert table.loc[("forest", "ssim"), "controlled"] == pytest.approx(means["controlled"])
    assert table.loc[("forest", "ssim"), "pictures"] == 2
    for name in ("edit_sheet", "photo_edit_sheet", "edit_sweep_sheet"):
        with Image.open(project.newest(f"{name}.png")) as sheet:
            assert sheet.width > 800


def test_photographs_are_measured_before_they_are_edited(project):
    table = project.table("photo_reconstructions").set_index("method")
    assert list(table.index) == ["direct", "ddim"]
    assert table.loc["direct", "reconstruction_psnr"] == pytest.approx(table.loc["direct", "round_trip_psnr"])


def test_sweeps(project):
    sweep = project.table("edit_sweep_scores")
    assert sweep.groupby("edit").size().to_dict() == {"woman": 2, "forest": 4}
    assert sweep.loc[sweep["word"] == "woman", "weight"].tolist() == [0, 2]
    assert sweep["ssim"].between(-1, 1).all()


def test_a_second_run_repeats_nothing(project):
    before, scores = project.finished(), project.newest("edit_scores.csv")
    project.run()
    assert project.finished() == before
    assert project.newest("edit_scores.csv") != scores
    assert project.newest("edit_scores.csv").read_bytes() == scores.read_bytes()


def test_another_edit_draws_only_what_is_missing_and_a_threshold_nothing(project):
    before = project.finished()
    first, second, _ = project.entries
    project.write([first, {**second, "seeds": [7, 8]}])
    project.run()
    new = project.finished().keys() - before.keys()
    assert before.items() <= project.finished().items()
    assert sum("edits/" in file and "attention" not in file for file in new) == 4
    drawn = project.finished()
    project.run({"prompt_edit": {"scoring": {"mask_threshold": 0.6}}})
    assert {file.split("/")[0] for file in project.finished().keys() - drawn.keys()} == {"edit_masks"}
    assert (project.table("edit_scores")["mask_threshold"].dropna() == 0.6).all()


def test_a_picture_lost_is_drawn_again_and_no_other(project):
    project.write(project.entries)
    project.run()
    before = project.finished()
    [lost] = [file for file in before if "/woman-controlled-seed_1" in file]
    picture = project.work / lost
    before_it_was_lost = pixels(picture)
    picture.unlink()
    project.run()
    after = project.finished()
    assert after.keys() == before.keys()
    assert {file for file in after if after[file] != before[file]} == {lost}
    assert np.abs(pixels(picture) - before_it_was_lost).max() <= 1


def test_edits_that_cannot_be_made_are_named_and_the_others_made(project):
    long = "a very " * 30 + "old man"
    project.write(
        [
            {"prompt": "a man", "edits": ["a woman", {"edit": "an old woman", "kind": "replace"}, {"edit": long}]},
            {"prompt": "a man", "edit": "a boy", "blend": "hat"},
            {"prompt": "a man", "weights": {"hat": 2}},
            {"prompt": "a man", "edit": "a boy", "cross_replace": {"hat": 0.5}},
            {"prompt": "a man", "edit": "a boy", "sweep_weights": {"hat": [1]}},
            {"prompt": "a man", "edit": "a boy", "blend": {"mask": str(project.folder / "photo.png")}},
            {"prompt": "a man", "photo": "nowhere.png", "edit": "a boy"},
            {"prompt": "a man", "photo": str(project.edits), "edit": "a boy"},
        ]
    )
    project.run(to_nodes=["plan_prompt_edits"])
    aside = project.table("edits_set_aside")
    expected = [
        "replace needs prompts of as many words",
        "tokens and the text encoder takes 24",
        "the blend's word 'hat' is in neither prompt",
        "'hat' is not in the prompt",
        "'hat' is not in the prompt",
        "'hat' is not in the prompt",
        "has 96 × 72 pixels, the pictures have 64 × 64",
        "nowhere.png cannot be opened: no such file",
        "not a picture",
    ]
    assert len(aside) == len(expected)
    for words, reason in zip(expected, aside["reason"], strict=True):
        assert words in reason
    assert aside["edit"].iloc[2] == "entry 2 ('a boy')"
    plan = json.loads(project.newest("edit_plan.json").read_text())
    assert [edit["name"] for source in plan["sources"] for edit in source["edits"]] == ["man → woman"]
    project.write(project.entries)


@pytest.mark.parametrize(
    ("sampling", "message"),
    [
        ({"scheduler": "EulerAncestralDiscreteScheduler"}, r"prompt_edit.sampling: .*adds noise"),
        ({"scheduler": "EulerScheduler"}, "diffusers has no scheduler 'EulerScheduler'"),
        ({"resolution": 60}, "must be multiples of 8"),
    ],
)
def test_what_all_edits_share_is_checked_before_anything_is_drawn(project, sampling, message):
    with pytest.raises(EditError, match=message):
        project.run({"prompt_edit": {"sampling": sampling}})


def test_the_probe_is_the_one_named_as_for_avatar(project):
    attributes = (Attribute(name="glasses", kind="flag", values=(False, True)),)
    save_probe(
        project.folder / "probe", Probe(ProbeDesign(size=16, channels=(4, 8), blocks=(1, 1), attributes=attributes))
    )
    reading = {"prompt_edit": {"scoring": {"read": True}}}
    glasses, sex = (
        {"name": str(asks), "edit": "a woman", "asks": asks} for asks in ({"glasses": True}, {"sex": "man"})
    )
    project.write([{"prompt": "a man", "edits": [glasses, sex], "seeds": [0]}])
    project.run(reading | {"probe": str(project.folder / "probe")})
    assert "the probe reads no 'sex', only glasses" in project.table("edits_set_aside")["reason"].item()
    assert project.table("edit_scores")["asked_change_read"].isin([True, False]).all()
    with pytest.raises(ProbeError, match=r"There is no probe in .*nowhere"):
        project.run(reading | {"probe": "nowhere"}, to_nodes=["plan_prompt_edits"])
    project.write(project.entries)


def test_sdxl_goes_from_end_to_end(new_project, tiny_xl_model):
    """Words replaced and weighed, a blend, and a photograph, by every way of inversion."""
    project = new_project(tiny_xl_model)
    man = "a photo of a young man in a forest"
    edits = [
        {"name": "woman", "edit": man.replace("man", "woman"), "blend": True},
        {"name": "less young", "weights": {"young": -1}},
        {"name": "unweighed", "weights": {"young": 1.0}},
    ]
    photo = {"photo": "photo.png", "prompt": "a portrait of a man", "edit": "a portrait of a woman", "name": "photo"}
    project.write([{"prompt": man, "edits": edits, "seeds": [3]}, photo])
    project.run({"prompt_edit": {"photos": {"method": "null_text", "compared": ["direct", "ddim", "negative_prompt"]}}})
    scores = project.table("edit_scores").set_index(["edit", "variant"])
    assert len(scores) == 3 * 4
    unchanged = scores.loc[[(name, "unchanged") for name in ("woman", "less young", "unweighed")], "psnr"]
    assert (unchanged > 48).all()  # no value off by more than 1
    assert scores.loc[("unweighed", "controlled"), "psnr"] > 48
    assert scores.loc[("less young", "controlled"), "psnr"] < 60
    assert scores.loc[("photo", "controlled"), "photo_psnr"] > 0
    inverted = project.table("photo_reconstructions").set_index("method")
    assert list(inverted.index) == ["null_text", "direct", "ddim", "negative_prompt"]
    assert inverted.loc["direct", "reconstruction_psnr"] == pytest.approx(inverted.loc["direct", "round_trip_psnr"])
    for name in ("edit_sheet", "photo_edit_sheet"):
        with Image.open(project.newest(f"{name}.png")) as sheet:
            assert sheet.width > 800
