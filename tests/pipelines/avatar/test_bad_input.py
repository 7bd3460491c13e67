"""What goes wrong in practice: each ends in a message that names the file or parameter, or harms nothing else."""

import logging

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from PIL import Image

from likeness.faces.weights import FaceModelError
from likeness.hooks.unknown_parameters import UnknownParameterError
from likeness.metrics.probe import ProbeError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def adults_only(new_project):
    """No child photos, a truncated file, a text, a photo of two people, one in CMYK: run from end to end."""
    project = new_project()
    photos = project.raw / "sitter_photos"
    (photos / "manifest.csv").unlink()
    for file in (photos / "child").iterdir():
        file.unlink()
    good = sorted((photos / "adult").glob("*.jpg"))
    (photos / "adult" / "cut_short.jpg").write_bytes(good[0].read_bytes()[:4000])
    (photos / "adult" / "letter.jpg").write_text("not a picture")
    stranger = Image.open(next((project.raw / "impostor_photos").glob("*.jpg")))
    both = Image.new("RGB", (512, 256))
    both.paste(stranger, (0, 0))
    both.paste(Image.open(good[1]), (256, 0))
    both.save(photos / "adult" / "two_people.png")
    Image.open(good[2]).convert("CMYK").save(photos / "adult" / "printed.jpg", quality=95)
    (photos / "adult" / "again.jpg").write_bytes(good[3].read_bytes())
    messages = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger("likeness").addHandler(handler)
    project.run()
    logging.getLogger("likeness").removeHandler(handler)
    project.messages = "\n".join(messages)
    return project


def test_one_bad_picture_never_stops_a_run_of_good_ones(adults_only):
    aside = adults_only.table("photos_set_aside").set_index("file")
    assert "truncated" in aside.loc["adult/cut_short.jpg", "reason"]
    assert "not a picture" in aside.loc["adult/letter.jpg", "reason"]
    assert aside["reason"].str.startswith("duplicate of adult/").sum() == 1
    assert (aside["set_aside_from"] == "every subset").sum() == 4
    taken = set(adults_only.table("photo_subsets")["file"])
    assert {"adult/printed.jpg", "adult/two_people.png"} <= taken


def test_without_child_photos_the_child_models_are_skipped(adults_only):
    board = adults_only.table("avatar_leaderboard").set_index("model")
    for subset in ("child_01", "child_02"):
        assert board.loc[subset, "photos"] == board.loc[subset, "pictures"] == 0
        assert board.loc[subset].drop(["photos", "pictures"]).isna().all()
        assert f"{subset} has no photos, so no model is trained on it" in adults_only.messages
    assert board.loc["adult_01", "photos"] == board.loc["all_01", "photos"] == 6
    assert np.isfinite(board.loc["adult_01", "verified"])


def test_a_photo_of_several_people_is_named_and_the_sitters_face_taken(adults_only):
    assert "adult/two_people.png (2 faces)" in adults_only.messages
    assert "Crop them to one person" in adults_only.messages
    faces = adults_only.table("reference_faces.parquet").set_index("file")
    assert faces.index.is_unique
    assert faces.loc["adult/two_people.png", "x"] > 200


@pytest.fixture(scope="module")
def project(new_project):
    return new_project()


def test_an_unknown_recogniser(project):
    with pytest.raises(FaceModelError, match=r"avatar\.verification: recogniser 'ArkFace' is unknown; expected one of"):
        project.run({"avatar": {"verification": {"recognisers": ["ArkFace"]}}}, node_names=["find_photo_faces"])


def test_no_face_in_any_photo(project):
    photos = project.folder / "faceless"
    photos.mkdir()
    Image.effect_noise((128, 128), 40).save(photos / "noise.png")
    with pytest.raises(ValueError, match="sitter_photos: dlib found no face in any photo"):
        project.run({"sitter_photos": str(photos)}, tags=["curation"])


def test_an_unreadable_base_model_is_named_and_harms_nothing_made(project):
    project.run(tags=["curation"])
    before = project.finished()
    broken = project.folder / "broken_model"
    broken.mkdir()
    for base_model, problem in (("nowhere/at/all", "there is no folder"), (str(broken), "has no model_index.json")):
        with pytest.raises(DatasetError, match=f"base_model: .*{problem}"):
            project.run({"base_model": base_model}, tags=["fine_tune"])
    assert project.finished() == before
    assert isinstance(project.table("photo_subsets"), pd.DataFrame)


def test_a_folder_without_a_probe_is_named(project):
    with pytest.raises(ProbeError, match=r"probe: There is no probe in .*nowhere.*avatar\.ages\.read=false"):
        project.run({"probe": "nowhere"}, node_names=["held_out_photos.read_ages"])


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"avatar": {"fine_tuning": {"stpes": 3}}}, "did you mean '[^']*fine_tuning.steps'"),
        ({"sitter_photo": "here"}, "did you mean 'sitter_photos'"),
    ],
)
def test_an_unknown_parameter_is_refused(project, changes, advice):
    with pytest.raises(UnknownParameterError, match=advice):
        project.run(changes)


def test_a_value_out_of_range_is_refused_before_anything_is_done(project):
    before = project.finished()
    with pytest.raises(Exception, match="verified_share"):
        project.run({"avatar": {"curation": {"verified_share": 50}}})
    assert project.finished() == before
