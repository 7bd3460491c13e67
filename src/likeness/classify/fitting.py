"""From pictures to a classifier: views, training, calibration, and the judgement of its validation pictures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.classify import calibration, discriminant, network, training
from likeness.classify.calibration import probabilities
from likeness.classify.classifier import Classifier, Description, open_classifier
from likeness.classify.folds import held_out
from likeness.classify.options import TrainingOptions
from likeness.classify.training import new_parts, train
from likeness.classify.trunk_features import RoundTrip, features_key, judging_features, training_features
from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of

STEP = "classify"
_CLASSIFIER, _HISTORY, _VALIDATION = "classifier", "history.csv", "validation.csv"


@dataclass(frozen=True)
class Fitted:
    """A classifier with what its training showed.

    Attributes:
        classifier: ready to judge.
        folder: where it is kept, in Keras's format.
        history: see `likeness.classify.training.Trained`.
        validation: one row a validation picture: file, class, and `p_<class>` before any refit on them.
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
    round_trip: RoundTrip | None = None,
) -> Fitted:
    """Train a classifier on a set of pictures; what an earlier run has done is not done again.

    Args:
        pictures: of all classes.
        labels: the class of each picture.
        options: how it is trained.
        work_root: the folder of unfinished work.
        groups: which pictures belong together, such as near-duplicates; none: each for itself.
        validation: which pictures are kept for early stopping and calibration; none: a share of them, by group.
        round_trip: a generator's decoder, where `options.decoder` names classes that pass through it.

    Raises:
        ValueError: there are fewer than two classes, or a class has too few pictures.
        BackboneError: the backbone's weights cannot be had.
    """
    classes_of(labels)
    held = (
        held_out(labels, groups, share=options.validation_share, seed=options.seed)
        if validation is None
        else np.asarray(validation, dtype=np.bool_)
    )
    key = digest_of(pictures.digest, list(labels), held, options, features_key(options, round_trip), training_code())
    work = WorkFolder(work_root, f"{STEP}/fits", key)
    if not work.has(_VALIDATION):
        _fit(pictures, labels, held, options, work_root, work, round_trip)
    return Fitted(
        open_classifier(work.file(_CLASSIFIER)),
        work.file(_CLASSIFIER),
        pd.read_csv(work.file(_HISTORY)),
        pd.read_csv(work.file(_VALIDATION), dtype={"file": "str", "class": "str"}),
    )


def training_code() -> str:
    """Digest the code that results of training depend on besides the features."""
    return code_digest(calibration, discriminant, network, training)


def feature_folder(work_root: Path, options: TrainingOptions, round_trip: RoundTrip | None) -> WorkFolder:
    """The work folder of trunk features, which all trainings with these views share."""
    return WorkFolder(work_root, f"{STEP}/views", features_key(options, round_trip))


def probability_table(
    files: Sequence[str], labels: Sequence[str], shares: NDArray[np.float64], classes: Sequence[str]
) -> pd.DataFrame:
    """One row a picture: file, class, `p_<class>`."""
    table = pd.DataFrame({"file": list(files), "class": list(labels)})
    return table.assign(**{f"p_{name}": shares[:, place] for place, name in enumerate(classes)})


def _fit(
    pictures: ImageSet,
    labels: Sequence[str],
    held: NDArray[np.bool_],
    options: TrainingOptions,
    work_root: Path,
    work: WorkFolder,
    round_trip: RoundTrip | None,
) -> None:
    classes = classes_of(labels)
    parts = new_parts(options, len(classes))
    cache = feature_folder(work_root, options, round_trip)
    seen = training_features(parts, pictures, labels, options, cache, round_trip)
    numbers = np.array([classes.index(label) for label in labels])
    kept, spared = np.flatnonzero(~held), np.flatnonzero(held)
    files = pictures.manifest["file"].to_numpy()
    judged = judging_features(parts, pictures.select(files[spared]), options, cache)
    trained = train(parts, seen.select(kept), numbers[kept], seen.select(spared), judged, numbers[spared], options)
    description = Description(
        backbone=options.backbone, classes=classes, temperature=trained.temperature, views=options.views
    )
    shares = probabilities(trained.validation_logits, trained.temperature)
    table = probability_table(files[spared].tolist(), [labels[place] for place in spared.tolist()], shares, classes)
    with work.writing(_CLASSIFIER) as folder:
        Classifier(parts.whole, description).save(folder)
    with work.writing(_HISTORY) as path:
        trained.history.to_csv(path, index=False)
    with work.writing(_VALIDATION) as path:
        table.to_csv(path, index=False)
