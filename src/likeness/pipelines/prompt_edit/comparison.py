"""The study's table: how much of the source an edit keeps with attention control, and without."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.metrics.bootstrap import Interval, bootstrap_pairs
from likeness.pipelines.prompt_edit.options import ScoringOptions

CONTROLLED, UNCONTROLLED, UNCHANGED = "controlled", "uncontrolled", "unchanged"
VARIANTS = (CONTROLLED, UNCONTROLLED, UNCHANGED)
MEASURES = (
    *("ssim", "psnr", "background_ssim", "background_psnr"),
    *("change_inside", "structure_distance", "asked_change_read", "clip_similarity"),
)
COLUMNS = (
    *("edits", "kind", "scope", "measure", "pictures"),
    *(f"{variant}{end}" for variant in (CONTROLLED, UNCONTROLLED) for end in ("", "_low", "_high")),
    *("difference", "difference_low", "difference_high", UNCHANGED),
)
# Where an uncontrolled edit leaves the background as it is, there is nothing for attention control to keep.
LOST_BACKGROUND = 0.10


def compare_variants(scores: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Compare controlled with uncontrolled edits, all together, by scope, and one by one.

    Args:
        scores: one row an edit, source, seed and variant, with `MEASURES`.
        options: how many resamples, and their seed.

    Returns:
        One row a group of edits and measure, with `COLUMNS`: means with the ends of their 95 % intervals over
        source pictures, and of the paired difference controlled − uncontrolled. `edits` says which: "all edits",
        "local edits", "global edits", "local edits that lose background" (uncontrolled, a background error 1 − SSIM
        above `LOST_BACKGROUND`), or the edit's name. A measure without any value has no row; a picture without one, as
        a withheld one is, is left out in all variants.
    """
    rows = [
        {"edits": name, "kind": _only(group["kind"]), "scope": _only(group["scope"]), "measure": measure, **row}
        for name, group in _groups(scores)
        for measure in MEASURES
        if (row := _compared(group, measure, options))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _groups(scores: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all edits", scores
    for scope, group in scores.groupby("scope", sort=False):
        yield f"{scope} edits", group
    uncontrolled = scores[scores["variant"] == UNCONTROLLED].groupby("edit")["background_ssim"].mean()
    lost = uncontrolled.index[1 - uncontrolled > LOST_BACKGROUND]
    if len(lost):
        yield "local edits that lose background", scores[scores["edit"].isin(lost)]
    yield from ((str(edit), group) for edit, group in scores.groupby("edit", sort=False))


def _only(values: pd.Series) -> str | None:
    """The value that all have in common, if any."""
    distinct = values.unique()
    return str(distinct[0]) if len(distinct) == 1 else None


def _compared(group: pd.DataFrame, measure: str, options: ScoringOptions) -> dict[str, object]:
    """One row of means, intervals and paired difference; empty where the measure has no value."""
    values = {
        str(variant): rows.pivot(index=["source", "seed"], columns="edit", values=measure).to_numpy(dtype=np.float64)
        for variant, rows in group.groupby("variant")
    }
    together = np.all([np.isfinite(matrix) for matrix in values.values()], axis=0)
    values = {variant: np.where(together, matrix, np.nan) for variant, matrix in values.items()}
    present = int(together.sum())
    if not present:
        return {}
    row: dict[str, object] = {"pictures": present, UNCHANGED: _interval(values[UNCHANGED], options).mean}
    values["difference"] = values[CONTROLLED] - values[UNCONTROLLED]
    for name in (CONTROLLED, UNCONTROLLED, "difference"):
        interval = _interval(values[name], options)
        row |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return row


def _interval(matrix: NDArray[np.float64], options: ScoringOptions) -> Interval:
    # Edits of one source picture are not independent: source pictures are drawn, with all edits of them.
    return bootstrap_pairs(matrix, resamples=options.bootstrap_samples, seed=options.seed)
