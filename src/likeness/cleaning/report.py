"""The report of a cleaning: what happened to every picture, and how the classes are balanced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from likeness.cleaning.classes import CLASS, in_order
from likeness.datasets import ImageSet

KEPT, SET_ASIDE = "kept", "set aside"


def cleaning_report(
    paintings: ImageSet,
    labels: pd.Series,
    aside: Mapping[str, str],
    notes: pd.DataFrame,
    members: pd.DataFrame,
    pairs: pd.DataFrame,
) -> pd.DataFrame:
    """Lay out what happened to every picture.

    Args:
        paintings: what was given.
        labels: the class of every picture, by file; empty where it has none.
        aside: why pictures were set aside, by file.
        notes: as `likeness.cleaning.preparing.prepare` returns them.
        members: class, group, split and perhaps fold of the pictures kept, by file.
        pairs: near-duplicates, as `likeness.cleaning.grouping.near_pairs` returns them.

    Returns:
        One row a picture, in the order of the originals: file, class, status (kept or set aside), reason (empty for
        those kept), width and height in pixels, format and mode of the original, changes in words, scale (above 1:
        enlarged), cleaned (its file in the cleaned set), group, near_duplicates (files, whatever became of them),
        split and, where there are folds, fold. What is not known is missing.
    """
    report = labels.rename(CLASS).to_frame().reset_index(names="file")
    kept = report["file"].isin(members.index)
    report["status"] = kept.map({True: KEPT, False: SET_ASIDE}).astype("str")
    report["reason"] = [aside.get(file, "") for file in report["file"]]
    sizes = paintings.manifest.set_index("file")[["width", "height"]].astype("Int64")
    report = report.join(sizes, on="file").join(notes.set_index("file"), on="file")
    report["cleaned"] = report["cleaned"].where(kept)
    both = pd.concat([pairs, pairs.rename(columns={"file_a": "file_b", "file_b": "file_a"})])
    near = {file: "; ".join(others) for file, others in both.groupby("file_a")["file_b"]}
    report["near_duplicates"] = [near.get(file, "") for file in report["file"]]
    report = report.join(members.drop(columns=CLASS), on="file")
    columns = ["file", CLASS, "status", "reason", "width", "height", "format", "mode", "changes", "scale", "cleaned"]
    return report[[*columns, "group", "near_duplicates", *members.columns.difference([CLASS, "group"])[::-1]]]


def class_balance(report: pd.DataFrame) -> pd.DataFrame:
    """Count the pictures of every class.

    Args:
        report: as `cleaning_report` returns it.

    Returns:
        One row a class, numbers in order: class, pictures (found), set_aside, kept, groups, near_duplicates (kept ones
        that share a group), one column a split, share (of all kept), and weight: by how much a picture of the class
        counts in training if all classes are to count alike, 1 on average over the training pictures.
    """
    kept = report[report["status"] == KEPT]
    order = in_order(report.loc[report[CLASS] != "", CLASS])
    splits = [name for name in ("train", "validation", "test") if (kept["split"] == name).any()]
    shared = kept["group"].map(kept["group"].value_counts()) > 1

    def count(rows: pd.DataFrame) -> pd.Series:
        return rows[CLASS].value_counts().reindex(order, fill_value=0).astype("int64")

    balance = pd.DataFrame(
        {
            "pictures": count(report),
            "set_aside": count(report[report["status"] == SET_ASIDE]),
            "kept": count(kept),
            "groups": count(kept.drop_duplicates([CLASS, "group"])),
            "near_duplicates": count(kept[shared]),
            **{name: count(kept[kept["split"] == name]) for name in splits},
        }
    )
    balance["share"] = balance["kept"] / max(len(kept), 1)
    train = balance["train"].where(balance["train"] > 0)
    balance["weight"] = train.sum() / train.count() / train
    return balance.rename_axis(CLASS).reset_index()


def draw_class_balance(axes: Axes, balance: pd.DataFrame, colours: Sequence[str]) -> None:
    """Draw a bar a class, its splits end to end and what was set aside last.

    Args:
        axes: where.
        balance: as `class_balance` returns it.
        colours: one for each split, and one for what was set aside.
    """
    splits = [name for name in ("train", "validation", "test") if name in balance.columns]
    names = [*splits, "set_aside"]
    rows = np.arange(len(balance))
    begin = np.zeros(len(balance))
    for name, colour in zip(names, [*colours[: len(splits)], colours[-1]], strict=True):
        values = balance[name].to_numpy(np.float64)
        axes.barh(rows, values, left=begin, color=colour, height=0.7, label=name.replace("_", " "))
        ink = "black" if np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) > 0.5 else "white"
        for row, value in enumerate(values):
            if value:
                axes.text(begin[row] + value / 2, row, f"{value:.0f}", ha="center", va="center", size=8.5, color=ink)
        begin += values
    axes.set_yticks(rows, [f"class {label}" for label in balance[CLASS]])
    axes.set_ylim(len(balance) - 0.5, -0.5)
    axes.set_xlabel("pictures")
    axes.legend(frameon=False, ncols=len(names), loc="lower right", bbox_to_anchor=(1, 1))
