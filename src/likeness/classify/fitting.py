"""From pictures to a classifier: views, training, calibration, and the judgement of its validation pictures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.classify import calibration, discriminant, network, training
from likeness.classify.calibration import probabilities
from likeness.classify.changes import AS_THEY_ARE, Change
from likeness.classify.classifier import Classifier, Description, open_classifier
from likeness.classify.folds import held_out
from likeness.classify.judgements import judgement_table
from likeness.classify.network import Parts
from likeness.classify.options import TrainingOptions
from likeness.classify.training import new_parts, train
from likeness.classify.trunk_features import STEP, TrunkFeatures, features_key, judging_features, training_features
from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of

TEXT = {"change": "str", "file": "str", "class": "str"}
_CLASSIFIER, _HISTORY, _VALIDATION = "classifier", "history.csv", "validation.csv"


@dataclass(frozen=True)
class Fitted:
    """A classifier with what its training showed.

    Attributes:
        classifier: ready to judge.
        folder: where it is kept, in Keras's format.
        history: see `likeness.classify.training.Trained`.
        validation: what it said of validation pictures before any refit on them; one row a picture and change: change
            ("as_they_are" or a name), file, class, `p_<class>` (calibrated).
    """

    classifier: Classifier
    folder: Path
    history: pd.DataFrame
    validation: pd.DataFrame


def classes_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Names of the classes, sorted.

    Raises:
        ValueError: there are fewer than two.
    """
    classes = tuple(sorted(set(labels)))
    if len(classes) < 2:
        raise ValueError(f"a classifier needs at least two classes, and there is {', '.join(classes) or 'none'}")
    return classes


def fit_classifier(
    pictures: ImageSet,
    labels: Sequence[str],
    options: TrainingOptions,
    work_root: Path,
    *,
    groups: Sequence[Hashable] | None = None,
    validation: Sequence[bool] | None = None,
    changes: Mapping[str, Change] | None = None,
    round_trip: Change | None = None,
) -> Fitted:
    """Train a classifier on a set of pictures; what an earlier run has done is not done again.

    Args:
        pictures: of all classes.
        labels: the class of each picture.
        options: how it is trained.
        work_root: the folder of unfinished work.
        groups: which pictures belong together, such as near-duplicates; none: each for itself.
        validation: which pictures are kept for early stopping and calibration; none: a share of them, by group.
        changes: by name, what validation pictures go through before they are judged once more.
        round_trip: a generator's encoder and decoder, where `options.decoder` names classes that pass through it.

    Raises:
        ValueError: there are fewer than two classes, a class has too few pictures or none outside the validation set,
            nothing is in that set, or the decoder's classes are not among the classes.
        BackboneError: the backbone's weights cannot be had.
    """
    check_decoder(options, classes_of(labels))
    held = (
        held_out(labels, groups, share=options.validation_share, seed=options.seed)
        if validation is None
        else _checked(validation, labels)
    )
    key = digest_of(
        *(pictures.digest, list(labels), held, options, features_key(options, round_trip), training_code()),
        {name: change.digest for name, change in (changes or {}).items()},
    )
    work = WorkFolder(work_root, f"{STEP}/fits", key)
    if not work.has(_VALIDATION):
        _fit(pictures, labels, held, options, work_root, work, changes or {}, round_trip)
    return Fitted(
        open_classifier(work.file(_CLASSIFIER)),
        work.file(_CLASSIFIER),
        pd.read_csv(work.file(_HISTORY)),
        pd.read_csv(work.file(_VALIDATION), dtype=TEXT),
    )


def training_code() -> str:
    """Digest the code that results of training depend on besides the features."""
    return code_digest(calibration, discriminant, network, training)


def check_decoder(options: TrainingOptions, classes: Sequence[str]) -> None:
    """Refuse classes to pass through a decoder that there are not.

    Raises:
        ValueError: there are such; they are named.
    """
    strange = sorted(set(options.decoder.classes) - set(classes))
    if strange:
        raise ValueError(
            f"decoder.classes names {', '.join(strange)}, and the classes of the pictures are {', '.join(classes)}"
        )


def judged_features(
    parts: Parts, pictures: ImageSet, options: TrainingOptions, work_root: Path, changes: Mapping[str, Change]
) -> dict[str, TrunkFeatures]:
    """Look at the views that pictures are judged by, as they are and after every change."""
    known: dict[str, Change | None] = {AS_THEY_ARE: None, **changes}
    return {
        name: judging_features(parts, pictures, options.views, work_root, change=change)
        for name, change in known.items()
    }


def changed_judgements(
    logits: Mapping[str, NDArray[np.float64]],
    temperature: float,
    files: Sequence[str],
    labels: Sequence[str],
    classes: Sequence[str],
) -> pd.DataFrame:
    """One row a picture and change: change, file, class, `p_<class>`, from logits (pictures, classes) by change."""
    tables = []
    for name, scores in logits.items():
        table = judgement_table(files, probabilities(scores, temperature), classes, labels=labels)
        table.insert(0, "change", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _checked(validation: Sequence[bool], labels: Sequence[str]) -> NDArray[np.bool_]:
    """A validation set that was given, if a classifier can be trained without it and calibrated by it."""
    held = np.asarray(validation, dtype=np.bool_)
    if held.shape != (len(labels),):
        raise ValueError(f"validation is of shape {held.shape}, and there are {len(labels)} pictures")
    if not held.any():
        raise ValueError("the validation set is empty: early stopping and calibration need pictures of their own")
    for name in classes_of(labels):
        if not any(label == name and not spared for label, spared in zip(labels, held, strict=True)):
            raise ValueError(f"all pictures of class {name} are in the validation set, and none is left to train on")
    return held


def _fit(
    pictures: ImageSet,
    labels: Sequence[str],
    held: NDArray[np.bool_],
    options: TrainingOptions,
    work_root: Path,
    work: WorkFolder,
    changes: Mapping[str, Change],
    round_trip: Change | None,
) -> None:
    classes = classes_of(labels)
    parts = new_parts(options, len(classes))
    seen = training_features(parts, pictures, labels, options, work_root, round_trip)
    numbers = np.array([classes.index(label) for label in labels])
    kept, spared = np.flatnonzero(~held), np.flatnonzero(held)
    files = pictures.manifest["file"].to_numpy()[spared].tolist()
    judged = judged_features(parts, pictures.select(files), options, work_root, changes)
    trained = train(parts, seen.select(kept), numbers[kept], seen.select(spared), judged, numbers[spared], options)
    description = Description(
        backbone=options.backbone, classes=classes, temperature=trained.temperature, views=options.views
    )
    right = [labels[place] for place in spared.tolist()]
    table = changed_judgements(trained.validation_logits, trained.temperature, files, right, classes)
    with work.writing(_CLASSIFIER) as folder:
        Classifier(parts.whole, description).save(folder)
    with work.writing(_HISTORY) as path:
        trained.history.to_csv(path, index=False)
    with work.writing(_VALIDATION) as path:
        table.to_csv(path, index=False)
