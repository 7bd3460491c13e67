import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.avatar.leaderboard import COLUMNS, CONTROLS, MODELS, age_column, leaderboard, model_row
from likeness.pipelines.avatar.options import VerificationOptions
from likeness.pipelines.avatar.scores import no_scores, score_pairs
from likeness.pipelines.avatar.subsets import SUBSETS

OPTIONS = VerificationOptions(bootstrap_samples=200)


def matrix(value, rows, columns):
    return pd.DataFrame(value, index=list(rows), columns=list(columns), dtype=float)


def scores_of(model, share, nearest, ages=2):
    """Ten portraits of which `share` are recognised in every reference photo."""
    portraits = [f"p{index}" for index in range(10)]
    distances = matrix(1.0, portraits, "abcd")
    distances.iloc[: round(10 * share)] = 0.0
    portrait_ages = {name: index % ages for index, name in enumerate(portraits)}
    common = {"threshold": 0.5, "ages": portrait_ages}
    reference = score_pairs(model, "reference", distances=distances, **common)
    if model in CONTROLS:
        return pd.concat([reference, score_pairs(model, "sitter", ssim=matrix(nearest, portraits, "abcdef"), **common)])
    return pd.concat(
        [
            reference,
            score_pairs(model, "training", distances=matrix(0.2, "ab", "ab"), ssim=matrix(0.4, "ab", "ab"), **common),
            score_pairs(
                model, "training_generated", distances=distances[["a", "b"]], ssim=distances[["a", "b"]] * 0 + nearest,
                **common,
            ),
            score_pairs(
                model, "generated", distances=matrix(0.9, portraits, portraits), ssim=matrix(0.3, portraits, portraits),
                **common,
            ),
        ]
    )  # fmt: skip


SHARES = {"child_01": 0.2, "child_02": 0.9, "adult_01": 0.6, "adult_02": 0.8, "all_01": 0.6, "all_02": 0.7}
CONTROL_SHARES = {"held_out_photos": 1.0, "base_model": 0.0, "impostors": 0.1}


@pytest.fixture
def scores():
    """`child_02` is best by recognition, but it memorises: .25 above the held-out photos."""
    return {
        model: scores_of(model, share, nearest=0.55 if model == "child_02" else 0.3)
        for model, share in (SHARES | CONTROL_SHARES).items()
    }


PHOTOS = dict.fromkeys(SUBSETS, 2)


def test_one_row_a_model_with_the_columns_promised(scores):
    table = leaderboard(scores, PHOTOS, OPTIONS)
    assert sorted(table["model"]) == sorted(MODELS)
    assert list(table.columns) == [*COLUMNS, "verified_age_0", "verified_age_1"]
    promised = (
        "model photos verified verified_low verified_high face_found nearest_training_ssim memorising ssim_train "
        "verified_train ssim_generated verified_generated ssim_train_generated verified_train_generated"
    )
    assert set(promised.split()) <= set(table.columns)


def test_a_memorising_model_is_flagged_and_never_ranked(scores):
    table = leaderboard(scores, PHOTOS, OPTIONS)
    assert table["model"].tolist() == [
        *("adult_02", "all_02", "adult_01", "all_01", "child_01"),
        "child_02",
        *("held_out_photos", "base_model", "impostors"),
    ]
    assert table["rank"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert table["rank"].isna().tolist() == [False] * 5 + [True] * 4
    flagged = table.set_index("model")["memorising"]
    assert flagged["child_02"]
    assert not flagged.drop([*CONTROLS, "child_02"]).any()
    assert flagged[list(CONTROLS)].isna().all()


def test_exactly_the_margin_is_not_yet_memorising(scores):
    scores["child_02"] = scores_of("child_02", 0.9, nearest=0.5)
    scores["held_out_photos"] = scores_of("held_out_photos", 1.0, nearest=0.25)
    table = leaderboard(scores, PHOTOS, VerificationOptions(memorising_margin=0.25))
    assert table["model"].iloc[0] == "child_02"
    assert not table["memorising"].iloc[0]


def test_all_memorising_leaves_nobody_ranked(scores):
    scores["held_out_photos"] = scores_of("held_out_photos", 1.0, nearest=0.0)
    table = leaderboard(scores, PHOTOS, OPTIONS)
    assert table["rank"].isna().all()
    assert table["model"].iloc[0] == "child_02"


def test_values_of_a_row(scores):
    row = leaderboard(scores, PHOTOS, OPTIONS).set_index("model").loc["adult_01"]
    assert row["photos"] == 2
    assert row["pictures"] == 10
    assert row["verified"] == pytest.approx(0.6)
    assert row["verified_low"] < 0.6 < row["verified_high"]
    assert row["face_found"] == 1.0
    assert row["ssim_train"] == pytest.approx(0.4)
    assert row["verified_train"] == 1.0
    assert row["ssim_generated"] == pytest.approx(0.3)
    assert row["verified_generated"] == 0.0
    assert row["verified_train_generated"] == pytest.approx(0.6)
    assert row["verified_age_0"] == pytest.approx(0.6)


def test_cells_without_meaning_are_empty(scores):
    table = leaderboard(scores, PHOTOS, OPTIONS).set_index("model")
    empty = ["photos", "memorising", "ssim_train", "verified_train", "ssim_train_generated", "verified_train_generated"]
    assert table.loc[list(CONTROLS), empty].isna().all(axis=None)
    assert table.loc[list(CONTROLS), "nearest_training_ssim"].notna().all()


def test_a_skipped_subset_has_no_photos_and_empty_cells(scores):
    scores["child_02"] = no_scores()
    table = leaderboard(scores, PHOTOS | {"child_02": 0}, OPTIONS).set_index("model")
    row = table.loc["child_02"]
    assert row["photos"] == 0
    assert row["pictures"] == 0
    assert row.drop(["photos", "pictures"]).isna().all()
    assert table.index.get_loc("child_02") == 5


def test_the_interval_resamples_pictures_not_pairs():
    few = score_pairs(
        "m", "reference", threshold=0.5, distances=matrix(np.eye(2)[:, [0]] @ np.ones((1, 500)), "pq", range(500))
    )
    row = model_row(few, OPTIONS)
    assert (row["verified_low"], row["verified"], row["verified_high"]) == (0.0, 0.5, 1.0)


def test_a_picture_without_a_face_counts_as_not_verified():
    distances = matrix([[0.1, 0.1], [np.nan, np.nan]], "pq", "ab")
    row = model_row(score_pairs("m", "reference", threshold=0.5, distances=distances), OPTIONS)
    assert row["verified"] == 0.5
    assert row["face_found"] == 0.5


def test_ages_are_numbered():
    assert age_column(9) == "verified_age_9"
