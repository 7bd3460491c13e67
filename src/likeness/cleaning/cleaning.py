"""Pictures of several classes made comparable: one form, near-duplicates grouped, splits by group, a report."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from likeness.cleaning.classes import CLASS, check_classes, class_labels
from likeness.cleaning.grouping import groups, near_pairs
from likeness.cleaning.options import CleaningOptions
from likeness.cleaning.preparing import Prepared, prepare
from likeness.cleaning.report import cleaning_report
from likeness.cleaning.splitting import divide
from likeness.datasets import ImageSet
from likeness.datasets.scan import duplicate_of

logger = logging.getLogger(__name__)

_BLANK = 1.0  # standard deviation of grey levels below which a thumbnail shows nothing


def clean(paintings: ImageSet, options: CleaningOptions, work_folder: str) -> tuple[ImageSet, pd.DataFrame]:
    """Clean pictures of several classes.

    Pictures that cannot be used are set aside, never silently. A picture that two classes hold is taken from both,
    since either may be wrong; near-duplicates, within a class or between two, stay but share a group, and no group is
    torn by a split or a fold.

    Args:
        paintings: pictures in class folders, or with a column `class`.
        options: see `CleaningOptions`.
        work_folder: the root of unfinished work.

    Returns:
        The cleaned pictures, with the columns class, group, split, fold (from 0; missing in the test split), source
        (the original's file), scale, then those of the originals; and the report, see
        `likeness.cleaning.report.cleaning_report`.

    Raises:
        ClassError: the classes cannot be learned from.
    """
    labels = class_labels(paintings)
    aside = _unusable(paintings, labels, options)
    aside |= _in_two_classes(_repeats(paintings), labels)
    files = [file for file in paintings.manifest["file"] if file not in aside]
    prepared = prepare(paintings, files, options, work_folder)
    aside |= prepared.unreadable
    aside |= {file: "blank: nothing is to be seen on it" for file in _blank(prepared)}

    thumbnails = {file: small for file, small in prepared.thumbnails.items() if file not in aside}
    pairs = near_pairs(
        list(thumbnails),
        list(thumbnails.values()),
        bits=options.near_duplicate_bits,
        part_bits=options.near_duplicate_part_bits,
        mirrored=options.mirrored,
    )
    same = pairs[pairs["same_picture"]]
    aside |= _in_two_classes(zip(same["file_a"], same["file_b"], strict=True), labels)
    images, repeated = _cleaned_set(prepared, [file for file in thumbnails if file not in aside])
    aside |= repeated
    members = _divided([file for file in thumbnails if file not in aside], pairs, labels, paintings, options)
    _tell(paintings, pairs, labels, aside)
    report = cleaning_report(paintings, labels, aside, prepared.notes, members, pairs)
    return _described(images, prepared, members, paintings), report


def _unusable(paintings: ImageSet, labels: pd.Series, options: CleaningOptions) -> dict[str, str]:
    """Why pictures cannot be used, before any is opened."""
    aside = dict(zip(paintings.rejected["file"], paintings.rejected["reason"], strict=True))
    sizes = paintings.manifest.set_index("file")[["width", "height"]]
    for file, width, height in zip(sizes.index, sizes["width"], sizes["height"], strict=True):
        label = labels[file]
        if not label:
            aside[file] = "no class: it is in no class folder, and no column 'class' names one"
        elif options.classes and label not in options.classes:
            aside[file] = f"class {label} is none of cleaning.classes"
        elif min(width, height) < options.minimum_side:
            aside[file] = f"{width}x{height} pixels: smaller than cleaning.minimum_side, {options.minimum_side}"
    return aside


def _repeats(paintings: ImageSet) -> list[tuple[str, str]]:
    """Files that repeat an earlier one byte by byte, each with that one."""
    rejected = zip(paintings.rejected["file"], paintings.rejected["reason"], strict=True)
    return [(first, file) for file, reason in rejected if (first := duplicate_of(reason))]


def _in_two_classes(pairs: Iterable[tuple[str, str]], labels: pd.Series) -> dict[str, str]:
    """Both of two equal pictures where their classes differ."""
    aside = {}
    for pair in pairs:
        if all(labels.get(file) for file in pair) and labels[pair[0]] != labels[pair[1]]:
            for file, other in (pair, pair[::-1]):
                aside[file] = f"the same picture as {other}, which is in class {labels[other]}"
    return aside


def _blank(prepared: Prepared) -> list[str]:
    return [file for file, small in prepared.thumbnails.items() if small.std() < _BLANK]


def _cleaned_set(prepared: Prepared, files: list[str]) -> tuple[ImageSet, dict[str, str]]:
    """The cleaned pictures as a set, without those that repeat an earlier one now that all have one form."""
    source = prepared.notes.set_index("cleaned")["file"]
    cleaned = source[source.isin(files)]
    images = ImageSet.from_folder(prepared.root, files=cleaned.index)
    reasons = zip(images.rejected["file"], images.rejected["reason"], strict=True)
    return images, {cleaned[name]: f"duplicate of {cleaned[duplicate_of(why)]} once cleaned" for name, why in reasons}


def _divided(
    files: list[str], pairs: pd.DataFrame, labels: pd.Series, paintings: ImageSet, options: CleaningOptions
) -> pd.DataFrame:
    """Class, group, split and fold of the pictures kept, indexed by file."""
    kept = pairs[pairs["file_a"].isin(files) & pairs["file_b"].isin(files)]
    members = pd.DataFrame({"group": groups(files, zip(kept["file_a"], kept["file_b"], strict=True))})
    members.insert(0, CLASS, labels.reindex(members.index))
    check_classes(paintings, members, options.classes, max(len(options.shares), options.folds or 0))
    members["split"] = divide(members["group"], members[CLASS], options.shares, options.seed).astype("str")
    learned = members[members["split"] != "test"]
    if options.folds:
        shares = dict.fromkeys(range(options.folds), 1 / options.folds)
        members["fold"] = divide(learned["group"], learned[CLASS], shares, options.seed).astype("Int64")
    return members


def _described(images: ImageSet, prepared: Prepared, members: pd.DataFrame, paintings: ImageSet) -> ImageSet:
    notes = prepared.notes[["cleaned", "file", "scale"]].rename(columns={"cleaned": "file", "file": "source"})
    measured = images.manifest[["file", "sha256", "width", "height"]].merge(notes, on="file")
    described = measured.join(members, on="source")
    others = paintings.manifest.drop(columns=["sha256", "width", "height"]).set_index("file")
    others = others.drop(columns=[name for name in others if name in described.columns])
    columns = ["file", "sha256", "width", "height", *members.columns, "source", "scale"]
    return replace(images, manifest=described[columns].join(others, on="source"))


def _tell(paintings: ImageSet, pairs: pd.DataFrame, labels: pd.Series, aside: dict[str, str]) -> None:
    """Log what was set aside here, and which near-duplicates have different classes."""
    known = dict(zip(paintings.rejected["file"], paintings.rejected["reason"], strict=True))
    found = [f"{file} ({reason})" for file, reason in aside.items() if known.get(file) != reason]
    if found:
        logger.warning("%s: %d pictures set aside: %s", paintings.root, len(found), _first(found))
    between = [
        f"{a} and {b}"
        for a, b in zip(pairs["file_a"], pairs["file_b"], strict=True)
        if labels[a] != labels[b] and a not in aside and b not in aside
    ]
    if between:
        logger.info("near-duplicates in two classes, kept together by every split: %s", _first(between))


def _first(texts: list[str], most: int = 12) -> str:
    more = f"; and {len(texts) - most} more" if len(texts) > most else ""
    return "; ".join(texts[:most]) + more
