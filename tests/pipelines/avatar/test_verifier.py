import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.avatar.verifier import Verifier

COMPARISON = pd.DataFrame(
    {
        "recogniser": ["Dlib", "ArcFace"],
        "detector": "dlib",
        "expand_percentage": 25,
        "align": [True, False],
        "metric": ["cosine", "euclidean"],
        "threshold_published": [0.07, 4.15],
        "threshold_calibrated": [0.05, 3.0],
        "chosen": [False, True],
    }
)
VERIFIER = Verifier("Dlib", "dlib", 0, True, "euclidean", 1.0, 3.0)


def embeddings(**points):
    rows = [
        {"file": file, "recogniser": "Dlib", "faces": int(point is not None), "embedding": point}
        for file, point in points.items()
    ]
    return pd.DataFrame([*rows, {"file": "a", "recogniser": "Other", "faces": 1, "embedding": [9.0]}])


@pytest.mark.parametrize(("kind", "threshold"), [("calibrated", 3.0), ("published", 4.15)])
def test_the_chosen_row_with_the_threshold_asked_for(kind, threshold):
    assert Verifier.chosen(COMPARISON, kind) == Verifier("ArcFace", "dlib", 25, False, "euclidean", threshold, 4.15)


def test_pairs_within_and_between():
    own = embeddings(a=[0.0, 0.0], b=[0.0, 1.0], c=None)
    within = VERIFIER.verify(own, None, "sitter", "sitter")
    assert within[["photo_a", "photo_b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert within["verified"].tolist() == [True, False, False]
    np.testing.assert_array_equal(within["distance"], [1.0, np.nan, np.nan])

    between = VERIFIER.verify(own, embeddings(x=[0.0, 3.0]), "sitter", "impostor")
    assert list(between.columns) == [
        *("set_a", "photo_a", "set_b", "photo_b"),
        *("distance", "verified_published", "verified"),
    ]
    assert between["set_b"].tolist()[:2] == ["impostor"] * 2
    pair = between.set_index(["photo_a", "photo_b"]).loc[("a", "x")]
    assert pair["distance"] == 3.0
    assert pair["verified_published"]
    assert not pair["verified"]


@pytest.mark.parametrize("block", [1, 3, 512])
def test_the_share_recognised_is_that_of_the_table_of_pairs(block, monkeypatch, rng):
    monkeypatch.setattr("likeness.pipelines.avatar.verifier._BLOCK", block)
    points = rng.uniform(0, 2, (7, 2)).tolist()
    own = embeddings(**dict(zip("abcdefg", [*points[:6], None], strict=True)), z=[0.0, 0.0])
    shares = VERIFIER.recognised_share(own, list("gabcdef"))
    verified = VERIFIER.verify(own, None, "sitter", "sitter").set_index(["photo_a", "photo_b"])["verified"]
    assert shares.index.tolist() == list("gabcdef")
    assert shares["g"] == 0
    assert 0 < shares.drop("g").mean() < 1
    for file in "abcdef":
        with_it = [pair for pair in verified.index if file in pair and "z" not in pair]
        assert shares[file] == pytest.approx(verified[with_it].sum() / 6)


def test_a_single_picture_is_contradicted_by_nothing():
    assert VERIFIER.recognised_share(embeddings(a=[0.0]), ["a"]).tolist() == [1.0]
    assert VERIFIER.recognised_share(embeddings(a=[0.0]), []).empty
