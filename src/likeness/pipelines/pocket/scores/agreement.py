"""How often what the probe reads is what was shown, picture by picture and attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from likeness.metrics.attributes import Attribute
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.table import Score, ratio_score

EVERYTHING = "all"


def agreement(
    read: pd.DataFrame, shown: pd.DataFrame, attributes: Sequence[Attribute], options: ReportOptions
) -> pd.DataFrame:
    """Compare readings with what was shown.

    Args:
        read: of `likeness.metrics.probe.read`, one row a picture.
        shown: the attributes, row by row of the same pictures; cells are missing where one does not apply.
        attributes: to compare; those that `shown` has no column of are left out.
        options: how near a number must be.

    Returns:
        One row a picture, one column an attribute: 1 where they agree, 0 where they do not, NaN where the cell is
        missing. Numbers agree within `tolerance` and, beside it, `relative_tolerance` of what was shown.
    """
    columns = {}
    for attribute in attributes:
        if attribute.name not in shown:
            continue
        seen, true = read[attribute.name].to_numpy(), shown[attribute.name].to_numpy()
        if attribute.kind == "number":
            numbers = true.astype(np.float64)
            equal = np.isclose(seen, numbers, atol=options.tolerance, rtol=options.relative_tolerance)
        else:
            equal = seen == true
        columns[attribute.name] = np.where(pd.isna(true), np.nan, equal.astype(np.float64))
    return pd.DataFrame(columns)


def compare(
    before: tuple[str, pd.DataFrame], after: tuple[str, pd.DataFrame], ratio: str, options: ReportOptions
) -> Iterator[Score]:
    """Yield, for all attributes together and for each, two rates of agreement over the same cells and their ratio.

    Args:
        before: name of the measure, and `agreement` that the ratio is of.
        after: likewise, with the same missing cells.
        ratio: name of the ratio's measure.
        options: how intervals are made.
    """
    for group in (EVERYTHING, *before[1].columns):
        columns = list(before[1].columns) if group == EVERYTHING else [group]
        cells = before[1][columns].notna().sum(axis=1)
        if not cells.any():
            continue
        count = int((cells > 0).sum())
        hits = {measure: table[columns].sum(axis=1) for measure, table in (before, after)}
        for measure, sums in hits.items():
            yield ratio_score(measure, sums, cells, count, options, group)
        yield ratio_score(ratio, hits[after[0]], hits[before[0]], count, options, group)
