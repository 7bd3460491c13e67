"""The sheet's lower part: the pictures of every set, what they pass for, and what speaks for it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from likeness.classify.verdicts import UNKNOWN, verdicts
from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.cezanne.sheets.judge import Judge, small

_CELL, _GAP, _NAME = 1.3, 0.1, 2.15  # inches
_EXAMPLES, _HEATS, _BAR = 6, 2, 3.6
ROW = _CELL + 0.48
HEAD = 0.75
MOST_SETS = 16
WIDTH = _NAME + (_EXAMPLES + _HEATS) * (_CELL + _GAP) + 0.35 + _BAR

_HEAT = LinearSegmentedColormap.from_list("heat", ["#20264a", "#6c3a8f", "#d1495b", "#f2a65a", "#fdf3c8"])


def draw_sets(
    figure: Figure,
    left: float,
    top: float,
    originals: ImageSet,
    cleaned: ImageSet,
    table: pd.DataFrame,
    judge: Judge,
) -> None:
    """Draw a row a set: its first pictures with their verdicts, Grad-CAM, and the share of every verdict.

    Args:
        figure: of the sheet.
        left: inches from its left.
        top: inches from its top.
        originals: the judged pictures as they were.
        cleaned: the same as the network saw them: set, source.
        table: `style_verdicts`.
        judge: the network.
    """
    style.write(figure, left, top, "What the pictures pass for", size=13, weight="bold")
    _legend(figure, left + _NAME + (_EXAMPLES + _HEATS) * (_CELL + _GAP) + 0.35, top, judge)
    about = "first pictures of the set, their verdict and its probability"
    style.write(figure, left + _NAME, top + 0.42, about, size=9.5, color=style.MUTED)
    heats = left + _NAME + _EXAMPLES * (_CELL + _GAP) + 0.15
    style.write(figure, heats, top + 0.42, "Grad-CAM of the first two", size=9.5, color=style.MUTED)
    said = verdicts(judge.judged, unknown_below=judge.unknown_below).set_index("file")
    for row, name in enumerate(cleaned.manifest["set"].drop_duplicates().head(MOST_SETS)):
        y = top + HEAD + row * ROW
        own = cleaned.manifest[cleaned.manifest["set"] == name]
        _name(figure, left, y, str(name), own)
        for column, (file, source) in enumerate(own[["file", "source"]].head(_EXAMPLES).itertuples(index=False)):
            x = left + _NAME + column * (_CELL + _GAP)
            style.place(figure, x, y, _CELL, _CELL).imshow(small(originals.open(source)), aspect="auto")
            _verdict(figure, x, y, said.loc[file], judge)
        _draw_heats(figure, heats, y, cleaned, own["file"].tolist(), judge)
        rows = table[(table["set"] == name) & (table["backbone"] == judge.name)].to_dict(orient="records")
        _bar(figure, left + WIDTH - _BAR, y, {row["class"]: row for row in rows}, judge)


def _name(figure: Figure, left: float, top: float, name: str, own: pd.DataFrame) -> None:
    style.write(figure, left, top + 0.14, name.replace("_", " "), size=12, weight="bold")
    lines = textwrap.wrap(str(own["prompt"].iloc[0]), 27)[:4] if "prompt" in own.columns else []
    text = "\n".join([*lines, f"{len(own)} pictures"])
    style.write(figure, left, top + 0.32, text, size=9, color=style.MUTED, va="top", linespacing=1.35)


def _verdict(figure: Figure, left: float, top: float, said: pd.Series, judge: Judge) -> None:
    label = str(said["verdict"])
    text = f"{label if label == UNKNOWN else judge.named(label)}  {said['confidence']:.2f}"
    colour = style.MUTED if label == UNKNOWN else judge.colour(label)
    style.write(figure, left + _CELL / 2, top + _CELL + 0.12, text, size=8.5, ha="center", color=colour)


def _draw_heats(figure: Figure, left: float, top: float, cleaned: ImageSet, files: list[str], judge: Judge) -> None:
    evidence = judge.evidence.manifest
    for column, file in enumerate(files[:_HEATS]):
        found = evidence[evidence["picture"] == file]
        if found.empty:
            continue
        x = left + column * (_CELL + _GAP)
        level = np.asarray(judge.evidence.open(found["file"].iloc[0]).convert("L")) / 255
        axes = style.place(figure, x, top, _CELL, _CELL)
        axes.imshow(style.heated(small(cleaned.open(file)), level, _HEAT), aspect="auto")
        text = f"for {judge.named(str(found['class'].iloc[0]))}"
        style.write(figure, x + _CELL / 2, top + _CELL + 0.12, text, size=8.5, ha="center", color=style.MUTED)


def _bar(figure: Figure, left: float, top: float, rows: Mapping[str, Any], judge: Judge) -> None:
    """Draw the shares of the verdicts end to end, and below them that of the first class with its interval."""
    axes = style.place(figure, left, top + 0.3, _BAR, 0.5)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.5, 0.5)
    begin = 0.0
    for label in [*judge.classes, UNKNOWN]:
        share, colour = rows[label]["share"], judge.colour(label)
        axes.barh(0, share, left=begin, height=1, color=colour)
        if share >= 0.07:
            ink = style.INK if np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) > 0.55 else "white"
            axes.text(begin + share / 2, 0, f"{share:.2f}", ha="center", va="center", size=9, color=ink)
        begin += share
    first = judge.classes[0]
    row = rows[first]
    text = f"{judge.named(first)}: {row['share']:.2f} [{row['share_low']:.2f}, {row['share_high']:.2f}]"
    style.write(figure, left, top + 1.0, text, size=9.5, color=judge.colour(first))
    mean = f"mean probability {row['mean_probability']:.2f}"
    style.write(figure, left, top + 1.2, mean, size=8.5, color=style.MUTED)


def _legend(figure: Figure, left: float, top: float, judge: Judge) -> None:
    for place, label in enumerate([*judge.classes, UNKNOWN]):
        x, y = left + (place % 3) * 1.22, top + 0.12 + (place // 3) * 0.22
        style.place(figure, x, y - 0.055, 0.14, 0.11).set_facecolor(judge.colour(label))
        style.write(figure, x + 0.2, y, judge.named(label), size=8.5)
