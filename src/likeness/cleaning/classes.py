"""Which class each picture of a set belongs to, and whether the classes can be learned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import pandas as pd

from likeness.datasets import ImageSet
from likeness.datasets.image_folder import describe
from likeness.datasets.image_set import open_folder
from likeness.datasets.metadata import metadata_by_file

CLASS = "class"


class ClassError(ValueError):
    """The pictures given cannot be learned from: a class is missing, empty, or too small."""


def class_labels(paintings: ImageSet) -> pd.Series:
    """The class of every picture, set aside or not.

    It is the manifest's column `class`, and where that says nothing the first folder of the file's name.

    Returns:
        Text indexed by file, empty where a picture has no class.
    """
    said = paintings.manifest.set_index("file").get(CLASS, pd.Series(dtype="object"))
    files = [*paintings.manifest["file"], *paintings.rejected["file"]]
    labels = pd.Series(said, dtype="object").reindex(files)
    labels = labels.fillna(_written(paintings)) if len(paintings.rejected) else labels
    return pd.Series(
        [_text(label) or _folder(file) for file, label in zip(files, labels, strict=True)],
        index=pd.Index(files, dtype="str", name="file"),
        dtype="str",
        name=CLASS,
    )


def in_order(labels: Iterable[str]) -> list[str]:
    """Each class once, numbers by their value before words."""
    return sorted(set(labels), key=lambda label: (not label.isdecimal(), int(label) if label.isdecimal() else 0, label))


def check_classes(paintings: ImageSet, members: pd.DataFrame, wanted: Sequence[str] | None, parts: int) -> None:
    """Refuse classes that nothing can be learned from.

    Args:
        paintings: what was given.
        members: columns class and group of the pictures that can be used.
        wanted: classes asked for; none: all that there are.
        parts: into how many parts every class is to be divided.

    Raises:
        ClassError: there are no two classes, one is missing or empty, or one has fewer groups than parts.
    """
    root = paintings.root
    found = in_order(members[CLASS])
    empty = [label for label in (wanted or _class_folders(paintings)) if label not in found]
    if empty:
        reasons = _reasons(paintings, empty[0])
        named = f"class {empty[0]} has no picture that can be used{reasons}"
        missing = f"Add pictures to {root}/{empty[0]}" + (
            ", or leave it out: cleaning.classes." if wanted else ", or remove the folder, or set cleaning.classes."
        )
        raise ClassError(f"{root}: {named}. {missing} Classes with pictures: {', '.join(found) or 'none'}.")
    if len(found) < 2:
        only = f"only class {found[0]}" if found else "no class"
        raise ClassError(
            f"{root}: {only} has pictures that can be used. Expected a folder for each of two or more classes, "
            "or a column 'class' in manifest.csv or metadata.jsonl."
        )
    for label, own in members.groupby(CLASS)["group"]:
        if own.nunique() >= parts:
            continue
        pictures = f"one picture, {own.index[0]}" if len(own) == 1 else f"{len(own)} pictures"
        alike = f" in {own.nunique()} groups of near-duplicates" if 1 < own.nunique() < len(own) else ""
        alike = " that are all near-duplicates" if len(own) > own.nunique() == 1 else alike
        raise ClassError(
            f"{root}: class {label} has {pictures}{alike}, too few for {parts} parts. Add pictures, lower "
            "cleaning.folds, or name the classes to use in cleaning.classes."
        )


def _written(paintings: ImageSet) -> pd.Series:
    """What the folder itself says of the classes, indexed by file: files set aside are only in its manifest."""
    nothing = pd.Series(dtype="object", index=pd.Index([], dtype="str"))
    fs, root = open_folder(paintings.root, paintings.storage_options)
    try:
        table = metadata_by_file(describe(fs, root).metadata)
    except ValueError:
        return nothing
    return table[CLASS].astype("object") if CLASS in table.columns else nothing


def _class_folders(paintings: ImageSet) -> list[str]:
    """The folders of a set whose pictures have no other class than their folder."""
    if CLASS in paintings.manifest.columns:
        return []
    fs, root = open_folder(paintings.root, paintings.storage_options)
    found = (PurePosixPath(entry["name"]).name for entry in fs.ls(root, detail=True) if entry["type"] == "directory")
    return in_order(name for name in found if not name.startswith("."))


def _reasons(paintings: ImageSet, label: str) -> str:
    aside = paintings.rejected[paintings.rejected["file"].map(_folder) == label]
    shown = "; ".join(f"{file}: {reason}" for file, reason in zip(aside["file"], aside["reason"], strict=True))
    return f" ({shown:.300})" if shown else ""


def _folder(file: str) -> str:
    return file.split("/", 1)[0] if "/" in file else ""


def _text(label: object) -> str:
    """A class as text; 1, 1.0 and '1' are one."""
    if label is None or label is pd.NA or label != label:
        return ""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label).strip()
