import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.avatar.scores import (
    SCORE_TYPES,
    nearest_similarity,
    no_scores,
    pair_means,
    score_matrix,
    score_pairs,
)


def frame(values, rows, columns):
    return pd.DataFrame(values, index=list(rows), columns=list(columns), dtype=float)


def test_a_pair_is_verified_up_to_the_threshold_and_never_without_a_face():
    distances = frame([[0.1, 0.5], [0.51, 0.2], [np.nan, np.nan]], "pqr", "ab")
    scores = score_pairs("m", "reference", threshold=0.5, distances=distances, ages={"p": 0, "q": 3})
    assert list(scores.columns) == list(SCORE_TYPES)
    assert scores["verified"].tolist() == [True, True, False, True, False, False]
    assert scores["face_found"].tolist() == [True, True, True, True, False, False]
    assert scores["age"].tolist()[:4] == [0, 0, 3, 3]
    assert scores["age"].isna().tolist() == [False] * 4 + [True] * 2
    assert scores["ssim"].isna().all()


def test_within_a_set_every_pair_counts_once():
    distances = frame([[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]], "pqr", "pqr")
    scores = score_pairs("m", "generated", threshold=0.15, distances=distances, ssim=distances + 0.5)
    assert list(zip(scores["picture"], scores["other"], scores["ssim"], strict=True)) == [
        ("p", "q", 0.6),
        ("p", "r", 0.7),
        ("q", "r", 0.8),
    ]
    assert pair_means(scores, "verified") == pytest.approx(1 / 3)


def test_similarities_alone_leave_faces_empty():
    scores = score_pairs("m", "sitter", threshold=0.5, ssim=frame([[0.3, 0.4]], "p", "ab"))
    assert scores["verified"].isna().all()
    assert scores["face_found"].isna().all()
    assert np.isnan(pair_means(scores, "verified"))
    assert pair_means(scores, "ssim") == pytest.approx(0.35)


def test_matrices_of_different_pictures_are_refused():
    with pytest.raises(ValueError, match="ssim compares other pictures than distance"):
        score_pairs("m", "reference", threshold=0.5, distances=frame([[0.3]], "p", "a"), ssim=frame([[0.3]], "p", "b"))
    with pytest.raises(ValueError, match="needs distances or similarities"):
        score_pairs("m", "reference", threshold=0.5)


def test_nearest_is_the_photo_whole_or_as_the_model_saw_it():
    scores = score_pairs(
        "m",
        "training_generated",
        threshold=0.5,
        ssim=frame([[0.3, 0.9], [0.2, 0.1]], "pq", "ab"),
        crop_ssim=frame([[0.5, 0.4], [0.7, 0.6]], "pq", "ab"),
    )
    assert nearest_similarity(scores).to_dict() == {"p": 0.9, "q": 0.7}


def test_the_matrix_comes_back():
    distances = frame([[0.1, 0.5, 0.9], [0.2, 0.6, 0.3]], "pq", "abc")
    scores = score_pairs("m", "reference", threshold=0.5, distances=distances)
    np.testing.assert_array_equal(score_matrix(scores, "verified"), (distances <= 0.5).to_numpy(float))
    np.testing.assert_array_equal(score_matrix(scores, "distance"), distances.to_numpy())


def test_no_scores_fit_those_of_others():
    scores = score_pairs("m", "reference", threshold=0.5, distances=frame([[0.1]], "p", "a"))
    assert no_scores().dtypes.to_dict() == scores.dtypes.to_dict()
    assert no_scores().empty
