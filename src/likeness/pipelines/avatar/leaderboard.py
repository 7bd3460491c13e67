"""One row a model: how often its portraits are recognised as the sitter, and whether it only repeats photographs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from likeness.metrics.bootstrap import bootstrap_pairs
from likeness.pipelines.avatar.options import VerificationOptions
from likeness.pipelines.avatar.scores import nearest_similarity, pair_means, score_matrix
from likeness.pipelines.avatar.subsets import SUBSETS

BASE_MODEL, IMPOSTORS, HELD_OUT = "base_model", "impostors", "held_out_photos"
CONTROLS = (HELD_OUT, BASE_MODEL, IMPOSTORS)
MODELS = (*SUBSETS, *CONTROLS)

COLUMNS = (
    *("rank", "model", "photos", "pictures"),
    *("verified", "verified_low", "verified_high", "face_found"),
    *("nearest_training_ssim", "memorising"),
    *("ssim_train", "verified_train", "ssim_generated", "verified_generated"),
    *("ssim_train_generated", "verified_train_generated"),
)


def age_column(age: int) -> str:
    """Name the column of the share verified at one age prompt."""
    return f"verified_age_{age}"


def model_row(scores: pd.DataFrame, options: VerificationOptions) -> dict[str, object]:
    """Summarise the scores of one model or control.

    Args:
        scores: as `likeness.pipelines.avatar.scores.score_pairs` lays them out.
        options: how many resamples, and their seed.

    Returns:
        The leaderboard's columns but for model, photos, memorising and rank; what has no meaning for it is missing.
        `verified` is the share of pairs of a picture and a reference photo within the threshold, its interval of
        95 % comes from resampled pictures; a picture without a face verifies with none.
    """
    row: dict[str, object] = {}
    relations = dict(iter(scores.groupby("relation")))
    if (reference := relations.get("reference")) is not None:
        interval = bootstrap_pairs(
            score_matrix(reference, "verified"), resamples=options.bootstrap_samples, seed=options.seed
        )
        pictures = reference.groupby("picture")[["face_found"]].first()
        row |= {"pictures": len(pictures), "face_found": pair_means(pictures, "face_found")}
        row |= {"verified": interval.mean, "verified_low": interval.low, "verified_high": interval.high}
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
    scores: Mapping[str, pd.DataFrame], photos: Mapping[str, int], options: VerificationOptions
) -> pd.DataFrame:
    """Rank the fine-tuned models; the controls follow.

    A model is memorising when its portraits lie nearer to its training photographs than the held-out photographs lie
    to the sitter's, by more than `memorising_margin`. Such a model has no rank and stands after those that have one;
    a model that could not be made for want of photographs stands after both.

    Args:
        scores: of every model and control, by name.
        photos: how many photographs each fine-tuned model was trained on.
        options: the margin, and the resamples behind the intervals.

    Returns:
        `COLUMNS`, then `verified_age_<index>`; shares in 0..1, similarities in -1..1, empty where a cell has no
        meaning.
    """
    rows = {model: model_row(scores[model], options) for model in MODELS}
    ages = max((index for row in rows.values() for index in _ages(row)), default=-1) + 1
    columns = [*COLUMNS, *map(age_column, range(ages))]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).assign(model=list(rows))
    tuned = table["model"].isin(SUBSETS)
    table["photos"] = table["model"].map(dict(photos)).astype("Int64")
    table["pictures"] = table["pictures"].astype("Int64").fillna(0)

    nearest = table["nearest_training_ssim"].astype("float64")
    excess = nearest - float(nearest[HELD_OUT])
    memorises = tuned & (excess > options.memorising_margin)
    table["memorising"] = memorises.astype("boolean").where(tuned & excess.notna())

    made = table["verified"].notna()
    shelf = np.select([tuned & made & ~memorises, tuned & made, tuned], [0, 1, 2], default=3)
    likeness = table["verified"].astype("float64").where(tuned, other=0.0)
    # Stable sorts: equal models keep the order of `MODELS`.
    table = table.iloc[np.lexsort((-likeness.fillna(0.0), shelf))]
    table["rank"] = pd.array([*range(1, (shelf == 0).sum() + 1)] + [pd.NA] * int((shelf != 0).sum()), dtype="Int64")
    return table.reset_index(drop=True)


def _ages(row: Mapping[str, object]) -> list[int]:
    prefix = age_column(0)[:-1]
    return [int(name.removeprefix(prefix)) for name in row if name.startswith(prefix)]
