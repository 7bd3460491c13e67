import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.avatar.leaderboard import COLUMNS, CONTROLS, MODELS, age_column, model_row
from likeness.pipelines.avatar.leaderboard import leaderboard as rank
from likeness.pipelines.avatar.options import AgeOptions, VerificationOptions
from likeness.pipelines.avatar.scores import no_scores, score_pairs
from likeness.pipelines.avatar.subsets import SUBSETS

OPTIONS = VerificationOptions(bootstrap_samples=200)


def matrix(value, rows, columns):
    return pd.DataFrame(value, index=list(rows), columns=list(columns), dtype=float)


def ages_of(model, apparent, asked=40.0):
    """Portraits that were asked to look 40 years old, within 8.5, and the ages they look."""
    pictures = [f"p{index}" for index in range(len(apparent))]
    return pd.DataFrame(
        {"model": model, "picture": pictures, "asked_age_years": asked, "apparent_age_years": apparent}
    ).astype({"asked_age_years": float, "apparent_age_years": float})


NOT_READ = {model: ages_of(model, [np.nan] * 10) for model in MODELS}


PHOTOS = dict.fromkeys(SUBSETS, 2)


def leaderboard(scores, photos=PHOTOS, options=OPTIONS, ages=NOT_READ):
    return rank(scores, ages, photos, options, AgeOptions())


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


def test_one_row_a_model_with_the_columns_promised(scores):
    table = leaderboard(scores)
    assert sorted(table["model"]) == sorted(MODELS)
    assert list(table.columns) == [*COLUMNS, "verified_age_0", "verified_age_1"]
    promised = (
        "model photos verified verified_low verified_high face_found nearest_training_ssim memorising ssim_train "
        "verified_train ssim_generated verified_generated ssim_train_generated verified_train_generated"
    )
    assert set(promised.split()) <= set(table.columns)


def test_a_memorising_model_is_flagged_and_never_ranked(scores):
    table = leaderboard(scores)
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
    table = leaderboard(scores, options=VerificationOptions(memorising_margin=0.25))
    assert table["model"].iloc[0] == "child_02"
    assert not table["memorising"].iloc[0]


def test_all_memorising_leaves_nobody_ranked(scores):
    scores["held_out_photos"] = scores_of("held_out_photos", 1.0, nearest=0.0)
    table = leaderboard(scores)
    assert table["rank"].isna().all()
    assert table["model"].iloc[0] == "child_02"


def test_values_of_a_row(scores):
    row = leaderboard(scores).set_index("model").loc["adult_01"]
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
    table = leaderboard(scores).set_index("model")
    empty = ["photos", "memorising", "ssim_train", "verified_train", "ssim_train_generated", "verified_train_generated"]
    assert table.loc[list(CONTROLS), empty].isna().all(axis=None)
    assert table.loc[list(CONTROLS), "nearest_training_ssim"].notna().all()


def test_a_skipped_subset_has_no_photos_and_empty_cells(scores):
    scores["child_02"] = no_scores()
    table = leaderboard(scores, PHOTOS | {"child_02": 0}).set_index("model")
    row = table.loc["child_02"]
    assert row["photos"] == 0
    assert row["pictures"] == 0
    assert row.drop(["photos", "pictures"]).isna().all()
    assert table.index.get_loc("child_02") == 5


def test_the_interval_resamples_pictures_not_pairs():
    few = score_pairs(
        "m", "reference", threshold=0.5, distances=matrix(np.eye(2)[:, [0]] @ np.ones((1, 500)), "pq", range(500))
    )
    row = model_row(few, ages_of("m", []), OPTIONS, AgeOptions())
    assert (row["verified_low"], row["verified"], row["verified_high"]) == (0.0, 0.5, 1.0)


def test_a_picture_without_a_face_counts_as_not_verified():
    distances = matrix([[0.1, 0.1], [np.nan, np.nan]], "pq", "ab")
    scores = score_pairs("m", "reference", threshold=0.5, distances=distances)
    row = model_row(scores, ages_of("m", []), OPTIONS, AgeOptions())
    assert row["verified"] == 0.5
    assert row["face_found"] == 0.5


def test_a_pair_counts_at_its_age_when_it_is_verified_and_the_portrait_looks_right():
    # p0 is verified with both photos, p1 with one, p2 with none, p3 with both.
    distances = matrix([[0.1, 0.1], [0.1, 0.9], [0.9, 0.9], [0.1, 0.1]], ["p0", "p1", "p2", "p3"], "ab")
    scores = score_pairs("m", "reference", threshold=0.5, distances=distances)
    # Asked 40, give or take 2.5 + 0.15 · 40 = 8.5 years: p3 looks too old.
    ages = ages_of("m", [40.0, 48.5, 31.5, 49.0]).sample(frac=1, random_state=0)
    row = model_row(scores, ages, OPTIONS, AgeOptions())
    assert row["verified"] == 5 / 8
    assert row["verified_at_age"] == 3 / 8
    assert 0 <= row["verified_at_age_low"] < 3 / 8 < row["verified_at_age_high"] <= 1
    assert row["age_error_years"] == pytest.approx((0 + 8.5 + 8.5 + 9) / 4)
    assert row["age_error_years_low"] < row["age_error_years"] < row["age_error_years_high"]
    assert np.isnan(row["age_order"])  # of one age only
    strict = AgeOptions(tolerance_years=8.0, relative_tolerance=0.0)
    assert model_row(scores, ages, OPTIONS, strict)["verified_at_age"] == 2 / 8


def test_a_picture_of_unknown_age_counts_for_neither_side():
    distances = matrix([[0.1, 0.1], [0.1, 0.1]], ["p0", "p1"], "ab")
    scores = score_pairs("m", "reference", threshold=0.5, distances=distances)
    row = model_row(scores, ages_of("m", [40.0, 40.0], asked=[40.0, np.nan]), OPTIONS, AgeOptions())
    assert (row["verified"], row["verified_at_age"], row["age_error_years"]) == (1.0, 1.0, 0.0)


def test_the_order_of_ages():
    ages = ages_of("m", [1.0, 3.0, 50.0, 52.0, 30.0, 28.0], asked=[0, 0, 20, 20, 60, 60])
    row = model_row(no_scores(), ages, OPTIONS, AgeOptions())
    assert row["age_order"] == pytest.approx(0.5)  # means 2, 51, 29 over 0, 20, 60


def test_identity_and_right_age_together_rank(scores):
    """`adult_02` is recognised best, but looks 90; of `adult_01` and `all_01` half and all look right."""
    looks = {model: [40.0] * 10 for model in MODELS} | {"adult_02": [90.0] * 10, "adult_01": [40.0] * 5 + [90.0] * 5}
    table = leaderboard(scores, ages={model: ages_of(model, ages) for model, ages in looks.items()})
    assert table["model"].tolist() == [
        *("all_02", "all_01", "adult_01", "child_01", "adult_02"),
        *("child_02", "held_out_photos", "base_model", "impostors"),
    ]
    board = table.set_index("model")
    assert board["verified_at_age"].to_dict() == pytest.approx(
        SHARES | CONTROL_SHARES | {"adult_02": 0.0, "adult_01": 0.5}
    )
    assert table["rank"].tolist()[:5] == [1, 2, 3, 4, 5]


def test_models_equal_at_their_age_are_ranked_by_identity(scores):
    nobody = {model: ages_of(model, [90.0] * 10) for model in MODELS}
    table = leaderboard(scores, ages=nobody)
    assert (table["verified_at_age"] == 0).all()
    assert table["model"].tolist() == leaderboard(scores)["model"].tolist()


def test_ages_that_are_not_read_leave_cells_empty(scores):
    table = leaderboard(scores)
    names = ["verified_at_age", "age_error_years", "age_order"]
    ends = [f"{name}_{end}" for name in names[:2] for end in ("low", "high")]
    assert table[names + ends].isna().all(axis=None)


def test_ages_are_numbered():
    assert age_column(9) == "verified_age_9"
