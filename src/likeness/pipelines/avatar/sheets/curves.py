"""`checkpoint_curves`: identity against age obedience on the way of every fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter

from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.options import ValidationOptions

_SIDE, _GAP, _LEFT, _TOP, _ACROSS = 3.2, 0.95, 0.95, 1.6, 3  # inches, and plots in a row
_FOOT = 0.75


def draw_curves(validations: Mapping[str, pd.DataFrame], options: ValidationOptions) -> Figure:
    """Draw a plot a model: a point a validation, `verified` over `at_age` (over the step, where ages are not read).

    Args:
        validations: by model, with the columns of `likeness.pipelines.avatar.validating.COLUMNS`; may be empty.
        options: when they were made.
    """
    shown = {name: table for name, table in validations.items() if len(table)}
    rows = max(1, -(-len(shown) // _ACROSS))
    width = _LEFT + _ACROSS * (_SIDE + _GAP)
    figure = style.new_figure(width, _TOP + (rows * (_SIDE + _GAP + 0.25) if shown else 0.3) + _FOOT)
    every = f"Every {options.every_steps} steps, on pictures of their own seeds: " if options.every_steps else ""
    style.title(figure, "Fine-tuning on the way", f"{every}identity against the right age; the ringed step is kept.")
    if not shown:
        off = "No model was validated: set avatar.validation.every_steps, such as 46."
        style.write(figure, 0.5, _TOP, off, color=style.MUTED)
        return figure
    for place, (name, table) in enumerate(shown.items()):
        left = _LEFT + place % _ACROSS * (_SIDE + _GAP)
        top = _TOP + place // _ACROSS * (_SIDE + _GAP + 0.25)
        style.write(figure, left, top - 0.34, name, size=12.5, weight="bold")
        style.write(figure, left, top - 0.13, _said(table), size=8.5, color=style.MUTED)
        _plot(style.place(figure, left, top, _SIDE, _SIDE), table)
    foot = "Verified: a portrait and a photograph of the sitter. Kept: the best score, averaged with the one before."
    style.write(figure, 0.5, figure.get_size_inches()[1] - 0.35, foot, size=9, color=style.MUTED)
    return figure


def _said(table: pd.DataFrame) -> str:
    last = table.iloc[-1]
    kind = "trained on" if last["reference_trained_on"] else "not trained on"
    return f"{last['pictures']:.0f} portraits × {last['reference_photos']:.0f} photos {kind}"


def _plot(axes: Axes, table: pd.DataFrame) -> None:
    across = "at_age" if table["at_age"].notna().any() else "step"
    x, y = (table[name].to_numpy(dtype=np.float64) for name in (across, "verified"))
    kept = table["kept"].to_numpy(dtype=bool)
    axes.patch.set_facecolor("#fafbfc")
    axes.plot(x, y, color=style.LINE, linewidth=1.5, zorder=1)
    axes.scatter(x, y, c=table["step"], cmap=style.SHARES, s=42, edgecolors=style.BLUE, linewidths=0.8, zorder=2)
    axes.scatter(x[kept], y[kept], s=170, facecolors="none", edgecolors=style.AMBER, linewidths=2, zorder=3)
    highest = max(0.3, float(y.max()) * 1.15)
    axes.set_ylim(-0.03, highest)
    axes.set_yticks(np.arange(0, highest, 0.1 if highest < 0.6 else 0.2))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_ylabel("pairs verified", size=9, color=style.INK)
    if across == "at_age":
        axes.set_xlim(-0.05, 1.05)
        axes.set_xticks(np.linspace(0, 1, 5))
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        for step, along, up in zip(table["step"], x, y, strict=True):
            label = axes.annotate(f"{step:.0f}", (along, up), (6, 5), textcoords="offset points", zorder=4)
            label.set(size=8, color=style.MUTED, path_effects=[withStroke(linewidth=2, foreground="white")])
    else:
        axes.set_xticks(x)
    axes.set_xlabel("portraits that look as old as asked" if across == "at_age" else "step", size=9, color=style.INK)
    axes.tick_params(length=0, pad=4, labelsize=8, labelcolor=style.MUTED)
