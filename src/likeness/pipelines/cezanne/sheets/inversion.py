"""`inversion_sheet`: what every checkpoint draws, and the losses that chose among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style

_CELL, _GAP, _TOP, _LEFT = 1.7, 0.12, 1.35, 0.5  # inches
_PLOT = 1.9


def draw_inversion(previews: ImageSet, losses: pd.DataFrame, validation: pd.DataFrame) -> Figure:
    """Draw a column a checkpoint, and below them the losses.

    Args:
        previews: step, prompt_name, prompt.
        losses: step, loss.
        validation: step, validation_loss, kept.
    """
    table = previews.manifest
    steps, prompts = table["step"].drop_duplicates().tolist(), table["prompt_name"].drop_duplicates().tolist()
    width = max(2 * _LEFT + len(steps) * (_CELL + _GAP), 8.0)
    bottom = _TOP + len(prompts) * (_CELL + _GAP) + 0.6
    figure = style.new_figure(width, bottom + _PLOT + 0.8)
    style.title(figure, "Learning a style", "The same seeds at every checkpoint; framed: the one that is kept.")
    kept = int(validation.loc[validation["kept"], "step"].iloc[0])
    for column, step in enumerate(steps):
        left = _LEFT + column * (_CELL + _GAP)
        colour = style.BLUE if step == kept else style.INK
        style.write(figure, left + _CELL / 2, _TOP - 0.18, f"step {step}", ha="center", size=10, color=colour)
        for row, prompt in enumerate(prompts):
            [file] = table.loc[(table["step"] == step) & (table["prompt_name"] == prompt), "file"]
            axes = style.place(figure, left, _TOP + row * (_CELL + _GAP), _CELL, _CELL)
            axes.imshow(np.asarray(previews.open(file)), aspect="auto")
            if step == kept:
                axes.add_patch(
                    Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor=style.BLUE, linewidth=4)
                )
    _plot(figure, bottom, width, losses, validation)
    return figure


def _plot(figure: Figure, top: float, width: float, losses: pd.DataFrame, validation: pd.DataFrame) -> None:
    """The losses side by side, each on its own scale: the training's is weighted where min-SNR is asked for."""
    half = (width - 3 * _LEFT - 0.5) / 2
    training, held_out = (style.place(figure, _LEFT + 0.5 + i * (half + _LEFT), top, half, _PLOT) for i in (0, 1))
    smooth = losses["loss"].rolling(max(1, len(losses) // 12), min_periods=1, center=True).mean()
    training.plot(losses["step"], losses["loss"], color=style.LINE, linewidth=0.8)
    training.plot(losses["step"], smooth, color=style.MUTED, linewidth=1.6)
    measured = validation.dropna(subset="validation_loss")
    held_out.plot(measured["step"], measured["validation_loss"], "o-", color=style.BLUE)
    chosen = measured[measured["kept"]]
    held_out.plot(chosen["step"], chosen["validation_loss"], "o", color=style.BLUE, markersize=12, fillstyle="none")
    for axes, title in ((training, "loss in training, as weighted"), (held_out, "loss on held-out paintings")):
        axes.set_title(title, size=9.5, color=style.MUTED, loc="left")
        axes.set_xticks(validation["step"].tolist())
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.tick_params(labelsize=9, colors=style.MUTED, length=0)
        axes.set_xlabel("step", size=9.5, color=style.MUTED)
        axes.grid(axis="y", color=style.FAINT)
        axes.set_axisbelow(True)
        axes.margins(y=0.15)
