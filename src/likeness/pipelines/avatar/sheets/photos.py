"""`photo_sheet`: the training-set metrics as the study plotted them, and the photographs set aside."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.pairs import square
from likeness.pipelines.avatar.subsets import EVERY_SUBSET, SITTER, summarise_subsets

_WIDTH, _LEFT, _MAP, _BETWEEN = 15.6, 1.0, 6.3, 1.3  # inches
_TOP, _SUMMARY, _STRIP_TOP = 1.9, 9.55, 12.35
_CELL, _CELL_GAP, _CELL_TEXT, _PER_ROW = 1.14, 0.14, 0.72, 11
_SHOWN = 3 * _PER_ROW
_PIXELS = 180


def draw_photos(
    photos: ImageSet,
    photo_subsets: pd.DataFrame,
    photos_set_aside: pd.DataFrame,
    photo_ssim: pd.DataFrame,
    photo_verification: pd.DataFrame,
    threshold: float,
    shown: Collection[str],
) -> Figure:
    """Draw similarity and verification of all pairs of photographs, the six subsets, and what was set aside.

    Args:
        photos: the sitter's.
        photo_subsets: which photographs each subset takes.
        photos_set_aside: file, set_aside_from, reason.
        photo_ssim: pairs photo_a, photo_b, ssim.
        photo_verification: pairs with distance and verified.
        threshold: the largest distance of a verified pair.
        shown: photographs that the maps may show: those of which the tables hold all pairs.
    """
    pairs = photo_verification[photo_verification["set_b"] == SITTER]
    rows = max(1, math.ceil(min(len(photos_set_aside), _SHOWN) / _PER_ROW))
    figure = style.new_figure(_WIDTH, _STRIP_TOP + 0.5 + rows * (_CELL + _CELL_TEXT) + 0.5)
    faceless = photos_set_aside[photos_set_aside["set_aside_from"] == EVERY_SUBSET]
    total = len(photos) + len(photos.rejected)
    those = "those with a face" if len(shown) == len(photos) else f"those with a face of {len(shown)} drawn at random"
    style.title(
        figure,
        "The sitter's photographs",
        f"{total} files: {len(photos)} readable photographs, {total - len(faceless)} with a face. "
        f"Rows and columns of the maps are {those}, the youngest first.",
    )
    order, children = _ordered(photo_subsets[photo_subsets["file"].isin(shown)])
    _similarity(figure, square(photo_ssim, "ssim", order), children)
    _verification(figure, square(pairs, "distance", order), children, threshold)
    _subset_table(figure, summarise_subsets(photo_subsets, photo_ssim, pairs))
    _contact_strip(figure, photos, photos_set_aside)
    return figure


def _ordered(photo_subsets: pd.DataFrame) -> tuple[list[str], int]:
    """Photographs with a face, children first, then by years; and how many are children."""
    usable = photo_subsets[photo_subsets["subset"] == "all_01"]
    usable = usable.assign(adult=usable["group"] != "child")
    usable = usable.sort_values(["adult", "age_years", "file"], kind="stable")
    return usable["file"].tolist(), int((~usable["adult"]).sum())


def _similarity(figure: Figure, matrix: pd.DataFrame, children: int) -> None:
    values = matrix.to_numpy(copy=True)
    off_diagonal = values[np.isfinite(values)]
    note = f"mean SSIM {off_diagonal.mean():.2f}" if len(off_diagonal) else "no pairs"
    style.write(figure, _LEFT, _TOP - 0.5, "How alike are two photographs", size=12.5, weight="bold")
    style.write(figure, _LEFT, _TOP - 0.25, f"structural similarity of the whole pictures; {note}", color=style.MUTED)
    if not len(values):
        return
    axes = style.place(figure, _LEFT, _TOP, _MAP, _MAP)
    high = max(0.2, math.ceil(off_diagonal.max() * 10) / 10) if len(off_diagonal) else 1.0
    image = axes.imshow(np.ma.masked_invalid(values), cmap=style.SIMILARITIES, vmin=0, vmax=high, aspect="auto")
    _groups(figure, axes, _LEFT, len(values), children)
    style.colour_bar(figure, image, _LEFT + _MAP - 1.8, _TOP + _MAP + 0.15, 1.8, "0", f"{high:.1f}")


def _verification(figure: Figure, distances: pd.DataFrame, children: int, threshold: float) -> None:
    left, values = _LEFT + _MAP + _BETWEEN, distances.to_numpy()
    known = values[np.isfinite(values)]
    note = f"{(known <= threshold).mean():.0%} of pairs verified" if len(known) else "no pairs"
    style.write(figure, left, _TOP - 0.5, "Is it the same person", size=12.5, weight="bold")
    style.write(figure, left, _TOP - 0.25, f"distance of the faces, blue is verified; {note}", color=style.MUTED)
    if not len(values):
        return
    axes = style.place(figure, left, _TOP, _MAP, _MAP)
    far = max(2 * threshold, float(known.max()) if len(known) else 0.0)
    norm = TwoSlopeNorm(threshold, vmin=0, vmax=far)
    image = axes.imshow(np.ma.masked_invalid(values), cmap=style.DISTANCES, norm=norm, aspect="auto")
    _groups(figure, axes, left, len(values), children)
    bar = left + _MAP - 1.8
    style.colour_bar(figure, image, bar, _TOP + _MAP + 0.15, 1.8, "0", f"{far:.2f}")
    style.write(figure, bar + 0.9, _TOP + _MAP + 0.37, f"{threshold:.3f}", size=8, color=style.MUTED, ha="center")


def _groups(figure: Figure, axes: Axes, left: float, count: int, children: int) -> None:
    """Part children from adults with a line, and name both at the left edge."""
    if 0 < children < count:
        axes.axhline(children - 0.5, color=style.INK, linewidth=0.8)
        axes.axvline(children - 0.5, color=style.INK, linewidth=0.8)
    for name, start, end in (("child", 0, children), ("adult", children, count)):
        if end > start:
            middle = _TOP + _MAP * (start + end) / 2 / count
            text = f"{name}\n{end - start}"
            style.write(figure, left - 0.12, middle, text, size=9, ha="right", linespacing=1.3)


def _subset_table(figure: Figure, summary: pd.DataFrame) -> None:
    style.write(figure, _LEFT, _SUMMARY - 0.35, "The six subsets", size=12.5, weight="bold")
    note = "01: every photograph with a face · 02: curated: recognised among its own age group, no near-duplicates"
    style.write(figure, _LEFT + 1.7, _SUMMARY - 0.35, note, color=style.MUTED)
    most = max(1, int(summary["photos"].max()))
    measures = [
        ("photos", "photographs", style.MUTED, float(most), "{:.0f}"),
        ("ssim", "mean SSIM of pairs", "#d28c45", 1.0, "{:.2f}"),
        ("verified", "pairs verified", style.BLUE, 1.0, "{:.0%}"),
    ]
    for column, (name, label, colour, full, form) in enumerate(measures):
        left = _LEFT + 1.3 + column * 4.2
        style.write(figure, left, _SUMMARY, label, size=9.5, color=style.MUTED)
        for line, row in enumerate(summary.to_dict(orient="records")):
            y = _SUMMARY + 0.32 + 0.32 * line
            if not column:
                style.write(figure, _LEFT, y, row["subset"], size=10.5)
            axes = style.place(figure, left, y - 0.07, 2.9, 0.14)
            axes.set(xlim=(0, 1), ylim=(0, 1))
            axes.add_patch(Rectangle((0, 0), 1, 1, color=style.FAINT))
            known = not math.isnan(row[name])
            axes.add_patch(Rectangle((0, 0), max(0.0, row[name]) / full if known else 0.0, 1, color=colour))
            style.write(figure, left + 3.0, y, form.format(row[name]) if known else "–", size=9.5)


def _contact_strip(figure: Figure, photos: ImageSet, aside: pd.DataFrame) -> None:
    style.write(figure, _LEFT, _STRIP_TOP, "Set aside", size=12.5, weight="bold")
    shown, more = aside.head(_SHOWN), len(aside) - _SHOWN
    note = f"{len(aside)} photographs" + (f", {_SHOWN} of them here; photos_set_aside has all" if more > 0 else "")
    style.write(figure, _LEFT + 1.1, _STRIP_TOP, note if len(aside) else "none", color=style.MUTED)
    readable = set(photos.manifest["file"])
    for place, row in enumerate(shown.to_dict(orient="records")):
        left = _LEFT + (place % _PER_ROW) * (_CELL + _CELL_GAP)
        top = _STRIP_TOP + 0.4 + (place // _PER_ROW) * (_CELL + _CELL_TEXT)
        axes = style.place(figure, left, top, _CELL, _CELL)
        if row["file"] in readable:
            image = ImageOps.fit(photos.open(row["file"]), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
            axes.imshow(np.asarray(image), aspect="auto")
        else:
            axes.add_patch(Rectangle((0, 0), 1, 1, color=style.FAINT))
            style.write(figure, left + _CELL / 2, top + _CELL / 2, "not shown", ha="center", color=style.MUTED)
        name = _shortened(PurePosixPath(row["file"]).name, 20)
        reason = textwrap.wrap(row["reason"], 22, max_lines=3, placeholder="…")
        colour = style.AMBER if row["set_aside_from"] == EVERY_SUBSET else style.MUTED
        style.write(figure, left, top + _CELL + 0.1, name, size=7, color=style.INK)
        text = "\n".join(reason)
        style.write(figure, left, top + _CELL + 0.19, text, size=6.5, color=colour, va="top", linespacing=1.25)


def _shortened(name: str, length: int) -> str:
    """A long file name with its middle left out."""
    return name if len(name) <= length else f"{name[: length // 2]}…{name[-(length // 2 - 1) :]}"
