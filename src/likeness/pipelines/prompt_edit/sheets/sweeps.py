"""`edit_sweep_sheet`: an edit over a word's weight, and over the shares of steps under control."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.prompt_edit.album import Album

_CELL, _GAP, _CAPTION = 1.5, 0.1, 0.28  # inches
_MARGIN, _TOP, _TITLE, _BELOW = 0.5, 1.15, 0.6, 0.35
_LEFT = _MARGIN + _CELL + 0.75  # beside the source, and the shares of self-attention
_AXIS = 0.25  # above a grid, for the name of what goes across
_LEAST_WIDTH = 11.0
_PIXELS = 240  # side of a picture on the sheet


def draw_sweeps(pictures: ImageSet, scores: pd.DataFrame) -> Figure:
    """Draw a strip a word's weight, and a grid an edit's two shares of steps, each beside its source.

    Args:
        pictures: `edit_sweep_images`.
        scores: `edit_sweep_scores`: file, source_file, edit, word (empty in a grid of shares), weight, cross_replace,
            self_replace, ssim.
    """
    # Where there is no word, a table that was stored has a missing one.
    scores = scores.assign(word=scores["word"].fillna(""))
    sweeps = [_Sweep(str(edit), str(word), rows) for (edit, word), rows in scores.groupby(["edit", "word"], sort=False)]
    width = max([_LEAST_WIDTH, *(_LEFT + sweep.grid.shape[1] * (_CELL + _GAP) + _MARGIN for sweep in sweeps)])
    figure = style.new_figure(width, _TOP + sum(sweep.height for sweep in sweeps) + 0.3)
    style.title(figure, "How much control, how much weight", "Under each picture: SSIM to the source.")
    top = _TOP
    album = Album(pictures, "file")
    for sweep in sweeps:
        _draw_sweep(figure, top, sweep, album)
        top += sweep.height
    if not sweeps:
        text = "No edit asks for a sweep: sweep_weights or sweep_schedules in the edits."
        style.write(figure, _MARGIN, top, text, color=style.MUTED)
    return figure


@dataclass(frozen=True)
class _Sweep:
    edit: str
    word: str
    rows: pd.DataFrame

    @property
    def grid(self) -> pd.DataFrame:
        """Files: factors across; or shares of self-attention down and of cross-attention across."""
        if self.word:
            strip = self.rows.assign(self_replace=0.0)
            return strip.pivot(index="self_replace", columns="weight", values="file")
        return self.rows.pivot(index="self_replace", columns="cross_replace", values="file")

    @property
    def height(self) -> float:
        """Inches that it takes on the sheet."""
        return _TITLE + (0 if self.word else _AXIS) + len(self.grid) * (_CELL + _CAPTION) + _BELOW


def _draw_sweep(figure: Figure, top: float, sweep: _Sweep, pictures: Album) -> None:
    first = sweep.rows.iloc[0]
    name = (
        f"weight of “{sweep.word}”" if sweep.word else f"shares of the steps with the source's attention: {sweep.edit}"
    )
    style.write(figure, _MARGIN, top + 0.1, name, size=12.5, weight="bold")
    prompt = textwrap.shorten(str(first["prompt"]), 130, placeholder=" …")
    style.write(figure, _MARGIN, top + 0.35, f"{prompt} · seed {first['seed']}", size=9, color=style.MUTED)
    top += _TITLE
    if not sweep.word:
        style.write(figure, _LEFT, top + 0.08, "cross-attention →", size=8.5, color=style.MUTED)
        style.write(figure, _LEFT - 0.12, top + 0.08, "self-attention ↓", size=8.5, color=style.MUTED, ha="right")
        top += _AXIS
    _picture(figure, _MARGIN, top, pictures, str(first["source_file"]), "source", "")
    ssim = {
        file: "–" if pd.isna(value) else f"{value:.2f}"
        for file, value in zip(sweep.rows["file"], sweep.rows["ssim"], strict=True)
    }
    for down, (share, files) in enumerate(sweep.grid.iterrows()):
        y = top + down * (_CELL + _CAPTION)
        if not sweep.word:
            style.write(figure, _LEFT - 0.15, y + _CELL / 2, f"{share:g}", size=11, weight="bold", ha="right")
        for across, (value, file) in enumerate(files.items()):
            label = f"× {value:g}" if sweep.word else f"{value:g}"
            _picture(figure, _LEFT + across * (_CELL + _GAP), y, pictures, str(file), label, ssim[file])


def _picture(figure: Figure, x: float, y: float, pictures: Album, file: str, label: str, score: str) -> None:
    image = ImageOps.fit(pictures.open(file), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
    style.place(figure, x, y, _CELL, _CELL).imshow(np.asarray(image), aspect="auto")
    if pictures.withheld(file):
        style.withheld(figure, x, y, _CELL)
    style.write(figure, x, y + _CELL + 0.11, label, size=9.5, weight="bold")
    style.write(figure, x + _CELL, y + _CELL + 0.11, score, size=9, color=style.MUTED, ha="right")
