"""Probabilities that mean what they say: one temperature for all logits, and how far off they are.

Guo et al. 2017, "On calibration of modern neural networks", arXiv 1706.04599; Brier 1950, "Verification of forecasts
expressed in terms of probability".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

BINS = 10
# Below, few pictures that are all judged rightly, or wrongly beyond remedy, would make the network certain of
# everything; above, it knows nothing.
LOWEST, HIGHEST = 0.5, 20.0


def probabilities(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.float64]:
    """Softmax of logits (n, classes) divided by a temperature above 0; every row sums to 1."""
    shares: NDArray[np.float64] = special.softmax(np.asarray(logits, dtype=np.float64) / temperature, axis=1)
    return shares


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Find the temperature of the least Brier score; what is most likely stays so.

    The score is as honest as the cross-entropy, and among few pictures it does not hang on the one or two that a
    network is most wrong about. A right label of n counts as probable by (n + 1) / (n + 2), as in Platt 1999,
    "Probabilistic outputs for support vector machines": where all pictures are judged rightly, so many say no more.

    Args:
        logits: (n, classes), of pictures that the network was not trained on.
        labels: the right class of each, (n,), counted from 0.

    Returns:
        The temperature, between `LOWEST` and `HIGHEST`.

    Raises:
        ValueError: there is no picture, or the shapes do not fit.
    """
    scores, right = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    _check(scores, right)

    doubt = 1 / (len(right) + 2)
    targets = np.full(scores.shape, doubt / max(scores.shape[1] - 1, 1))
    targets[np.arange(len(right)), right] = 1 - doubt

    def brier_score(log_temperature: float) -> float:
        return float(((probabilities(scores, np.exp(log_temperature)) - targets) ** 2).sum(axis=1).mean())

    found = optimize.minimize_scalar(brier_score, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))


def reliability(shares: ArrayLike, labels: ArrayLike, *, bins: int = BINS) -> pd.DataFrame:
    """Compare how sure a classifier is with how often it is right.

    Args:
        shares: probabilities (n, classes).
        labels: the right class of each picture, (n,), counted from 0.
        bins: equal parts of 0..1 by the probability of the most likely class; a bound belongs to the bin below it.

    Returns:
        One row a bin: low, high, pictures, confidence and accuracy (means; NaN without pictures).

    Raises:
        ValueError: there is no picture, or the shapes do not fit.
    """
    values, right = np.asarray(shares, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    _check(values, right)
    confidence, correct = values.max(axis=1), values.argmax(axis=1) == right
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(place, weights, minlength=bins) / count for weights in (confidence, correct)]
    edges = np.arange(bins + 1) / bins
    return pd.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "pictures": count, "confidence": means[0], "accuracy": means[1]}
    )


def expected_calibration_error(shares: ArrayLike, labels: ArrayLike, *, bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over pictures, in equal bins of confidence; 0..1, 0 is best.

    Args:
        shares: probabilities (n, classes).
        labels: the right class of each picture, (n,), counted from 0.
        bins: equal parts of 0..1.

    Raises:
        ValueError: there is no picture, or the shapes do not fit.
    """
    table = reliability(shares, labels, bins=bins).dropna()
    weights = table["pictures"] / table["pictures"].sum()
    return float((weights * (table["confidence"] - table["accuracy"]).abs()).sum())


def _check(values: NDArray[np.float64], labels: NDArray[np.int64]) -> None:
    if values.ndim != 2 or labels.shape != values.shape[:1]:
        raise ValueError(f"expected (n, classes) and (n,), got shapes {values.shape} and {labels.shape}")
    if not len(labels):
        raise ValueError("calibration needs pictures that the network was not trained on, and there is none")
