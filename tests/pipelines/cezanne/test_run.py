"""The whole pipeline on a tiny model: what it leaves, what it never does twice, and what a study of one's own does."""

import json
import logging
import shutil

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from PIL import Image
from safetensors.torch import load_file

from .conftest import save_classes, save_textures

pytestmark = pytest.mark.slow

JUDGES = ["efficientnet_lite0", "efficientnet_lite0 without 2, 3"]
SETS = ["TISD1", "TISD1_control", "TISD2", "TISD2_control"]


def test_all_classes_are_cleaned_and_split(project):
    originals, cleaned = project.manifest("paintings"), project.manifest("clean_paintings")
    assert cleaned["class"].value_counts().to_dict() == {"0": 6, "1": 6, "2": 5, "3": 5, "4": 6}
    assert set(cleaned["source"]) == set(originals["file"])
    assert set(cleaned["split"]) == {"train", "validation"}
    with Image.open(project.newest("clean_paintings") / cleaned["file"].iloc[0]) as image:
        assert (image.size, image.mode) == ((64, 64), "L")
    balance = project.table("class_balance").set_index("class")
    assert (balance["train"] + balance["validation"]).equals(balance["kept"])
    assert len(project.table("cleaning_report")) == len(originals)


def test_plain_pictures_say_how_they_were_made(project):
    drawn = project.manifest("generated_classes")
    assert drawn.groupby("class")["guidance_scale"].unique().map(sorted).to_dict() == {"2": [8], "3": [0, 1]}
    row = drawn.iloc[0]
    with Image.open(project.newest("generated_classes") / row["file"]) as image:
        assert image.text["parameters"].startswith(f"{row['prompt']}\nSteps: 1, Sampler: DPM++ 2M")
        assert json.loads(image.text["likeness"])["seed"] == row["seed"]


def test_the_style_is_learned_from_training_pictures_and_exported_twice(project):
    folder = project.newest("style_embedding")
    assert (folder / "learned_embeds.safetensors").is_file()
    assert (folder / "cezanne.safetensors").is_file()
    made_from = json.loads((folder / "checkpoint.json").read_text())["made_from"]
    cleaned = project.manifest("clean_paintings")
    own = cleaned[cleaned["class"] == "0"]["split"].value_counts()
    assert (made_from["pictures"], made_from["held_out"]) == (own["train"], own["validation"])
    validation = project.table("inversion_validation")
    assert validation["kept"].sum() == 1
    assert validation["validation_loss"].notna().all()
    previews = project.manifest("inversion_previews")
    assert previews["step"].tolist() == [1, 1, 2, 2]


def test_every_picture_has_a_control_of_the_same_prompt_and_seed(project):
    pictures = project.manifest("inversion_paintings")
    assert pictures["set"].drop_duplicates().tolist() == SETS
    learned, control = (pictures[pictures["variant"] == variant] for variant in ("learned", "control"))
    assert learned["seed"].tolist() == control["seed"].tolist()
    plain = [prompt.replace("<Cézanne>", "old") for prompt in learned["prompt"]]
    assert plain == control["prompt"].tolist()
    assert not set(learned["sha256"]) & set(control["sha256"])


def test_verdicts_of_every_set_and_judge(project):
    table = project.table("style_verdicts")
    assert table["set"].drop_duplicates().tolist() == SETS
    assert table["backbone"].drop_duplicates().tolist() == JUDGES
    for (_, judge), rows in table.groupby(["set", "backbone"]):
        known = ["0", "1", "4"] if "without" in judge else ["0", "1", "2", "3", "4"]
        assert rows["class"].tolist() == [*known, "unknown"]
        assert rows["share"].sum() == pytest.approx(1)
        assert rows["pictures"].sum() == 2
    assert project.table("study_verdicts").columns.tolist() == ["backbone", *SETS]
    assert project.table("verdict_agreement")["pictures"].tolist() == [2] * 4


def test_the_gain_is_the_difference_of_the_verdicts(project):
    gain, verdicts = project.table("style_gain"), project.table("style_verdicts")
    shares = verdicts[verdicts["class"] == "0"].set_index(["backbone", "set"])["share"]
    for row in gain[gain["prompt_name"] != "all"].to_dict(orient="records"):
        assert row["learned"] == shares[row["judge"], row["prompt_name"]]
        assert row["control"] == shares[row["judge"], f"{row['prompt_name']}_control"]
    assert (gain["difference"] - (gain["learned"] - gain["control"])).abs().max() < 1e-9


def test_classifiers_are_scored_beside_the_baseline(project):
    scores = project.table("classifier_scores").set_index(["judge", "change"])
    assert set(scores.index) == {
        *((judge, "as_they_are") for judge in (*JUDGES, "grey statistics")),
        (JUDGES[0], "round_trip"),
    }
    validation = (project.manifest("clean_paintings")["split"] == "validation").sum()
    assert scores.loc[(JUDGES[0], "as_they_are"), "pictures"] == validation
    confusion = project.table("efficientnet_lite0/confusion").set_index("class")
    assert confusion.to_numpy().sum() == validation
    right = np.trace(confusion.to_numpy()) / validation
    assert scores.loc[(JUDGES[0], "as_they_are"), "accuracy"] == pytest.approx(right)
    assert project.table("efficientnet_lite0/class_scores")["recall_after"].notna().all()
    assert project.table("judged_scores").empty


def test_a_backbone_not_asked_for_says_so(project):
    folder = project.newest("mobilenet/classifier")
    assert "not among cezanne.classifiers.backbones" in (folder / "skipped.txt").read_text()
    assert (project.newest("efficientnet_lite0/classifier") / "network.keras").is_file()


def test_evidence_and_sheets(project):
    evidence = project.manifest("efficientnet_lite0/evidence")
    assert evidence["set"].drop_duplicates().tolist() == SETS
    for name in ("cezanne_sheet", "inversion_sheet"):
        with Image.open(project.newest(f"{name}.png")) as sheet:
            assert sheet.width > 900


def test_a_second_run_repeats_nothing(project):
    before, verdicts = project.finished(), project.newest("style_verdicts.csv")
    project.run()
    assert project.finished() == before
    assert project.newest("style_verdicts.csv") != verdicts
    assert project.newest("style_verdicts.csv").read_bytes() == verdicts.read_bytes()


def test_another_threshold_only_counts_anew_and_more_pictures_only_add(project):
    before = project.finished()
    project.run({"cezanne": {"classifiers": {"unknown_below": 0.0}}})
    assert project.finished() == before
    verdicts = project.table("style_verdicts")
    assert (verdicts.loc[verdicts["class"] == "unknown", "pictures"] == 0).all()
    project.run({"cezanne": {"pictures": {"pictures": 3}}}, to_outputs=["inversion_paintings"])
    after = project.finished()
    assert before.items() <= after.items()
    drawn = [file for file in after.keys() - before.keys() if file.startswith("paintings/")]

    assert len(drawn) == 2 * 2


def test_a_study_of_ones_own_generates_nothing(project, caplog):
    train = save_classes(project.folder / "train", count=8, seed=3)
    judge = save_classes(project.folder / "judge", count=3, seed=4)
    save_textures(judge / "found", 16, 3, seed=99)
    save_textures(judge / "0", 16, 1, seed=100)
    shutil.copy(train / "1" / "00.png", judge / "1" / "seen.png")
    before = project.finished()
    changes = {
        "train": str(train),
        "judge": str(judge),
        "cezanne": {"classifiers": {"folds": 2, "training": {"validation_share": 0.5}}},
    }
    with caplog.at_level(logging.WARNING, "likeness"):
        project.study(**changes)
    assert "1 of the judged pictures are training pictures: 1/seen.png" in caplog.text
    new = {file.split("/")[0] for file in project.finished().keys() - before.keys()}
    assert new == {"classify", "cleaning"}
    verdicts = project.table("style_verdicts")
    assert verdicts["set"].drop_duplicates().tolist() == ["0", "1", "4", "found"]
    assert verdicts["backbone"].unique().tolist() == ["efficientnet_lite0"]
    confusion = project.table("judged_confusion").set_index("class")
    assert confusion[["0", "1", "4"]].sum(axis=1).to_dict() == {"0": 3, "1": 4, "4": 3}
    [accuracy] = project.table("judged_scores")["accuracy"]
    assert accuracy == pytest.approx(np.trace(confusion[["0", "1", "4"]].to_numpy()) / 10)
    scores = project.table("classifier_scores").set_index("judge")
    assert scores.loc["efficientnet_lite0", "measured_on"] == "cross-validation"
    assert scores.loc["efficientnet_lite0", "pictures"] == 24


def test_a_study_names_the_folder_that_is_missing(project):
    with pytest.raises(DatasetError, match=r"train: there is no folder /nowhere.*--params train=<folder>"):
        project.study(train="/nowhere", judge=str(project.paintings))


def test_pictures_that_were_lost_are_drawn_again_and_no_other(project):
    project.run()
    before = project.finished()
    lost = next(file for file in before if file.startswith("paintings/") and "/TISD1/001" in file)
    pixels = pd.Series(np.asarray(Image.open(project.work / lost)).ravel())
    (project.work / lost).unlink()
    project.run(to_outputs=["inversion_paintings"])
    after = project.finished()
    assert {file for file in after if after[file] != before.get(file)} == {lost}
    again = pd.Series(np.asarray(Image.open(project.work / lost)).ravel())
    assert (pixels.astype(int) - again.astype(int)).abs().max() <= 1


def test_sdxl_learns_a_word_of_both_text_encoders_and_draws_it(new_project, tiny_xl_model):
    project = new_project(tiny_xl_model)
    project.run(to_nodes=["draw_previews", "draw_inversion_paintings"])
    word = load_file(project.newest("style_embedding") / "learned_embeds.safetensors")
    assert {name: tuple(one.shape) for name, one in word.items()} == {"clip_l": (2, 32), "clip_g": (2, 16)}
    assert project.manifest("inversion_paintings").groupby("set").size().to_dict() == dict.fromkeys(SETS, 2)
    assert len(project.manifest("inversion_previews")) == 2 * 2
