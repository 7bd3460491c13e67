"""The pictures to be judged, in the form of the training pictures, and what is known of them."""

from __future__ import annotations

import logging
from pathlib import PurePath

import pandas as pd

from likeness.cleaning import CleaningOptions
from likeness.cleaning.classes import class_labels
from likeness.cleaning.preparing import prepare
from likeness.datasets import ImageSet
from likeness.drawing.table import measured_set

logger = logging.getLogger(__name__)


def clean_judged(pictures: ImageSet, training: ImageSet, options: CleaningOptions, work_folder: str) -> ImageSet:
    """Bring pictures to the form of the training pictures.

    Args:
        pictures: to be judged: in folders, each a set, or with a column `set`.
        training: the cleaned training pictures.
        options: that they were cleaned by.
        work_folder: the root of unfinished work.

    Returns:
        The cleaned pictures, with the columns set, class (empty where none of the training's classes is known), source
        (the original's file), and those of the originals.

    Raises:
        ValueError: no picture is left.
    """
    prepared = prepare(pictures, pictures.manifest["file"].tolist(), options, work_folder)
    named = prepared.notes[["file", "cleaned"]]
    known = pictures.manifest.drop(columns="source", errors="ignore")
    about = named.merge(known, on="file").rename(columns={"file": "source", "cleaned": "file"})
    about = about.drop(columns=["sha256", "width", "height", "group"], errors="ignore")
    labels = class_labels(pictures)[about["source"]].tolist()
    classes = set(training.manifest["class"])
    about["class"] = [label if label in classes else "" for label in labels]
    if "set" not in about.columns:
        whole = PurePath(pictures.root).name
        about.insert(1, "set", [label or whole for label in labels])
    unreadable = pd.DataFrame(list(prepared.unreadable.items()), columns=["file", "reason"], dtype="str")
    rejected = pd.concat([pictures.rejected, unreadable], ignore_index=True)
    if about.empty:
        raise ValueError(f"judge: no picture in {pictures.root} can be used. Expected pictures, in folders or not.")
    cleaned = measured_set(prepared.root, about)
    _warn_of_known(cleaned, training)
    return ImageSet(cleaned.root, cleaned.manifest, rejected)


def _warn_of_known(cleaned: ImageSet, training: ImageSet) -> None:
    """Say which pictures were trained on: what a network says of them is worth nothing."""
    known = cleaned.manifest["sha256"].isin(training.manifest["sha256"])
    if known.any():
        files = ", ".join(cleaned.manifest.loc[known, "source"].head(5))
        logger.warning("%d of the judged pictures are training pictures: %s", known.sum(), files)
