"""`edit_sweep_sheet`: an edit over a word's weight, and over the shares of steps under control."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.pipelines.avatar.sheets import style

_CELL, _GAP, _CAPTION = 1.5, 0.1, 0.28  # inches
_LEFT, _TOP, _MARGIN, _TITLE = 1.15, 1.2, 0.5, 0.75
_LEAST_WIDTH = 11.0
_PIXELS = 240  # side of a picture on the sheet


def draw_sweeps(pictures: ImageSet, scores: pd.DataFrame) -> Figure:
    """Draw a strip a word's weight, and a grid an edit's two shares of steps.

    Args:
        pictures: `edit_sweep_images`.
        scores: `edit_sweep_scores`: file, edit, word (empty in a grid of shares), weight, cross_replace,
            self_replace, ssim.
    """
    # Where there is no word, a table that was stored has a missing one.
    scores = scores.assign(word=scores["word"].fillna(""))
    sweeps = [(str(edit), str(word), rows) for (edit, word), rows in scores.groupby(["edit", "word"], sort=False)]
    grids = [_grid(rows, word) for _, word, rows in sweeps]
    heights = [
        _TITLE + len(grid) * (_CELL + _CAPTION) + (0 if word else 0.3)
        for (_, word, _), grid in zip(sweeps, grids, strict=True)
    ]
    width = max([_LEAST_WIDTH, *(_LEFT + _MARGIN * 2 + grid.shape[1] * (_CELL + _GAP) for grid in grids)])
    figure = style.new_figure(width, _TOP + sum(heights) + 0.5)
    style.title(figure, "How much control, how much weight", "Under each picture: SSIM to the source.")
    top = _TOP
    for (edit, word, rows), grid, height in zip(sweeps, grids, heights, strict=True):
        seed = rows["seed"].iloc[0]
        name = f"weight of “{word}”" if word else f"shares of the steps with the source's attention: {edit}"
        style.write(figure, _MARGIN, top + 0.1, name, size=12.5, weight="bold")
        prompt = textwrap.shorten(str(rows["prompt"].iloc[0]), 130, placeholder=" …")
        style.write(figure, _MARGIN, top + 0.36, f"{prompt} · seed {seed}", size=9, color=style.MUTED)
        _draw_grid(figure, top + _TITLE, grid, rows.set_index("file"), pictures, word)
        top += height
    if not sweeps:
        text = "No edit asks for a sweep: sweep_weights or sweep_schedules in the edits."
        style.write(figure, _MARGIN, top, text, color=style.MUTED)
    return figure


def _grid(rows: pd.DataFrame, word: str) -> pd.DataFrame:
    """Files: factors across; or shares of self-attention down and of cross-attention across."""
    if word:
        return rows.assign(self_replace=0.0).pivot(index="self_replace", columns="weight", values="file")
    return rows.pivot(index="self_replace", columns="cross_replace", values="file")


def _draw_grid(
    figure: Figure, top: float, grid: pd.DataFrame, rows: pd.DataFrame, pictures: ImageSet, word: str
) -> None:
    if not word:
        style.write(figure, _MARGIN + _LEFT, top - 0.02, "cross-attention →", size=8.5, color=style.MUTED)
        style.write(figure, _MARGIN, top + 0.2, "self-\nattention ↓", size=8.5, color=style.MUTED)
        top += 0.3
    for down, (share, files) in enumerate(grid.iterrows()):
        y = top + down * (_CELL + _CAPTION)
        if not word:
            style.write(figure, _MARGIN + _LEFT - 0.15, y + _CELL / 2, f"{share:g}", size=11, weight="bold", ha="right")
        for across, (value, file) in enumerate(files.items()):
            x = _MARGIN + _LEFT + across * (_CELL + _GAP)
            image = ImageOps.fit(pictures.open(file), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
            style.place(figure, x, y, _CELL, _CELL).imshow(np.asarray(image), aspect="auto")
            label = f"× {value:g}" if word else f"{value:g}"
            style.write(figure, x, y + _CELL + 0.11, label, size=9.5, weight="bold")
            ssim = f"{rows.loc[file, 'ssim']:.2f}"
            style.write(figure, x + _CELL, y + _CELL + 0.11, ssim, size=9, color=style.MUTED, ha="right")
