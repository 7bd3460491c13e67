"""How often a classifier is right, over all and class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from likeness.classify.intervals import Share, wilson_interval


def accuracy(labels: Sequence[str], predicted: Sequence[str], *, confidence: float = 0.95) -> Share:
    """Share of pictures whose predicted class is the right one, with its Wilson interval; "unknown" is wrong."""
    right = sum(label == guess for label, guess in zip(labels, predicted, strict=True))
    return wilson_interval(right, len(labels), confidence=confidence)


def confusion_matrix(labels: Sequence[str], predicted: Sequence[str], classes: Sequence[str]) -> pd.DataFrame:
    """Count pictures by class and prediction.

    Args:
        labels: the right class of each picture.
        predicted: what was predicted, a class or another word such as "unknown".
        classes: in the order wanted.

    Returns:
        One row a class, one column a class and then each other prediction, sorted; pictures, int64.

    Raises:
        ValueError: a label is none of the classes.
    """
    strange = sorted(set(labels) - set(classes))
    if strange:
        raise ValueError(f"pictures of class {', '.join(strange)}, and the classes are {', '.join(classes)}")
    columns = [*classes, *sorted(set(predicted) - set(classes))]
    counts = np.zeros((len(classes), len(columns)), dtype=np.int64)
    rows_of = {name: row for row, name in enumerate(classes)}
    columns_of = {name: column for column, name in enumerate(columns)}
    for label, guess in zip(labels, predicted, strict=True):
        counts[rows_of[label], columns_of[guess]] += 1
    table = pd.DataFrame(counts, index=pd.Index(classes, name="class"), columns=pd.Index(columns, name="predicted"))
    return table


def class_scores(confusion: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Precision and recall of every class (van Rijsbergen 1979) with Wilson intervals.

    Args:
        confusion: as `confusion_matrix` counts it.
        confidence: coverage of the intervals, 0..1.

    Returns:
        One row a class: class, pictures, predicted, precision, precision_low, precision_high, recall, recall_low,
        recall_high; precision is NaN where nothing was predicted to be of the class, recall where it has no picture.
    """
    rows: list[dict[str, Any]] = []
    for name in confusion.index:
        pictures, predicted = int(confusion.loc[name].sum()), int(confusion[name].sum())
        right = int(confusion.loc[name, name])
        precision = wilson_interval(right, predicted, confidence=confidence)
        recall = wilson_interval(right, pictures, confidence=confidence)
        rows.append(
            {"class": name, "pictures": pictures, "predicted": predicted}
            | dict(zip(("precision", "precision_low", "precision_high"), precision, strict=True))
            | dict(zip(("recall", "recall_low", "recall_high"), recall, strict=True))
        )
    return pd.DataFrame(rows)
