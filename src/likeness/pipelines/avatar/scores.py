"""Scores of a model or control: one row a pair of pictures.

Relations:
    reference: a portrait and a photograph of the one reference set, the sitter's photographs with a face.
    training: two photographs the model was trained on.
    generated: two of its portraits.
    training_generated: a portrait and a photograph the model was trained on.
    sitter: a control's picture and any of the sitter's photographs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from likeness.pipelines.avatar.pairs import pairs_between, pairs_within

Relation = Literal["reference", "training", "generated", "training_generated", "sitter"]

SCORE_TYPES = {
    "model": "string",
    "relation": "string",
    "picture": "string",
    "other": "string",
    "age": "Int64",
    "face_found": "boolean",
    "distance": "float64",
    "verified": "boolean",
    "ssim": "float64",
    "crop_ssim": "float64",
}


def no_scores() -> pd.DataFrame:
    """Return scores without a row, those of a model that could not be made."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SCORE_TYPES.items()})


def score_pairs(
    model: str,
    relation: Relation,
    *,
    threshold: float,
    distances: pd.DataFrame | None = None,
    ssim: pd.DataFrame | None = None,
    crop_ssim: pd.DataFrame | None = None,
    ages: Mapping[str, int] | pd.Series | None = None,
) -> pd.DataFrame:
    """Lay matrices out as one row a pair.

    Args:
        model: the model or control that is judged.
        relation: how the two pictures of a pair belong together; training and generated are symmetric, and only the
            pairs above the diagonal are kept.
        threshold: the largest distance of a verified pair.
        distances: (n, m) face distances, NaN where a picture has no face.
        ssim: (n, m) structural similarities of the whole pictures.
        crop_ssim: (n, m) structural similarities to the photographs as the model saw them, cropped to the face.
        ages: index of the age prompt of a picture, where it has one.

    Returns:
        Columns as in `SCORE_TYPES`. A pair of which a face is missing is not verified; where faces were not compared
        at all, verified and face_found are empty.

    Raises:
        ValueError: no matrix is given, or two disagree on their pictures.
    """
    given = {"distance": distances, "ssim": ssim, "crop_ssim": crop_ssim}
    matrices = {name: matrix for name, matrix in given.items() if matrix is not None}
    if not matrices:
        raise ValueError("a score needs distances or similarities")
    lay_out = pairs_within if relation in ("training", "generated") else pairs_between
    table: dict[str, Any] = {"model": model, "relation": relation}
    for name, matrix in matrices.items():
        picture, other, values = lay_out(matrix)
        if "picture" in table and not (picture.equals(table["picture"]) and other.equals(table["other"])):
            raise ValueError(f"{name} compares other pictures than {next(iter(matrices))}")
        table |= {"picture": picture, "other": other, name: values}
    scores = pd.DataFrame(table, columns=list(SCORE_TYPES))
    scores["age"] = scores["picture"].map({} if ages is None else dict(ages)).astype("Int64")
    if distances is not None:
        scores["verified"] = scores["distance"] <= threshold  # NaN compares as False
        scores["face_found"] = scores["picture"].map(distances.notna().any(axis=1))
    return scores.astype(SCORE_TYPES)


def pair_means(relation: pd.DataFrame, value: str) -> float:
    """Return the mean of a column over the pairs of one relation, NaN when it has none."""
    values = pd.to_numeric(relation[value]).astype("Float64").dropna()
    return float(values.mean()) if len(values) else np.nan


def nearest_similarity(scores: pd.DataFrame) -> pd.Series:
    """Return each picture's similarity to the photograph it resembles most.

    The photograph counts whole and as the model saw it, cropped to the face: whichever is nearer, for a model that
    memorises returns the crops.

    Returns:
        SSIM indexed by picture.
    """
    return scores.groupby("picture", sort=True)[["ssim", "crop_ssim"]].max().max(axis=1).dropna()


def score_matrix(scores: pd.DataFrame, value: str) -> np.ndarray:
    """Return one relation's column as a float (pictures, others) matrix in 0..1."""
    matrix = scores.assign(**{value: scores[value].astype("float64")}).pivot(
        index="picture", columns="other", values=value
    )
    return matrix.to_numpy(dtype=float)
