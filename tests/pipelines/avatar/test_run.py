"""The whole pipeline on nine photographs and a tiny model: what it leaves, and what it never does twice."""

import json
import random
import signal
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from likeness.pipelines.avatar.leaderboard import BASE_MODEL, COLUMNS, CONTROLS, MODELS
from likeness.pipelines.avatar.subsets import SUBSETS

pytestmark = pytest.mark.slow

PICTURES, FACES, TRAINED = "pictures/*/*.png", "faces/*/*.parquet", "fine_tuning/*/fine_tuned-*/**/*"


@pytest.fixture(scope="module")
def project(new_project):
    """As elsewhere, with the number of files that one run makes."""
    project = new_project()
    project.run()
    project.files_made = len(project.finished())
    return project


def test_everything_in_the_catalog_is_made(project):
    reports = [
        "avatar_sheet.png",
        "checkpoint_curves.png",
        "avatar_metrics_sheet.png",
        "photo_sheet.png",
        "recogniser_comparison.csv",
    ]
    reports += ["avatar_leaderboard.csv", "portrait_comparison.csv", "photos_set_aside.csv", "photo_ssim.parquet"]
    for name in [*reports, "photo_embeddings.parquet", "photo_verification.parquet", "photo_subsets.csv"]:
        assert project.newest(name).stat().st_size > 0
    for model in [*SUBSETS, BASE_MODEL]:
        portraits = project.newest(f"{model}/portraits")
        assert len(list(portraits.glob("*.png"))) == 4
        assert (portraits / "manifest.json").is_file()
    for subset in SUBSETS:
        checkpoint = project.newest(f"{subset}/checkpoint")
        made_from = json.loads((checkpoint / "checkpoint.json").read_text())["made_from"]
        assert made_from["subset"] == subset
        assert made_from["photos"] > 0
        assert any(checkpoint.rglob("*.safetensors"))


def test_the_leaderboard(project):
    table = project.table("avatar_leaderboard")
    assert list(table.columns) == [*COLUMNS, "verified_age_0", "verified_age_1"]
    assert sorted(table["model"]) == sorted(MODELS)
    board = table.set_index("model")
    assert board.loc["held_out_photos", "verified"] > board.loc["impostors", "verified"]
    assert board.loc["held_out_photos", "face_found"] == 1
    # A model of random weights draws no faces.
    assert (board.loc[[*SUBSETS, BASE_MODEL], "verified"] == 0).all()
    assert (board.loc[[*SUBSETS, BASE_MODEL], "pictures"] == 4).all()
    assert board.loc["all_01", "photos"] == 8
    assert board.loc[list(CONTROLS), "memorising"].isna().all()
    for column in ("ssim_train", "verified_train", "ssim_generated", "verified_generated", "nearest_training_ssim"):
        assert np.isfinite(board.loc[["child_01", "adult_01", "all_01"], column]).all()


def test_ages_are_read_off_every_picture(project):
    tables = {path.parts[-4]: pd.read_csv(path) for path in project.folder.glob("data/07*/*/ages.csv/*/ages.csv")}
    assert sorted(tables) == sorted(MODELS)
    for model, table in tables.items():
        assert (table["model"] == model).all()
        assert table["apparent_age_years"].between(0, 90).all()
    for model in [*SUBSETS, BASE_MODEL]:
        assert tables[model]["asked_age_years"].tolist() == [5, 5, 40, 40]
    photos = pd.read_csv(project.raw / "held_out_photos" / "manifest.csv").set_index("file")["age_years"]
    held_out = tables["held_out_photos"].set_index("picture")["asked_age_years"]
    assert held_out.to_dict() == photos.to_dict()
    board = project.table("avatar_leaderboard").set_index("model")
    off = (tables["all_01"]["apparent_age_years"] - tables["all_01"]["asked_age_years"]).abs()
    assert board.loc["all_01", "age_error_years"] == pytest.approx(off.mean())
    assert board["age_order"].between(-1, 1).all()
    assert (board["verified_at_age"] <= board["verified"]).all()


def test_the_photo_without_a_face_is_set_aside_with_the_reason(project):
    aside = project.table("photos_set_aside")
    [row] = aside[aside["set_aside_from"] == "every subset"].to_dict(orient="records")
    assert row["reason"] == "no face found by dlib"
    assert row["file"] not in set(project.table("photo_subsets")["file"])


def test_seeds_and_prompts_are_the_same_for_every_model(project):
    tables = []
    for model in [*SUBSETS, BASE_MODEL]:
        files = sorted(project.newest(f"{model}/portraits").glob("*.png"))
        texts = [Image.open(file).text["likeness"] for file in files]
        tables.append([(made["prompt"], made["seed"]) for made in map(json.loads, texts)])
        assert {json.loads(text)["model"] for text in texts} == {model}
    assert all(table == tables[0] for table in tables)
    assert {prompt for prompt, _ in tables[0]} == {
        "a photo of sks man as a child",
        "a photo of sks man as a man in his forties",
    }


def test_a_second_run_repeats_nothing(project):
    before = project.finished()
    leaderboard = project.newest("avatar_leaderboard.csv")
    project.run()
    assert project.finished() == before
    assert project.newest("avatar_leaderboard.csv") != leaderboard
    assert project.newest("avatar_leaderboard.csv").read_bytes() == leaderboard.read_bytes()


def test_a_changed_parameter_redoes_exactly_what_depends_on_it(project):
    pictures, faces, trained = (project.finished(pattern) for pattern in (PICTURES, FACES, TRAINED))
    project.run({"avatar": {"verification": {"memorising_margin": 0.2}}})
    assert [project.finished(pattern) for pattern in (PICTURES, FACES, TRAINED)] == [pictures, faces, trained]

    project.run({"avatar": {"portraits": {"pictures_per_age": 3}}})
    more = project.finished(PICTURES)
    assert project.finished(TRAINED) == trained
    assert pictures.items() <= more.items()
    assert len(more) == len(pictures) + 7 * 2

    project.run({"avatar": {"portraits": {"guidance_scale": 1.5}}})
    assert project.finished(TRAINED) == trained
    assert more.items() <= project.finished(PICTURES).items()
    assert len(project.finished(PICTURES)) == len(more) + 7 * 4


def test_one_photo_more_repeats_only_what_it_is_part_of(project):
    faces, trained = project.finished(FACES), project.finished(TRAINED)
    photo = next((project.raw / "sitter_photos" / "adult").glob("*.jpg"))
    Image.open(photo).rotate(3, Image.Resampling.BICUBIC).save(photo.with_name("another.png"))
    project.run(tags=["curation", "fine_tune"])
    assert faces.items() <= project.finished(FACES).items()
    assert len(project.finished(FACES)) == len(faces) + 1
    assert trained.items() <= project.finished(TRAINED).items()
    made = json.loads((project.newest("all_01/checkpoint") / "checkpoint.json").read_text())
    assert made["made_from"]["photos"] == 9
    new = {name.split("/")[2] for name in project.finished(TRAINED).keys() - trained.keys()}
    assert 2 <= len(new) <= 4  # the adult subsets and those of all ages, not the child ones


@pytest.mark.timeout(600)
def test_killed_five_times_it_ends_with_the_same_leaderboard_and_repeats_nothing(new_project, project):
    interrupted = new_project()
    first = min(project.folder.glob("data/08_reporting/avatar_leaderboard.csv/*/*.csv"))
    # Moments are counted in finished files of the work folder; without the last, at which a run may be over.
    moments = sorted(random.Random(0).sample(range(1, project.files_made - 10), 5))
    survivors = {}
    for moment in moments:
        with interrupted.running() as process:
            while process.poll() is None and len(interrupted.finished()) < moment:
                time.sleep(0.02)
            assert process.poll() is None, f"ended before it could be killed:\n{interrupted.log}"
        assert process.returncode == -signal.SIGKILL
        survivors |= {file: interrupted.finished(file)[file] for file in keep(interrupted)}
    with interrupted.running() as process:
        process.wait(timeout=300)
    assert process.returncode == 0, interrupted.log
    assert {file: interrupted.finished(file)[file] for file in survivors} == survivors
    assert interrupted.newest("avatar_leaderboard.csv").read_bytes() == first.read_bytes()


def keep(project):
    """Finished pictures, faces and models."""
    return [file for pattern in (PICTURES, FACES, TRAINED) for file in project.finished(pattern)]


def test_without_reading_ages_no_probe_is_needed(project):
    project.run({"probe": "nowhere", "avatar": {"ages": {"read": False}}}, tags=["verification"])
    board = project.table("avatar_leaderboard").set_index("model")
    assert board[["verified_at_age", "age_error_years", "age_order"]].isna().all(axis=None)
    assert board["verified"].notna().all()
    ranked = board.dropna(subset="rank").sort_values("rank")
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked["verified"].is_monotonic_decreasing


def test_sdxl_learns_low_rank_additions_and_draws_portraits(new_project, tiny_xl_model):
    project = new_project(tiny_xl_model)
    learning = {"method": "lora", "train": "attention", "train_identifier": False, "prior_weight": 1.0}
    project.run({"avatar": {"fine_tuning": learning}}, to_outputs=["all_01.portraits"])
    checkpoint = project.newest("all_01/checkpoint")
    assert {path.name for path in checkpoint.iterdir()} >= {"unet", "lora.safetensors"}
    portraits = project.newest("all_01/portraits")
    assert len(list(portraits.glob("*.png"))) == 4
