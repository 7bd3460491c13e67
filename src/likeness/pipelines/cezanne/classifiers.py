"""Train the networks that judge: one by all classes, and a control that never saw the generator's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from likeness.classify.backbones import BackboneName
from likeness.classify.baseline import cross_validate_baseline
from likeness.classify.changes import AS_THEY_ARE, Change
from likeness.classify.classifier import open_classifier
from likeness.classify.controls import fit_without
from likeness.classify.cross_validation import cross_validate
from likeness.classify.fitting import Fitted, fit_classifier, training_code
from likeness.classify.judging import judge_pictures
from likeness.classify.options import TrainingOptions
from likeness.datasets import Checkpoint, ImageSet, WorkFolder, digest_of
from likeness.pipelines.cezanne.lesson import Lesson
from likeness.pipelines.cezanne.options import ClassifierOptions
from likeness.pipelines.cezanne.round_trip import ROUND_TRIP

BASELINE = "grey statistics"
_MOST_FOLDS = 5  # of the baseline, where there is no cross-validation to share folds with


@dataclass(frozen=True)
class Trained:
    """A network, or in its place the reason why there is none.

    Attributes:
        classifier: a folder with network.keras and classifier.json, or with skipped.txt.
        history: one row an epoch: fold (missing outside a cross-validation), fit, epoch, loss, accuracy, …
        judgements: of pictures it had not seen: measured_on (test, cross-validation or validation), change, file,
            class, `p_<class>`.
    """

    classifier: Checkpoint
    history: pd.DataFrame
    judgements: pd.DataFrame


def train_classifier(
    backbone: BackboneName, lesson: Lesson, options: ClassifierOptions, round_trip: Change | None, work_folder: str
) -> Trained:
    """Train a network on all classes, and let it judge pictures that it has not seen.

    Args:
        backbone: the network.
        lesson: what it learns from.
        options: how.
        round_trip: the base model's VAE; none: pictures do not pass through it.
        work_folder: the root of unfinished work.

    Raises:
        ValueError: the classes cannot be learned from.
        BackboneError: the network's weights cannot be had.
    """
    training = options.training_of(backbone, lesson.classes)
    changes = {ROUND_TRIP: round_trip} if round_trip else {}
    fitted = fit_classifier(
        lesson.pictures,
        lesson.labels,
        training,
        Path(work_folder),
        groups=lesson.groups,
        validation=lesson.validation,
        changes=changes,
        round_trip=round_trip,
    )
    history, judgements = fitted.history, fitted.validation.assign(measured_on="validation")
    if options.folds:
        judged, histories = cross_validate(
            lesson.pictures,
            lesson.labels,
            training,
            Path(work_folder),
            folds=options.folds,
            groups=lesson.groups,
            changes=changes,
            round_trip=round_trip,
        )
        history = pd.concat([histories, history], ignore_index=True)
        judgements = judged.assign(measured_on="cross-validation")
    if len(lesson.test):
        judgements = _tested(fitted, lesson.test, changes, work_folder).assign(measured_on="test")
    return Trained(Checkpoint(fitted.folder, _made_from(backbone, lesson, training, round_trip)), history, judgements)


def train_control(
    backbone: BackboneName, lesson: Lesson, options: ClassifierOptions, round_trip: Change | None, work_folder: str
) -> Trained:
    """Train a network that never saw the generator's classes; see `train_classifier`."""
    left_out = [name for name in options.generator_classes if name in lesson.classes]
    if not left_out:
        return skipped(control_name(backbone, options), "no class of a generator is among the pictures", work_folder)
    if len(lesson.classes) - len(left_out) < 2:
        reason = f"without the classes {', '.join(left_out)} fewer than two are left"
        return skipped(control_name(backbone, options), reason, work_folder)
    training = options.training_of(backbone, lesson.classes)
    fitted = fit_without(
        lesson.pictures,
        lesson.labels,
        training,
        Path(work_folder),
        left_out=left_out,
        groups=lesson.groups,
        validation=lesson.validation,
        round_trip=round_trip,
    )
    made_from = _made_from(backbone, lesson, training, round_trip) | {"left_out": left_out}
    judgements = fitted.validation.assign(measured_on="validation")
    return Trained(Checkpoint(fitted.folder, made_from), fitted.history, judgements)


def skipped(name: str, reason: str, work_folder: str) -> Trained:
    """What stands for a network that is not trained: a folder that says why, and empty tables."""
    work = WorkFolder(work_folder, "classify/skipped", digest_of(name, reason))
    if not work.has("skipped"):
        with work.writing("skipped") as folder:
            folder.mkdir()
            (folder / "skipped.txt").write_text(f"{name}: {reason}\n", encoding="utf-8")
    history = pd.DataFrame(columns=["fit", "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"])
    judgements = pd.DataFrame(columns=["change", "file", "class", "measured_on"], dtype="str")
    return Trained(Checkpoint(work.file("skipped"), {"name": name, "skipped": reason}), history, judgements)


def is_skipped(classifier: Checkpoint) -> bool:
    """Tell whether a checkpoint stands for a network that was not trained."""
    return "skipped" in classifier.made_from


def control_name(backbone: str, options: ClassifierOptions) -> str:
    """What tables call a backbone that never saw the generator's classes."""
    return f"{backbone} without {', '.join(options.generator_classes)}"


def judge_by_grey(lesson: Lesson, options: ClassifierOptions) -> pd.DataFrame:
    """Judge every picture by grey-level and size statistics alone, fitted on the other folds: the baseline."""
    members = pd.DataFrame({"class": lesson.labels, "group": lesson.groups})
    fewest = int(members.groupby("class")["group"].nunique().min())
    judged = cross_validate_baseline(
        lesson.pictures,
        lesson.labels,
        folds=min(options.folds or _MOST_FOLDS, fewest),
        groups=lesson.groups,
        seed=options.training.seed,
    )
    return judged.assign(change=AS_THEY_ARE, measured_on="cross-validation")


def _tested(fitted: Fitted, test: ImageSet, changes: Mapping[str, Change], work_folder: str) -> pd.DataFrame:
    classes = test.manifest["class"].tolist()
    known: dict[str, Change | None] = {AS_THEY_ARE: None, **changes}
    tables = []
    for name, change in known.items():
        judged = judge_pictures(fitted.classifier, test, Path(work_folder), change=change)
        judged.insert(0, "change", name)
        judged.insert(2, "class", classes)
        tables.append(judged)
    return pd.concat(tables, ignore_index=True)


def judge_set(classifier: Checkpoint, pictures: ImageSet, judge: str, work_folder: str) -> pd.DataFrame:
    """Judge pictures by a network, or by none where it was skipped.

    Returns:
        One row a picture: judge, set, file, class (empty where it is not known), `p_<class>`.
    """
    if is_skipped(classifier):
        return pd.DataFrame(columns=["judge", "set", "file", "class"], dtype="str")
    judged = judge_pictures(open_classifier(classifier.path), pictures, Path(work_folder))
    for place, name in enumerate(("set", "class")):
        judged.insert(place, name, pictures.manifest[name].to_numpy())
    judged.insert(0, "judge", judge)
    return judged


def _made_from(
    backbone: str, lesson: Lesson, training: TrainingOptions, round_trip: Change | None
) -> dict[str, object]:
    counts = dict(zip(*np.unique(lesson.labels, return_counts=True), strict=True))
    return {
        "backbone": backbone,
        "pictures_digest": lesson.pictures.digest,
        "pictures": {str(name): int(count) for name, count in counts.items()},
        "options": training.model_dump(mode="json"),
        "round_trip_digest": round_trip.digest if round_trip else None,
        "code_digest": training_code(),
    }
