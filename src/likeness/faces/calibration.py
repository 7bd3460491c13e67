"""The threshold at which two faces count as one person: chosen on half of the pictures, judged on the other half.

A threshold reported on the pairs it was chosen on proves nothing, so sitter's photos and impostors are split in halves.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.faces.verification import METRICS, picture_distances, published_threshold

THRESHOLDS = ("published", "calibrated")


class MeanWithInterval(NamedTuple):
    """A mean with the ends of its interval."""

    mean: float
    low: float
    high: float


# A mean over pairs with an interval that resamples pictures, such as likeness.metrics.bootstrap.bootstrap_pairs
# (this package imports no metric): called as bootstrap(matrix, symmetric=True) or bootstrap(matrix, columns=True).
Bootstrap = Callable[..., tuple[float, float, float]]


def calibrate_threshold(impostor_distances: NDArray[np.float64], false_acceptance: float) -> float:
    """Return the largest threshold at which at most `false_acceptance` of the impostors' distances are accepted.

    Args:
        impostor_distances: Distances of pairs of different people, any shape; NaN is left out.
        false_acceptance: Share of these pairs that may be accepted, 0..1.

    Raises:
        ValueError: If there is no distance, or the share is outside 0..1.
    """
    if not 0.0 <= false_acceptance < 1.0:
        raise ValueError(f"false_acceptance is {false_acceptance}; expected at least 0 and less than 1")
    ordered = np.sort(impostor_distances[~np.isnan(impostor_distances)], axis=None)
    if not len(ordered):
        raise ValueError("a threshold needs impostors: no pair of a sitter's and an impostor's photo has faces in both")
    first_rejected = int(np.floor(false_acceptance * len(ordered)))
    return float(np.nextafter(ordered[first_rejected], -np.inf))


def split_in_halves(files: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
    """Split files at random into halves, each in the order given; the first is the larger when the number is odd."""
    first = set(np.random.default_rng(seed).permutation(len(files))[: (len(files) + 1) // 2].tolist())
    return (
        [file for index, file in enumerate(files) if index in first],
        [file for index, file in enumerate(files) if index not in first],
    )


def accepted(distances: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Return 1 where a distance is at most the threshold, 0 where not, NaN where there is no distance."""
    return np.where(np.isnan(distances), np.nan, distances <= threshold)


def acceptance(
    distances: NDArray[np.float64], threshold: float, bootstrap: Bootstrap, *, symmetric: bool = False
) -> MeanWithInterval:
    """Return the share of pairs accepted, with its interval over resampled pictures.

    Args:
        distances: Pictures × pictures; NaN where one has no face.
        threshold: Largest distance that is accepted.
        bootstrap: Mean over pairs with an interval over pictures.
        symmetric: Whether rows and columns are the same pictures; otherwise both are drawn.
    """
    pairs = accepted(distances, threshold)
    return MeanWithInterval(*(bootstrap(pairs, symmetric=True) if symmetric else bootstrap(pairs, columns=True)))


def compare_recognisers(
    sitter: pd.DataFrame,
    impostors: pd.DataFrame,
    *,
    false_acceptance: float,
    seed: int,
    bootstrap: Bootstrap,
    metrics: Sequence[str] = METRICS,
) -> pd.DataFrame:
    """Compare recognisers and metrics by what they accept of the sitter and of impostors.

    Thresholds are calibrated on half the sitter's photos against half the impostors; all rates are of the other halves.

    Args:
        sitter: The sitter's embeddings by every recogniser, as `likeness.faces.recogniser.embed_pictures` gives them.
        impostors: The impostors' embeddings, likewise.
        false_acceptance: Share of impostor pairs that a calibrated threshold may accept, 0..1.
        seed: Seed of the halves.
        bootstrap: Mean over pairs with an interval over pictures.
        metrics: Which of `METRICS` to compare.

    Returns:
        One row a recogniser and metric: `recogniser, detector, expand_percentage, align, metric, photos,
        photos_with_face, impostors, impostors_with_face, evaluation_photos, evaluation_impostors` (those judged: with
        a face, in the other halves), `false_acceptance_target`; for `published` and for `calibrated` the columns
        `threshold_*, true_acceptance_*` and `false_acceptance_*` with `_low` and `_high`; and `chosen`, true in the one
        row with the highest true acceptance at its calibrated threshold.

    Raises:
        ValueError: If a recogniser finds no face on either side of the calibration.
    """
    rows = []
    for recogniser in sitter["recogniser"].unique():
        own = sitter[sitter["recogniser"] == recogniser]
        others = impostors[impostors["recogniser"] == recogniser]
        own_halves = split_in_halves(_with_face(own), seed)
        other_halves = split_in_halves(_with_face(others), seed)
        counts = {
            "recogniser": recogniser,
            **{name: own[name].iloc[0] for name in ("detector", "expand_percentage", "align")},
            "photos": own["file"].nunique(),
            "photos_with_face": sum(map(len, own_halves)),
            "impostors": others["file"].nunique(),
            "impostors_with_face": sum(map(len, other_halves)),
            "evaluation_photos": len(own_halves[1]),
            "evaluation_impostors": len(other_halves[1]),
            "false_acceptance_target": false_acceptance,
        }
        for metric in metrics:
            genuine = picture_distances(own, own, metric).loc[own_halves[1], own_halves[1]].to_numpy()
            impostor = picture_distances(own, others, metric)
            calibration = impostor.loc[own_halves[0], other_halves[0]].to_numpy()
            thresholds = {
                "published": published_threshold(recogniser, metric),
                "calibrated": calibrate_threshold(calibration, false_acceptance),
            }
            evaluation = impostor.loc[own_halves[1], other_halves[1]].to_numpy()
            rows.append({**counts, "metric": metric, **_rates(genuine, evaluation, thresholds, bootstrap)})
    table = pd.DataFrame(rows)
    table["chosen"] = table.index == table["true_acceptance_calibrated"].fillna(-1.0).idxmax()
    return table


def _with_face(embeddings: pd.DataFrame) -> list[str]:
    return list(embeddings.loc[embeddings["faces"] > 0, "file"].unique())


def _rates(
    genuine: NDArray[np.float64], impostor: NDArray[np.float64], thresholds: dict[str, float], bootstrap: Bootstrap
) -> dict[str, float]:
    row: dict[str, float] = {}
    for kind in THRESHOLDS:
        row[f"threshold_{kind}"] = thresholds[kind]
        for name, distances, symmetric in (("true", genuine, True), ("false", impostor, False)):
            share = acceptance(distances, thresholds[kind], bootstrap, symmetric=symmetric)
            column = f"{name}_acceptance_{kind}"
            row |= {column: share.mean, f"{column}_low": share.low, f"{column}_high": share.high}
    return row
