"""The part of `avatar_metrics_sheet` that shows how old the pictures look: a small plot a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.ages import APPARENT, ASKED, tolerance_years
from likeness.pipelines.avatar.options import AgeOptions

HEIGHT = 3.25  # inches that the part takes
_HEAD, _SIDE, _GAP = 0.85, 1.6, 0.24
_STEP = 20  # years between ticks


def draw_apparent_ages(
    figure: Figure,
    models: Sequence[str],
    leaderboard: pd.DataFrame,
    ages: Mapping[str, pd.DataFrame],
    options: AgeOptions,
    left: float,
    top: float,
    width: float,
) -> None:
    """Draw the age every picture looks over the age it should look.

    Args:
        figure: where.
        models: a plot each, from the left.
        leaderboard: as `likeness.pipelines.avatar.leaderboard.leaderboard` returns it.
        ages: of every model, as `likeness.pipelines.avatar.ages.read_ages` lays them out.
        options: which ages are right.
        left: inches from the left edge to the first plot.
        top: inches from the upper edge to the title.
        width: inches that the plots share; the part is `HEIGHT` inches high.
    """
    style.write(figure, left, top + 0.1, "Do they look their age?", size=12.5, weight="bold")
    note = (
        "age that a picture looks, as the probe reads it, over the age asked for, in years; grey is right. "
        "Order is the rank correlation over the ages, 1 at best."
    )
    style.write(figure, left, top + 0.36, note, size=9, color=style.MUTED)
    side = min(_SIDE, (width + _GAP) / len(models) - _GAP)
    known = [ages[model][[ASKED, APPARENT]].astype("float64").dropna() for model in models]
    oldest = max([table.to_numpy().max() for table in known if len(table)], default=0.0)
    limit = max(_STEP, np.ceil(oldest * 1.03 / 10) * 10)
    rows = leaderboard.set_index("model")
    for place, (model, table) in enumerate(zip(models, known, strict=True)):
        x = left + place * (side + _GAP)
        style.write(figure, x, top + _HEAD - 0.14, model, size=9, weight="bold")
        axes = style.place(figure, x, top + _HEAD, side, side)
        _plot(axes, table, options, float(limit))
        if place:
            axes.set_yticklabels([])
        row = rows.loc[model]
        said = [f"off by {row['age_error_years']:.1f} years" if pd.notna(row["age_error_years"]) else "–"]
        said += [f"order {row['age_order']:.2f}"] if pd.notna(row["age_order"]) else []
        for line, text in enumerate(said):
            style.write(figure, x, top + _HEAD + side + 0.4 + 0.19 * line, text, size=8.5, color=style.MUTED)


def _plot(axes: Axes, table: pd.DataFrame, options: AgeOptions, limit: float) -> None:
    asked = np.array([0.0, limit])
    off = tolerance_years(asked, options)
    axes.set(xlim=(0, limit), ylim=(0, limit))
    axes.patch.set_facecolor("#fafbfc")
    axes.fill_between(asked, asked - off, asked + off, color=style.NOTHING, linewidth=0, alpha=0.75)
    axes.plot(asked, asked, color="white", linewidth=1)
    axes.scatter(table[ASKED], table[APPARENT], s=13, color=style.BLUE, alpha=0.6, linewidth=0, clip_on=False, zorder=3)
    ticks = np.arange(0, limit, _STEP)
    axes.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks], size=8, color=style.MUTED)
    axes.set_yticks(ticks, [f"{tick:.0f}" for tick in ticks], size=8, color=style.MUTED)
    axes.tick_params(length=0, pad=4)
