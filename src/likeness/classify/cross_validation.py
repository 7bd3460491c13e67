"""How well a recipe tells pictures apart that it was not trained on: k-fold cross-validation by group.

Every fold chooses its epochs and its temperature on pictures of its own training part, never on those it is judged by.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.classify.changes import AS_THEY_ARE, Change
from likeness.classify.fitting import (
    TEXT,
    changed_judgements,
    check_decoder,
    classes_of,
    judged_features,
    training_code,
)
from likeness.classify.folds import held_out, stratified_folds
from likeness.classify.options import TrainingOptions
from likeness.classify.training import Trained, new_parts, picture_logits, train
from likeness.classify.trunk_features import STEP, TrunkFeatures, features_key, training_features
from likeness.datasets import ImageSet, WorkFolder, digest_of


def cross_validate(
    pictures: ImageSet,
    labels: Sequence[str],
    options: TrainingOptions,
    work_root: Path,
    *,
    folds: int = 5,
    groups: Sequence[Hashable] | None = None,
    changes: Mapping[str, Change] | None = None,
    round_trip: Change | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train a classifier for each fold on the others and let it judge the fold; finished folds are not done again.

    Args:
        pictures: of all classes.
        labels: the class of each picture.
        options: how the classifiers are trained.
        work_root: the folder of unfinished work.
        folds: how many.
        groups: which pictures belong together, such as near-duplicates; none: each for itself.
        changes: by name, what pictures go through before the same classifiers judge them once more.
        round_trip: a generator's encoder and decoder, where `options.decoder` names classes that pass through it.

    Returns:
        Judgements, one row a picture and change: change ("as_they_are" or a name), fold, file, class, `p_<class>`
        (calibrated); and the histories, one row a fold and epoch: fold, temperature, and the columns of
        `likeness.classify.training.Trained.history`.

    Raises:
        ValueError: a class has too few pictures for the folds, or the decoder's classes are not among them.
        BackboneError: the backbone's weights cannot be had.
    """
    classes = classes_of(labels)
    check_decoder(options, classes)
    fold_of = stratified_folds(labels, groups, folds=folds, seed=options.seed)
    numbers = np.array([classes.index(label) for label in labels])
    key = digest_of(
        *(pictures.digest, list(labels), fold_of, None if groups is None else [str(group) for group in groups]),
        *(options, features_key(options, round_trip), training_code()),
        {name: change.digest for name, change in (changes or {}).items()},
    )
    work = WorkFolder(work_root, f"{STEP}/folds", key)
    missing = [fold for fold in range(folds) if not work.has(_judgements(fold))]
    if missing:
        parts = new_parts(options, len(classes))
        start = parts.whole.get_weights()
        seen = training_features(parts, pictures, labels, options, work_root, round_trip)
        judged = judged_features(parts, pictures, options, work_root, changes or {})
    for fold in missing:
        parts.whole.set_weights(start)
        kept = np.flatnonzero(fold_of != fold)
        held = held_out(
            [labels[place] for place in kept.tolist()],
            None if groups is None else [groups[place] for place in kept.tolist()],
            share=options.validation_share,
            seed=options.seed,
        )
        learnt, spared = kept[~held], kept[held]
        trained = train(
            parts,
            seen.select(learnt),
            numbers[learnt],
            seen.select(spared),
            {AS_THEY_ARE: judged[AS_THEY_ARE].select(spared)},
            numbers[spared],
            options,
        )
        _keep(work, fold, trained, judged, np.flatnonzero(fold_of == fold), pictures, labels, classes)
    judgements = [pd.read_csv(work.file(_judgements(fold)), dtype=TEXT) for fold in range(folds)]
    histories = [pd.read_csv(work.file(_history(fold))) for fold in range(folds)]
    return pd.concat(judgements, ignore_index=True), pd.concat(histories, ignore_index=True)


def _keep(
    work: WorkFolder,
    fold: int,
    trained: Trained,
    judged: Mapping[str, TrunkFeatures],
    places: NDArray[np.int64],
    pictures: ImageSet,
    labels: Sequence[str],
    classes: Sequence[str],
) -> None:
    """Judge a fold and write down what came of it, the judgements last."""
    files = pictures.manifest["file"].to_numpy()[places].tolist()
    right = [labels[place] for place in places.tolist()]
    logits = {name: picture_logits(trained.parts, features.select(places)) for name, features in judged.items()}
    table = changed_judgements(logits, trained.temperature, files, right, classes)
    table.insert(1, "fold", fold)
    with work.writing(_history(fold)) as path:
        trained.history.assign(fold=fold, temperature=trained.temperature).to_csv(path, index=False)
    with work.writing(_judgements(fold)) as path:
        table.to_csv(path, index=False)


def _judgements(fold: int) -> str:
    return f"judgements_{fold}.csv"


def _history(fold: int) -> str:
    return f"history_{fold}.csv"
