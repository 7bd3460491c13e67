"""Judging with embeddings made up by hand and pictures of noise."""

import numpy as np
import pandas as pd
import pytest

from likeness.metrics.ssim import SsimOptions
from likeness.pipelines.avatar.comparison import compare_portraits
from likeness.pipelines.avatar.judging import Judge
from likeness.pipelines.avatar.options import VerificationOptions
from likeness.pipelines.avatar.scores import nearest_similarity, no_scores
from likeness.pipelines.avatar.verifier import Verifier

OPTIONS = VerificationOptions(ssim=SsimOptions(size=32))
VERIFIER = {
    "recogniser": "Dlib",
    "detector": "dlib",
    "expand_percentage": 25,
    "align": False,
    "metric": "euclidean",
    "threshold": 1.0,
    "published_threshold": 2.0,
}


def embeddings_of(pictures, points):
    """One face a picture at a point on a line, None for no face."""
    rows = [
        {
            **{"file": file, "recogniser": "Dlib", "face": -1 if point is None else 0, "faces": int(point is not None)},
            **{"embedding": None if point is None else [point], "x": 4, "y": 4, "w": 10, "h": 10},
        }
        for file, point in zip(pictures.manifest["file"], points, strict=True)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def sitter(pictures):
    return pictures("sitter", 4)


@pytest.fixture
def judge(sitter, tmp_path):
    """The sitter's faces lie at 0, 0.5, 1; the last photograph has none."""
    faces = embeddings_of(sitter, [0.0, 0.5, 1.0, None])
    return Judge.of(sitter, faces[faces["face"] >= 0], VERIFIER, OPTIONS, 0.5, str(tmp_path / "work"))


@pytest.fixture
def portraits(pictures):
    drawn = pictures("portraits", 3, seed=5)
    drawn.manifest["age"] = [0, 0, 1]
    return drawn


def test_a_fine_tuned_model(judge, sitter, portraits):
    trained_on = sitter.manifest["file"].tolist()[1:3]
    scores = judge.fine_tuned("child_01", portraits, embeddings_of(portraits, [0.0, 1.9, None]), trained_on)
    counts = scores["relation"].value_counts().to_dict()
    assert counts == {"reference": 9, "training_generated": 6, "generated": 3, "training": 1}
    reference = scores[scores["relation"] == "reference"]
    assert reference["verified"].tolist() == [True, True, True, False, False, True, False, False, False]
    assert reference["age"].tolist() == [0] * 6 + [1] * 3
    both = scores[scores["relation"] == "training_generated"]
    assert set(both["other"]) == set(trained_on)
    assert both[["ssim", "crop_ssim"]].notna().all(axis=None)
    [training] = scores[scores["relation"] == "training"].to_dict(orient="records")
    assert (training["picture"], training["other"], training["distance"]) == (*trained_on, 0.5)


def test_a_portrait_that_repeats_a_training_photo_is_seen(judge, sitter, portraits, tmp_path):
    file = sitter.manifest["file"].iloc[1]
    copies = sitter.select([file])
    scores = judge.fine_tuned("child_01", copies, embeddings_of(copies, [0.5]), [file])
    assert nearest_similarity(scores[scores["relation"] == "training_generated"]).tolist() == pytest.approx([1.0])

    # The crop that the model was shown counts as much as the whole photograph.
    crop = judge._cropped(copies, judge.reference_faces)._view(file)
    (tmp_path / "crops").mkdir()
    crop.save(tmp_path / "crops" / "crop.png")
    repeated = type(sitter).from_folder(tmp_path / "crops")
    scores = judge.fine_tuned("child_01", repeated, embeddings_of(repeated, [0.5]), [file])
    both = scores[scores["relation"] == "training_generated"]
    assert both["ssim"].max() < 0.9
    assert nearest_similarity(both).tolist() == pytest.approx([1.0])


def test_a_skipped_model_has_no_scores(judge, portraits):
    assert judge.fine_tuned("child_01", portraits.select([]), pd.DataFrame(), []).equals(no_scores())


def test_controls_are_compared_with_all_photos(judge, portraits, pictures):
    base = judge.untrained("base_model", portraits, embeddings_of(portraits, [5.0, 6.0, None]))
    assert base["relation"].value_counts().to_dict() == {"sitter": 12, "reference": 9, "generated": 3}
    held_out = pictures("held_out", 2, seed=9)
    scores = judge.photographs("held_out_photos", held_out, embeddings_of(held_out, [0.2, 0.4]))
    assert scores["relation"].value_counts().to_dict() == {"sitter": 8, "reference": 6}
    assert scores.loc[scores["relation"] == "reference", "verified"].all()
    assert scores["age"].isna().all()


def test_held_out_photos_are_compared_as_cropped_as_the_sitters(judge, sitter):
    file = sitter.manifest["file"].iloc[0]
    same = sitter.select([file])
    scores = judge.photographs("held_out_photos", same, embeddings_of(same, [0.0]))
    row = scores[(scores["relation"] == "sitter") & (scores["other"] == file)]
    assert row[["ssim", "crop_ssim"]].to_numpy() == pytest.approx(1.0)


def test_portraits_of_every_two_models(portraits, pictures, tmp_path):
    others = pictures("others", 2, seed=6)
    sets = {"a": portraits, "b": others, "skipped": portraits.select([])}
    faces = {"a": embeddings_of(portraits, [0.0, 0.5, None]), "b": embeddings_of(others, [1.2, 9.0])}
    table = compare_portraits(
        sets, faces | {"skipped": pd.DataFrame()}, Verifier(**VERIFIER), OPTIONS.ssim, str(tmp_path)
    )
    by_pair = table.set_index(["model_a", "model_b"])
    assert by_pair.index.tolist() == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert by_pair.loc[("a", "a"), ["pairs", "verified"]].tolist() == [3, pytest.approx(1 / 3)]
    assert by_pair.loc[("a", "b"), ["pairs", "verified"]].tolist() == [6, pytest.approx(1 / 6)]
    assert by_pair.loc[("b", "a")].tolist() == by_pair.loc[("a", "b")].tolist()
    assert -1 <= by_pair["ssim"].min() <= by_pair["ssim"].max() < 1


def test_a_single_picture_has_no_pair(pictures, tmp_path):
    one = pictures("one", 1)
    table = compare_portraits(
        {"a": one}, {"a": embeddings_of(one, [0.0])}, Verifier(**VERIFIER), OPTIONS.ssim, str(tmp_path)
    )
    assert table["pairs"].tolist() == [0]
    assert np.isnan(table["verified"].iloc[0])
