"""`cezanne_sheet`: the classes, how well a network tells them apart, and what every set of pictures passes for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.cezanne.options import ClassifierOptions
from likeness.pipelines.cezanne.sheets.classes import classes_height, draw_classes
from likeness.pipelines.cezanne.sheets.judge import Judge
from likeness.pipelines.cezanne.sheets.sets import HEAD, MOST_SETS, ROW, WIDTH, draw_sets

_LEFT, _TOP = 0.5, 1.25  # inches


def draw_verdicts(
    paintings: ImageSet,
    class_balance: pd.DataFrame,
    originals: ImageSet,
    cleaned: ImageSet,
    style_verdicts: pd.DataFrame,
    classifier_scores: pd.DataFrame,
    options: ClassifierOptions,
    made: Mapping[str, Any],
) -> Figure:
    """Draw what the first backbone says.

    Args:
        paintings: of all classes, as they were.
        class_balance: as `likeness.cleaning.class_balance` says.
        originals: the judged pictures as they were.
        cleaned: the same as the network saw them.
        style_verdicts: of every set and judge.
        classifier_scores: of every judge.
        options: of the classifiers.
        made: the backbone's `judgements`, `judged` (its control's rows too) and `evidence`.
    """
    name = options.backbones[0]
    tables = {
        what: made[what][made[what]["judge"] == name].dropna(axis="columns", how="all")
        for what in ("judgements", "judged")
    }
    judge = Judge(
        name, **tables, evidence=made["evidence"], names=options.class_names, unknown_below=options.unknown_below
    )
    sets = cleaned.manifest["set"].nunique()
    upper = classes_height(len(judge.classes))
    figure = style.new_figure(2 * _LEFT + WIDTH, _TOP + upper + HEAD + min(sets, MOST_SETS) * ROW + 0.5)
    style.title(
        figure,
        "Does the style pass for the painter's own?",
        f"{name} judges {len(cleaned)} pictures in {sets} sets. A verdict below {options.unknown_below:.0%} "
        "is unknown. Brackets: 95 % interval.",
    )
    draw_classes(figure, _LEFT, _TOP, paintings, class_balance, classifier_scores, judge)
    draw_sets(figure, _LEFT, _TOP + upper, originals, cleaned, style_verdicts, judge)
    height = figure.get_size_inches()[1]
    more = f" {sets - MOST_SETS} more sets are not shown." if sets > MOST_SETS else ""
    note = f"style_verdicts holds every number, style_gain the comparison with the control.{more}"
    style.write(figure, _LEFT, height - 0.3, note, size=9, color=style.MUTED)
    return figure
