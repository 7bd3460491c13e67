"""Cross-validation of the baseline: logistic regression on grey-level and size statistics alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from likeness.classify.calibration import probabilities
from likeness.classify.fitting import classes_of
from likeness.classify.folds import stratified_folds
from likeness.classify.grey_statistics import grey_statistics
from likeness.classify.judgements import judgement_table
from likeness.classify.logistic_regression import fit_logistic_regression
from likeness.datasets import ImageSet

PENALTY = 1e-2


def cross_validate_baseline(
    pictures: ImageSet,
    labels: Sequence[str],
    *,
    folds: int = 5,
    groups: Sequence[Hashable] | None = None,
    seed: int = 0,
    penalty: float = PENALTY,
) -> pd.DataFrame:
    """Judge every picture by a baseline fitted on the other folds, which are those of `cross_validate`.

    Args:
        pictures: of all classes.
        labels: the class of each picture.
        folds: how many.
        groups: which pictures belong together; none: each for itself.
        seed: of the folds.
        penalty: of the regression's squared weights.

    Returns:
        One row a picture: fold, file, class, `p_<class>`.

    Raises:
        ValueError: a class has too few pictures for the folds.
    """
    classes = classes_of(labels)
    fold_of = stratified_folds(labels, groups, folds=folds, seed=seed)
    numbers = np.array([classes.index(label) for label in labels])
    statistics = np.stack([grey_statistics(image) for _, image in pictures])
    shares = np.empty((len(labels), len(classes)))
    for fold in range(folds):
        judged = fold_of == fold
        fitted = fit_logistic_regression(statistics[~judged], numbers[~judged], classes=len(classes), penalty=penalty)
        shares[judged] = probabilities(fitted.logits(statistics[judged]))
    table = judgement_table(list(pictures.manifest["file"]), shares, classes, labels=labels)
    table.insert(0, "fold", fold_of)
    return table
