"""`avatar_metrics_sheet`: the study's heat maps, verification left and structural similarity right, and ages below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.leaderboard import BASE_MODEL, HELD_OUT, IMPOSTORS, MODELS, age_column
from likeness.pipelines.avatar.options import AgeOptions, PortraitOptions
from likeness.pipelines.avatar.sheets.apparent_ages import HEIGHT, draw_apparent_ages
from likeness.pipelines.avatar.subsets import SUBSETS

_WIDTH, _LEFT, _RIGHT, _BETWEEN = 17.0, 1.75, 0.6, 1.75  # inches
_ROW, _FOOT = 0.36, 0.8  # a heat map's row, and what stands below its cells
_HEADS = (1.5, 1.2, 1.6)  # what stands above the cells of each row of heat maps
_TOP = 1.25
_DRAWN = (*SUBSETS, BASE_MODEL, HELD_OUT)
_KINDS = {"train": "within training photos", "generated": "within portraits", "train_generated": "photos × portraits"}


@dataclass(frozen=True)
class HeatMap:
    """One heat map: its values and what it says."""

    title: str
    note: str
    values: NDArray[np.float64]
    rows: Sequence[str]
    columns: Sequence[str]


def draw_metrics(
    leaderboard: pd.DataFrame,
    comparison: pd.DataFrame,
    options: PortraitOptions,
    age_options: AgeOptions,
    made: Mapping[str, pd.DataFrame],
) -> Figure:
    """Draw who drew the same person, how alike the pictures are, by models, by ages and within sets, and their ages.

    Args:
        leaderboard: as `likeness.pipelines.avatar.leaderboard.leaderboard` returns it.
        comparison: `portrait_comparison`.
        options: the ages.
        age_options: which apparent ages are right.
        made: `<model>_scores` and `<model>_ages` of every model and control; ages that were not read are not drawn.
    """
    verified = [
        _by_models(comparison, "verified", "Same person in two portraits", "share of pairs verified"),
        _by_ages_verified(leaderboard, options),
        _by_kind(leaderboard, "verified", "Same person, by kind of pair", "share of pairs verified"),
    ]
    similar = [
        _by_models(comparison, "ssim", "Similarity of two portraits", "mean SSIM of pairs"),
        _by_ages_ssim({model: made[f"{model}_scores"] for model in MODELS}, options),
        _by_kind(leaderboard, "ssim", "Similarity, by kind of pair", "mean SSIM of pairs"),
    ]
    heights = [head + _ROW * len(heat.rows) + _FOOT for head, heat in zip(_HEADS, verified, strict=True)]
    read = leaderboard["age_error_years"].notna().any()
    figure = style.new_figure(_WIDTH, _TOP + sum(heights) + (HEIGHT if read else 0))
    style.title(
        figure,
        "Portraits, photographs and how they agree",
        "Left: is it the same person, by the face recogniser. Right: is it the same picture, by structural similarity.",
    )
    width = (_WIDTH - _LEFT - _RIGHT - _BETWEEN) / 2
    column_limits = ((0.0, 1.0), _limits([heat.values for heat in similar]))
    for column, heats in enumerate((verified, similar)):
        left, top = _LEFT + column * (width + _BETWEEN), _TOP
        for heat, head, height in zip(heats, _HEADS, heights, strict=True):
            colours = style.SIMILARITIES if column else style.SHARES
            style.write(figure, left, top + 0.1, heat.title, size=12.5, weight="bold")
            style.write(figure, left, top + 0.36, heat.note, size=9, color=style.MUTED)
            _draw(
                figure, heat, left, top + head, width, colours, column_limits[column], "{:.2f}" if column else "{:.0%}"
            )
            top += height
    if read:
        ages = {model: made[f"{model}_ages"] for model in _DRAWN}
        wide = _WIDTH - _LEFT - _RIGHT
        draw_apparent_ages(figure, _DRAWN, leaderboard, ages, age_options, _LEFT, _TOP + sum(heights), wide)
    return figure


def _draw(
    figure: Figure,
    heat: HeatMap,
    left: float,
    top: float,
    width: float,
    colours: Colormap,
    limits: tuple[float, float],
    form: str,
) -> None:
    height = _ROW * len(heat.rows)
    axes = style.place(figure, left, top, width, height)
    image = style.heat_map(axes, heat.values, heat.rows, heat.columns, colours=colours, limits=limits, form=form)
    ends = form.format(limits[0]), form.format(limits[1])
    style.colour_bar(figure, image, left + width - 1.6, top + height + 0.12, 1.6, *ends)


def _limits(matrices: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The ends of a colour scale that all matrices share, to tenths."""
    values = np.concatenate([matrix.ravel() for matrix in matrices])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = np.floor(values.min() * 10) / 10, np.ceil(values.max() * 10) / 10
    return float(low), float(max(high, low + 0.1))


def _by_models(comparison: pd.DataFrame, value: str, title: str, note: str) -> HeatMap:
    matrix = comparison.pivot(index="model_a", columns="model_b", values=value)
    values = matrix.reindex(index=_DRAWN, columns=_DRAWN).to_numpy(dtype=float)
    return HeatMap(title, note, values, _DRAWN, _DRAWN)


def _by_ages_verified(leaderboard: pd.DataFrame, options: PortraitOptions) -> HeatMap:
    columns = [age_column(age) for age in range(len(options.ages))]
    values = leaderboard.set_index("model").reindex(index=MODELS, columns=columns).to_numpy(dtype=float)
    title, note = "The sitter at every age", "share of pairs of a picture and a reference photo verified"
    return HeatMap(title, note, values, MODELS, [age.label for age in options.ages])


def _by_ages_ssim(scores: Mapping[str, pd.DataFrame], options: PortraitOptions) -> HeatMap:
    values = np.full((len(MODELS), len(options.ages)), np.nan)
    for row, model in enumerate(MODELS):
        compared = scores[model][scores[model]["relation"].isin(["training_generated", "sitter"])]
        means = compared.dropna(subset=["age"]).groupby("age")["ssim"].mean()
        values[row, means.index.to_numpy(dtype=int)] = means
    note = "mean SSIM to the photos it was trained on; controls: to all of the sitter's"
    return HeatMap(
        "Similarity to the photographs at every age", note, values, MODELS, [age.label for age in options.ages]
    )


def _by_kind(leaderboard: pd.DataFrame, value: str, title: str, note: str) -> HeatMap:
    rows = [model for model in MODELS if model not in (IMPOSTORS, HELD_OUT)]
    columns = {f"{value}_{kind}": label for kind, label in _KINDS.items()}
    if value == "verified":
        columns["verified"] = "reference × portraits"
    else:
        columns["nearest_training_ssim"] = "nearest photo"
    values = leaderboard.set_index("model").reindex(index=rows, columns=list(columns)).to_numpy(dtype=float)
    return HeatMap(title, note, values, rows, list(columns.values()))
