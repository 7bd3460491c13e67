"""What classifiers say of pictures: one verdict a picture, shares of each class, and whether backbones agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from likeness.classify.intervals import wilson_interval

UNKNOWN = "unknown"


def verdicts(files: Sequence[str], shares: ArrayLike, classes: Sequence[str], *, unknown_below: float) -> pd.DataFrame:
    """Say for each picture which class it passes for.

    Args:
        files: names of the pictures.
        shares: calibrated probabilities (n, classes).
        classes: names of the columns; none is "unknown".
        unknown_below: a picture whose most likely class is less probable than this is unknown, 0..1.

    Returns:
        One row a picture: file, verdict (a class or "unknown"), most_likely (a class), confidence (its probability),
        and `p_<class>` for every class.

    Raises:
        ValueError: the shapes do not fit, or a class is named "unknown".
    """
    values = np.asarray(shares, dtype=np.float64)
    if values.shape != (len(files), len(classes)):
        raise ValueError(f"probabilities {values.shape} of {len(files)} pictures and {len(classes)} classes do not fit")
    if UNKNOWN in classes:
        raise ValueError(f"no class may be called {UNKNOWN!r}: that is the verdict of a network that is unsure")
    confidence = values.max(axis=1)
    likely = np.asarray(classes, dtype=object)[values.argmax(axis=1)]
    table = pd.DataFrame({"file": list(files), "verdict": np.where(confidence < unknown_below, UNKNOWN, likely)})
    table["most_likely"], table["confidence"] = likely, confidence
    return table.assign(**{f"p_{name}": values[:, place] for place, name in enumerate(classes)})


def class_shares(table: pd.DataFrame, classes: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """Count the verdicts of one set of pictures.

    Args:
        table: as `verdicts` gives it.
        classes: in the order wanted.
        confidence: coverage of the intervals, 0..1.

    Returns:
        One row a class and one for "unknown": class, pictures (of that verdict), share, share_low, share_high (Wilson),
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
            | {"mean_probability": mean}
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
