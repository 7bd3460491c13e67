"""`edit_sheet`: source, uncontrolled and controlled edit, attention, mask and scores, a row an edit."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.prompt_edit.album import Album
from likeness.pipelines.prompt_edit.comparison import CONTROLLED, UNCONTROLLED
from likeness.pipelines.prompt_edit.plan import Plan, PlannedEdit, PlannedSource
from likeness.pipelines.prompt_edit.wanted import SOURCE

_CELL, _GAP = 1.5, 0.1  # inches
_NAME, _SCORES, _MAPS = 2.0, 2.5, 2
_PANEL = _NAME + (4 + _MAPS) * (_CELL + _GAP) + _SCORES
_ROW, _HEADER, _COLUMN_TITLES = _CELL + 0.34, 0.5, 0.2
_MARGIN, _TOP, _BETWEEN = 0.5, 1.25, 0.7
_PIXELS = 240  # side of a picture on the sheet
_ALL_SEEDS = 8  # rows up to which every seed is shown

_ATTENTION = LinearSegmentedColormap.from_list("attention", ["#14203a", "#2f5fb3", "#f2a33a", "#fff6d8"])
_MEASURES = {
    "ssim": ("SSIM", "{:.2f}"),
    "background_ssim": ("background SSIM", "{:.2f}"),
    "background_psnr": ("background PSNR", "{:.1f}"),
    "change_inside": ("change inside, ΔE", "{:.1f}"),
    "structure_distance": ("structure distance", "{:.3f}"),
    "clip_similarity": ("CLIP similarity", "{:.2f}"),
}


@dataclass(frozen=True)
class _Shown:
    """`edited_images`, `edit_attention`, `edit_masks` and `edit_scores`."""

    pictures: Album
    attention: Album
    masks: Album
    scores: Mapping[tuple[str, int, str], Mapping[Any, Any]]


@dataclass(frozen=True)
class _Row:
    source: PlannedSource
    edit: PlannedEdit
    seed: int


def draw_edits(plan: Plan, edited: ImageSet, attention: ImageSet, masks: ImageSet, scores: pd.DataFrame) -> Figure:
    """Draw every edit beside its source and beside what the same prompt draws without attention control.

    With many edits one seed of each is shown, the middle one by SSIM, so that neither luck nor accident speaks for it.

    Args:
        plan: the edits in order.
        edited: `edited_images`.
        attention: `edit_attention`.
        masks: `edit_masks`.
        scores: `edit_scores`.
    """
    if not plan.sources:
        return _nothing()
    every = sum(len(source.seeds) * len(source.edits) for source in plan.sources) <= _ALL_SEEDS
    groups = [_rows(source, scores, every=every) for source in plan.sources]
    heights = [_HEADER + _ROW * len(group) for group in groups]
    panels = _panels(heights)
    height = max(sum(heights[index] for index in panel) for panel in panels)
    width = 2 * _MARGIN + len(panels) * _PANEL + (len(panels) - 1) * _BETWEEN
    figure = style.new_figure(width, _TOP + _COLUMN_TITLES + height + 0.6)
    seeds = max(len(source.seeds) for source in plan.sources)
    choice = "" if seeds == 1 else " Every seed is shown." if every else f" Of {seeds} seeds the middle one is shown."
    style.title(figure, "Pictures edited by their prompts", f"Scores: without → with attention control.{choice}")
    shown = _Shown(
        Album(edited, "source", "seed", "variant", "edit"),
        Album(attention, "source", "seed", "word"),
        Album(masks, "edit", "seed"),
        {(row["edit"], row["seed"], row["variant"]): row for row in scores.to_dict(orient="records")},
    )
    for number, panel in enumerate(panels):
        left, top = _MARGIN + number * (_PANEL + _BETWEEN), _TOP
        _column_titles(figure, left, top)
        top += _COLUMN_TITLES
        for index in panel:
            _source_title(figure, left, top, groups[index][0].source)
            top += _HEADER
            for row in groups[index]:
                _draw_row(figure, left, top, row, shown)
                top += _ROW
    note = "edit_scores holds every number, edit_comparison their means and intervals. "
    of_photos = "Sources are photographs as the model gives them back; all else was generated."
    note += of_photos if plan.sources[0].photo else "All pictures were generated."
    style.write(figure, _MARGIN, _TOP + _COLUMN_TITLES + height + 0.25, note, size=9, color=style.MUTED)
    return figure


def middle_seed(scores: pd.DataFrame, edit: str) -> int:
    """Return the seed in the middle by the controlled edit's SSIM; of an even number the better of the middle two.

    Seeds without a value count only where there are no others.
    """
    rows = scores[(scores["edit"] == edit) & (scores["variant"] == CONTROLLED)].sort_values(["ssim", "seed"])
    return int(rows["seed"].iloc[(rows["ssim"].count() or len(rows)) // 2])


def _nothing() -> Figure:
    figure = style.new_figure(8, 1.6)
    style.title(figure, "Pictures edited by their prompts", "There are none of this kind among the edits.")
    return figure


def _rows(source: PlannedSource, scores: pd.DataFrame, *, every: bool) -> list[_Row]:
    return [
        _Row(source, edit, seed)
        for edit in source.edits
        for seed in (source.seeds if every else [middle_seed(scores, edit.name)])
    ]


def _panels(heights: list[float]) -> list[list[int]]:
    """Part groups into one column, or two of about the same height."""
    if sum(heights) < 10 * _ROW:
        return [list(range(len(heights)))]
    above = np.cumsum(heights)
    cut = int(np.argmin(np.abs(above - above[-1] / 2))) + 1
    parts = [list(range(cut)), list(range(cut, len(heights)))]
    return [part for part in parts if part]


def _column_titles(figure: Figure, left: float, top: float) -> None:
    titles = ["source", "without control", "with control", *["attention"] * _MAPS, "scored region"]
    for place, title in enumerate(titles):
        centre = left + _NAME + place * (_CELL + _GAP) + _CELL / 2
        style.write(figure, centre, top, title, ha="center", size=9.5, color=style.MUTED)


def _source_title(figure: Figure, left: float, top: float, source: PlannedSource) -> None:
    lines = textwrap.wrap(source.prompt, 130, max_lines=2, placeholder=" …")
    style.write(figure, left, top + 0.24, "\n".join(lines), size=11.5, weight="bold", linespacing=1.25)


def _draw_row(figure: Figure, left: float, top: float, row: _Row, shown: _Shown) -> None:
    _row_title(figure, left, top, row)
    source, edit, seed = row.source.name, row.edit.name, row.seed
    original = _small(shown.pictures.open(source, seed, SOURCE, ""))
    keys = [(source, seed, SOURCE, ""), *((source, seed, variant, edit) for variant in (UNCONTROLLED, CONTROLLED))]
    for place, key in enumerate(keys):
        _picture(figure, left, top, place, _small(shown.pictures.open(*key)))
        if shown.pictures.withheld(*key):
            style.withheld(figure, left + _NAME + place * (_CELL + _GAP), top, _CELL)
    for place, word in enumerate(row.edit.shown[:_MAPS], start=3):
        glowing = style.heated(original, shown.attention.grey(source, seed, word) / 255, _ATTENTION)
        _picture(figure, left, top, place, glowing, word)
    if (edit, seed) in shown.masks:
        inside = shown.masks.grey(edit, seed) > 127
        _picture(figure, left, top, 3 + _MAPS, veiled(original, inside), f"{inside.mean():.0%} of the picture")
    else:
        x = left + _NAME + (3 + _MAPS) * (_CELL + _GAP) + _CELL / 2
        style.write(figure, x, top + _CELL / 2, "the whole\npicture", ha="center", color=style.MUTED)
    both = (shown.scores[edit, seed, variant] for variant in (UNCONTROLLED, CONTROLLED))
    _write_scores(figure, left + _PANEL - _SCORES + 0.12, top, *both)


def _row_title(figure: Figure, left: float, top: float, row: _Row) -> None:
    name = textwrap.wrap(row.edit.name, 20, max_lines=3, placeholder=" …")
    style.write(figure, left, top + 0.06, "\n".join(name), size=11, weight="bold", va="top", linespacing=1.2)
    of = _shortened(row.source.photo.rpartition("/")[2]) if row.source.photo else f"seed {row.seed}"
    about = "\n".join([row.edit.kind, row.edit.scope, of])
    style.write(
        figure, left, top + 0.14 + 0.2 * len(name), about, size=8.5, color=style.MUTED, va="top", linespacing=1.35
    )


def _shortened(file: str, most: int = 24) -> str:
    """The end of a file's name, which tells it from others."""
    return file if len(file) <= most else f"…{file[1 - most :]}"


def _write_scores(
    figure: Figure, left: float, top: float, without: Mapping[Any, Any], controlled: Mapping[Any, Any]
) -> None:
    y = top + 0.1
    for measure, (name, form) in _MEASURES.items():
        if pd.isna(controlled[measure]) and pd.isna(without[measure]):
            continue
        before, after = ("–" if pd.isna(row[measure]) else form.format(row[measure]) for row in (without, controlled))
        style.write(figure, left, y, name, size=8.5, color=style.MUTED)
        style.write(figure, left + 1.8, y, f"{before} →", size=8.5, color=style.MUTED, ha="right")
        style.write(figure, left + 2.3, y, after, size=9.5, weight="bold", ha="right")
        y += 0.215
    read = controlled["asked_change_read"]
    if pd.notna(read):
        words, colour = ("asked change read", style.BLUE) if read else ("asked change not read", style.AMBER)
        style.write(figure, left, y, words, size=8.5, color=colour)


def _small(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(ImageOps.fit(image, (_PIXELS, _PIXELS), Image.Resampling.LANCZOS))


def _picture(
    figure: Figure, left: float, top: float, place: int, image: NDArray[np.generic], caption: str = ""
) -> None:
    """Draw a picture at its place in the row."""
    x = left + _NAME + place * (_CELL + _GAP)
    style.place(figure, x, top, _CELL, _CELL).imshow(image, aspect="auto")
    if caption:
        text = textwrap.shorten(caption, 22, placeholder=" …")
        style.write(figure, x + _CELL / 2, top + _CELL + 0.11, text, ha="center", size=8.5, color=style.MUTED)


def veiled(picture: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Whiten what lies outside a mask of any size; (h, w, 3) in 0..1."""
    height, width = picture.shape[:2]
    mask = Image.fromarray(inside).resize((width, height), Image.Resampling.NEAREST)
    weight = np.where(np.asarray(mask)[..., None], 0.0, 0.72)
    return np.asarray((1 - weight) * picture / 255 + weight, dtype=np.float64)
