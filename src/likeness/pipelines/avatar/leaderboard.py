"""One row a model: how often its portraits are the sitter at the right age, and whether it only repeats photographs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from likeness.metrics.bootstrap import bootstrap_pairs
from likeness.pipelines.avatar.ages import age_columns, looks_right
from likeness.pipelines.avatar.options import AgeOptions, VerificationOptions
from likeness.pipelines.avatar.scores import nearest_similarity, pair_means, score_matrix
from likeness.pipelines.avatar.subsets import SUBSETS

BASE_MODEL, IMPOSTORS, HELD_OUT = "base_model", "impostors", "held_out_photos"
CONTROLS = (HELD_OUT, BASE_MODEL, IMPOSTORS)
MODELS = (*SUBSETS, *CONTROLS)

COLUMNS = (
    *("rank", "model", "photos", "pictures"),
    *("verified_at_age", "verified_at_age_low", "verified_at_age_high"),
    *("verified", "verified_low", "verified_high", "face_found"),
    *("age_error_years", "age_error_years_low", "age_error_years_high", "age_order"),
    *("nearest_training_ssim", "memorising"),
    *("ssim_train", "verified_train", "ssim_generated", "verified_generated"),
    *("ssim_train_generated", "verified_train_generated"),
)


def age_column(age: int) -> str:
    """Name the column of the share verified at one age prompt."""
    return f"verified_age_{age}"


def model_row(
    scores: pd.DataFrame, ages: pd.DataFrame, options: VerificationOptions, age_options: AgeOptions
) -> dict[str, object]:
    """Summarise the scores of one model or control.

    Args:
        scores: as `likeness.pipelines.avatar.scores.score_pairs` lays them out.
        ages: as `likeness.pipelines.avatar.ages.read_ages` lays them out.
        options: how many resamples, and their seed.
        age_options: which ages are right.

    Returns:
        The leaderboard's columns but for model, photos, memorising and rank; what has no meaning for it is missing.
        `verified` is the share of pairs of a picture and a reference photo within the threshold, its interval of
        95 % comes from resampled pictures; a picture without a face verifies with none. `verified_at_age` is the
        share of pairs that are verified and whose picture looks as old as it should; a picture whose age is not
        known counts for neither side.
    """
    row: dict[str, object] = age_columns(ages, options)
    relations = dict(iter(scores.groupby("relation")))
    if (reference := relations.get("reference")) is not None:
        right = reference["picture"].map(looks_right(ages, age_options))
        reference = reference.assign(verified_at_age=reference["verified"].astype("float64") * right)
        for share in ("verified", "verified_at_age"):
            interval = bootstrap_pairs(
                score_matrix(reference, share), resamples=options.bootstrap_samples, seed=options.seed
            )
            row |= {share: interval.mean, f"{share}_low": interval.low, f"{share}_high": interval.high}
        pictures = reference.groupby("picture")[["face_found"]].first()
        row |= {"pictures": len(pictures), "face_found": pair_means(pictures, "face_found")}
        by_age = reference.dropna(subset=["age"]).groupby("age")["verified"].mean()
        row |= {age_column(age): share for age, share in zip(by_age.index.tolist(), by_age.tolist(), strict=True)}
    nearest = [nearest_similarity(relations[name]) for name in ("training_generated", "sitter") if name in relations]
    if nearest:
        row["nearest_training_ssim"] = float(pd.concat(nearest).mean())
    columns = {"training": "train", "generated": "generated", "training_generated": "train_generated"}
    for relation, name in columns.items():
        if relation in relations:
            row[f"ssim_{name}"] = pair_means(relations[relation], "ssim")
            row[f"verified_{name}"] = pair_means(relations[relation], "verified")
    return row


def leaderboard(
    scores: Mapping[str, pd.DataFrame],
    ages: Mapping[str, pd.DataFrame],
    photos: Mapping[str, int],
    options: VerificationOptions,
    age_options: AgeOptions,
) -> pd.DataFrame:
    """Rank the fine-tuned models by `verified_at_age`, equal ones by `verified`; the controls follow.

    Where ages are not read all models are equal in the first, so that identity alone decides.

    A model is memorising when its portraits lie nearer to its training photographs than the held-out photographs lie
    to the sitter's, by more than `memorising_margin`. Such a model has no rank and stands after those that have one;
    a model that could not be made for want of photographs stands after both.

    Args:
        scores: of every model and control, by name; `held_out_photos` among them. Their order breaks ties.
        ages: likewise.
        photos: how many photographs each fine-tuned model was trained on; what is not here is a control.
        options: the margin, and the resamples behind the intervals.
        age_options: which ages are right.

    Returns:
        `COLUMNS`, then `verified_age_<index>`; shares in 0..1, similarities and orders in -1..1, errors in years,
        empty where a cell has no meaning.
    """
    rows = {model: model_row(scores[model], ages[model], options, age_options) for model in scores}
    asked = max((index for row in rows.values() for index in _ages(row)), default=-1) + 1
    columns = [*COLUMNS, *map(age_column, range(asked))]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).assign(model=list(rows))
    tuned = table["model"].isin(list(photos))
    table["photos"] = table["model"].map(dict(photos)).astype("Int64")
    table["pictures"] = table["pictures"].astype("Int64").fillna(0)

    nearest = table["nearest_training_ssim"].astype("float64")
    excess = nearest - float(nearest[HELD_OUT])
    memorises = tuned & (excess > options.memorising_margin)
    table["memorising"] = memorises.astype("boolean").where(tuned & excess.notna())

    made = table["verified"].notna()
    shelf = np.select([tuned & made & ~memorises, tuned & made, tuned], [0, 1, 2], default=3)
    keys = [table[name].astype("float64").where(tuned).fillna(0.0) for name in ("verified", "verified_at_age")]
    # Stable sorts, the last key first: equal models keep the order of `scores`.
    table = table.iloc[np.lexsort((-keys[0], -keys[1], shelf))]
    table["rank"] = pd.array([*range(1, (shelf == 0).sum() + 1)] + [pd.NA] * int((shelf != 0).sum()), dtype="Int64")
    return table.reset_index(drop=True)


def _ages(row: Mapping[str, object]) -> list[int]:
    prefix = age_column(0)[:-1]
    return [int(name.removeprefix(prefix)) for name in row if name.startswith(prefix)]
