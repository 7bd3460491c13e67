"""How well a recipe tells pictures apart that it was not trained on: k-fold cross-validation by group.

Every fold chooses its epochs and its temperature on pictures of its own training part, never on those it is judged by.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.classify.calibration import probabilities
from likeness.classify.fitting import STEP, classes_of, feature_folder, probability_table, training_code
from likeness.classify.folds import held_out, stratified_folds
from likeness.classify.options import TrainingOptions
from likeness.classify.training import Trained, new_parts, picture_logits, train
from likeness.classify.trunk_features import (
    AS_THEY_ARE,
    RoundTrip,
    TrunkFeatures,
    features_key,
    judging_features,
    training_features,
)
from likeness.datasets import ImageSet, WorkFolder, digest_of

_TEXT = {"change": "str", "file": "str", "class": "str"}
Change = Callable[[Image.Image], Image.Image]


def cross_validate(
    pictures: ImageSet,
    labels: Sequence[str],
    options: TrainingOptions,
    work_root: Path,
    *,
    folds: int = 5,
    groups: Sequence[Hashable] | None = None,
    changes: Mapping[str, Change] | None = None,
    round_trip: RoundTrip | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train a classifier for each fold on the others and let it judge the fold; finished folds are not done again.

    Args:
        pictures: of all classes.
        labels: the class of each picture.
        options: how the classifiers are trained.
        work_root: the folder of unfinished work.
        folds: how many.
        groups: which pictures belong together, such as near-duplicates; none: each for itself.
        changes: by name, what pictures go through before the same classifiers judge them once more; a name must change
            with what it does, for results are kept under it.
        round_trip: a generator's decoder, where `options.decoder` names classes that pass through it.

    Returns:
        Judgements, one row a picture and change: change ("as_they_are" or a name), fold, file, class, `p_<class>`
        (calibrated); and the histories, one row a fold and epoch: fold, temperature, and the columns of
        `likeness.classify.training.Trained.history`.

    Raises:
        ValueError: a class has too few pictures for the folds.
        BackboneError: the backbone's weights cannot be had.
    """
    classes = classes_of(labels)
    fold_of = stratified_folds(labels, groups, folds=folds, seed=options.seed)
    numbers = np.array([classes.index(label) for label in labels])
    known: dict[str, Change | None] = {AS_THEY_ARE: None, **(changes or {})}
    key = digest_of(
        *(pictures.digest, list(labels), fold_of, None if groups is None else [str(group) for group in groups]),
        *(options, list(known), features_key(options, round_trip), training_code()),
    )
    work = WorkFolder(work_root, f"{STEP}/folds", key)
    missing = [fold for fold in range(folds) if not work.has(_judgements(fold))]
    if missing:
        parts = new_parts(options, len(classes))
        start = parts.whole.get_weights()
        cache = feature_folder(work_root, options, round_trip)
        seen = training_features(parts, pictures, labels, options, cache, round_trip)
        judged = {
            name: judging_features(parts, pictures, options, cache, change=known[name], name=name) for name in known
        }
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
            judged[AS_THEY_ARE].select(spared),
            numbers[spared],
            options,
        )
        _keep(work, fold, trained, judged, np.flatnonzero(fold_of == fold), pictures, labels, classes)
    judgements = [pd.read_csv(work.file(_judgements(fold)), dtype=_TEXT) for fold in range(folds)]
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
    tables = []
    for name, features in judged.items():
        shares = probabilities(picture_logits(trained.parts, features.select(places)), trained.temperature)
        table = probability_table(files, right, shares, classes)
        table.insert(0, "fold", fold)
        table.insert(0, "change", name)
        tables.append(table)
    with work.writing(_history(fold)) as path:
        trained.history.assign(fold=fold, temperature=trained.temperature).to_csv(path, index=False)
    with work.writing(_judgements(fold)) as path:
        pd.concat(tables).to_csv(path, index=False)


def _judgements(fold: int) -> str:
    return f"judgements_{fold}.csv"


def _history(fold: int) -> str:
    return f"history_{fold}.csv"
