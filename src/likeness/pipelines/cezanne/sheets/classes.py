"""The sheet's upper part: what the classes look like, and how well the network tells them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from likeness.classify.changes import AS_THEY_ARE
from likeness.classify.judgements import predicted_classes
from likeness.classify.scores import confusion_matrix
from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.cezanne.classifiers import BASELINE
from likeness.pipelines.cezanne.lesson import class_files
from likeness.pipelines.cezanne.round_trip import ROUND_TRIP
from likeness.pipelines.cezanne.sheets.judge import Judge, small
from likeness.pipelines.cezanne.verdicts import as_they_are

_CELL, _GAP, _LABEL = 0.92, 0.08, 1.75  # inches
_EXAMPLES = 6
_CONFUSION = 10.6  # where it begins


def classes_height(classes: int) -> float:
    """Inches that the upper part takes."""
    return max(classes * (_CELL + _GAP), 4.2) + 0.85


def draw_classes(
    figure: Figure,
    left: float,
    top: float,
    paintings: ImageSet,
    balance: pd.DataFrame,
    scores: pd.DataFrame,
    judge: Judge,
) -> None:
    """Draw a strip of pictures a class, the confusion, and the accuracies.

    Args:
        figure: of the sheet.
        left: inches from its left.
        top: inches from its top.
        paintings: of all classes.
        balance: as `likeness.cleaning.class_balance` says.
        scores: as `likeness.pipelines.cezanne.verdicts.compare_judges` says.
        judge: the network.
    """
    counts = {row["class"]: row for row in balance.to_dict(orient="records")}
    style.write(figure, left, top, "What the network learns from", size=13, weight="bold")
    for row, label in enumerate(judge.classes):
        y = top + 0.3 + row * (_CELL + _GAP)
        style.write(figure, left, y + 0.3, judge.named(label), size=11, weight="bold", color=judge.colour(label))
        kept, aside = counts[label]["kept"], counts[label]["set_aside"]
        about = f"{kept} pictures" + (f"\n{aside} set aside" if aside else "")
        style.write(figure, left, y + 0.56, about, size=9, color=style.MUTED, linespacing=1.3)
        for column, file in enumerate(_spread(class_files(paintings, label), _EXAMPLES)):
            axes = style.place(figure, left + _LABEL + column * (_CELL + _GAP), y, _CELL, _CELL)
            axes.imshow(small(paintings.open(file)), aspect="auto")
    _draw_confusion(figure, _CONFUSION, top, judge)
    _write_accuracies(figure, _CONFUSION + 3.9, top + 0.35, scores, judge)


def _draw_confusion(figure: Figure, left: float, top: float, judge: Judge) -> None:
    plain = as_they_are(judge.judgements)
    table = confusion_matrix(plain["class"].tolist(), predicted_classes(plain), judge.classes)
    shares = table.to_numpy(np.float64) / np.maximum(table.sum(axis=1).to_numpy()[:, None], 1)
    style.write(
        figure, left - 1.3, top, "Which class it sees in pictures it was not trained on", size=13, weight="bold"
    )
    axes = style.place(figure, left, top + 1.15, 3.4, 2.9)
    names = [judge.named(label) for label in judge.classes]
    style.heat_map(axes, shares, names, names, colours=style.SHARES, limits=(0.0, 1.0), form="{:.2f}")


def _write_accuracies(figure: Figure, left: float, top: float, scores: pd.DataFrame, judge: Judge) -> None:
    rows = {(row["judge"], row["change"]): row for row in scores.to_dict(orient="records")}
    lines = [
        ("right, pictures as they are", (judge.name, AS_THEY_ARE)),
        ("right after the VAE's round trip", (judge.name, ROUND_TRIP)),
        ("right by grey statistics alone", (BASELINE, AS_THEY_ARE)),
    ]
    y = top + 0.8
    for text, key in lines:
        if key not in rows:
            continue
        row = rows[key]
        interval = f"[{row['accuracy_low']:.2f}, {row['accuracy_high']:.2f}]  of {row['pictures']:.0f} pictures"
        style.write(figure, left, y, f"{row['accuracy']:.2f}", size=16, weight="bold", color=style.BLUE)
        style.write(figure, left + 0.62, y - 0.08, text, size=9.5)
        style.write(figure, left + 0.62, y + 0.12, interval, size=8.5, color=style.MUTED)
        y += 0.62
    row = rows[judge.name, AS_THEY_ARE]
    style.write(figure, left, y, f"{row['calibration_error']:.2f}", size=16, weight="bold", color=style.BLUE)
    style.write(figure, left + 0.62, y - 0.08, "off: expected calibration error", size=9.5)
    style.write(figure, left + 0.62, y + 0.12, f"{judge.name}, {row['measured_on']}", size=8.5, color=style.MUTED)


def _spread(files: list[str], most: int) -> list[str]:
    """Files spread evenly over a list, neither the best nor the first."""
    places = np.linspace(0, len(files) - 1, min(most, len(files))).round().astype(int)
    return [files[place] for place in dict.fromkeys(places.tolist())]
