"""What classifiers say of pictures: one verdict a picture, shares of each class, and whether backbones agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from likeness.classify.intervals import wilson_interval
from likeness.classify.judgements import PROBABILITY, classes_in, predicted_classes, shares_in

UNKNOWN = "unknown"


def verdicts(judgements: pd.DataFrame, *, unknown_below: float) -> pd.DataFrame:
    """Say for each picture which class it passes for.

    Args:
        judgements: one row a picture: file, `p_<class>` (calibrated).
        unknown_below: a picture whose most likely class is less probable than this is unknown, 0..1.

    Returns:
        One row a picture: file, verdict (a class or "unknown"), most_likely (a class), confidence (its probability),
        and `p_<class>` for every class.

    Raises:
        ValueError: a class is named "unknown".
    """
    if UNKNOWN in classes_in(judgements):
        raise ValueError(f"no class may be called {UNKNOWN!r}: that is the verdict of a network that is unsure")
    shares, likely = shares_in(judgements), np.asarray(predicted_classes(judgements), dtype=object)
    confidence = shares.max(axis=1)
    table = judgements[["file"]].assign(verdict=np.where(confidence < unknown_below, UNKNOWN, likely))
    table["most_likely"], table["confidence"] = likely, confidence
    return table.join(judgements.filter(regex=f"^{PROBABILITY}"))


def class_shares(table: pd.DataFrame, classes: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """Count the verdicts of one set of pictures.

    Args:
        table: as `verdicts` gives it.
        classes: in the order wanted.
        confidence: coverage of the intervals, 0..1.

    Returns:
        One row a class and one for "unknown": class, pictures (of that verdict), share, share_low, share_high (Wilson),
        most_likely (pictures whose most likely class it is, however unsure the network; 0 for "unknown"), and
        mean_probability (NaN for "unknown").
    """
    rows: list[dict[str, Any]] = []
    for name in (*classes, UNKNOWN):
        count = int((table["verdict"] == name).sum())
        share = wilson_interval(count, len(table), confidence=confidence)
        mean = float("nan") if name == UNKNOWN else float(table[f"p_{name}"].mean())
        rows.append(
            {"class": name, "pictures": count}
            | dict(zip(("share", "share_low", "share_high"), share, strict=True))
            | {"most_likely": int((table["most_likely"] == name).sum()), "mean_probability": mean}
        )
    return pd.DataFrame(rows)


def agreement(said: Mapping[str, Sequence[str]], *, confidence: float = 0.95) -> pd.DataFrame:
    """Compare what backbones say of the same pictures.

    Args:
        said: verdicts by backbone, in one order of the pictures.
        confidence: coverage of the intervals, 0..1.

    Returns:
        One row a pair of backbones: first, second, pictures, share (of equal verdicts), share_low, share_high (Wilson),
        kappa (Cohen 1960: 0 as by chance, 1 always; NaN where both always say the same one thing).

    Raises:
        ValueError: the backbones judged different numbers of pictures.
    """
    columns = ("first", "second", "pictures", "share", "share_low", "share_high", "kappa")
    rows = []
    for first, second in combinations(said, 2):
        one, other = np.asarray(said[first], dtype=object), np.asarray(said[second], dtype=object)
        if len(one) != len(other):
            raise ValueError(f"{first} judged {len(one)} pictures and {second} {len(other)}: give the same pictures")
        share = wilson_interval(int((one == other).sum()), len(one), confidence=confidence)
        rows.append((first, second, len(one), *share, _kappa(one, other, share.share)))
    return pd.DataFrame(rows, columns=list(columns))


def _kappa(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], observed: float) -> float:
    if not len(one):
        return float("nan")
    chance = sum(float((one == name).mean() * (other == name).mean()) for name in set(one) | set(other))
    return float("nan") if chance == 1 else (observed - chance) / (1 - chance)
