"""What can be seen in a picture as a list of attributes, and tables of them as targets of a softmax.

Every attribute is a distribution over its values: a category's names, a flag's two, a number's anchors. A number
between two anchors shares its weight between them and is read back as their mean ("two-hot"; cf. Rothe, Timofte & Van
Gool 2018 on apparent age, https://doi.org/10.1007/s11263-016-0940-3). A missing cell has no weight at all, so that it
teaches nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

NUMBER_ANCHORS = 24
MOST_VALUES = 64


class Attribute(BaseModel):
    """One thing that a picture can be asked about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="column of the attribute table")
    kind: Literal["categorical", "flag", "number"]
    values: tuple[str, ...] | tuple[bool, ...] | tuple[float, ...] = Field(
        min_length=2, description="categories, False and True, or the anchors between which a number lies, ascending"
    )


def with_none(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Tell "there is none" from "does not apply", which both are empty cells once a table has been a CSV file.

    Args:
        table: attributes, one row a picture.
        by: column that says which attributes apply; a table without it is returned as it is.

    Returns:
        The table in which an empty cell of text is "" wherever any row with the same value of `by` has text there: a
        landscape without a tree has the tree "", a portrait keeps a missing one.
    """
    if by not in table:
        return table
    filled = table.copy()
    for column in filled.columns.difference([by]):
        if not _is_text(filled[column]):
            continue
        applies = filled[column].notna().groupby(filled[by]).transform("any")
        filled.loc[applies & filled[column].isna(), column] = ""
    return filled


def attributes_of(table: pd.DataFrame, *, unread: Collection[str] = ()) -> tuple[Attribute, ...]:
    """Derive what can be asked from what is known: columns of text, of truth values and of numbers.

    The anchors of a number are quantiles, so that they lie close where pictures are many.

    Args:
        table: attributes, one row a picture; missing cells where one does not apply.
        unread: columns to leave out, those that no picture shows.

    Returns:
        One attribute a column, in order; columns with one value or none are left out.

    Raises:
        ValueError: a column of text has too many values to be a category, or no column is left.
    """
    attributes = []
    for name in table.columns:
        present = table[name].dropna()
        if name in unread or present.nunique() < 2:
            continue
        if _is_flag(present):
            attributes.append(Attribute(name=name, kind="flag", values=(False, True)))
        elif _is_text(present):
            values = tuple(sorted(present.unique()))
            if len(values) > MOST_VALUES:
                raise ValueError(f"Column {name} has {len(values)} values, too many to tell apart: add it to unread.")
            attributes.append(Attribute(name=name, kind="categorical", values=values))
        else:
            anchors = np.unique(np.quantile(present.astype(float), np.linspace(0, 1, NUMBER_ANCHORS)))
            attributes.append(Attribute(name=name, kind="number", values=tuple(anchors.tolist())))
    if not attributes:
        raise ValueError(f"None of the columns {', '.join(table.columns)} is left to be read: see unread.")
    return tuple(attributes)


def widths(attributes: Sequence[Attribute]) -> list[int]:
    """How many values each attribute has."""
    return [len(attribute.values) for attribute in attributes]


def encode(table: pd.DataFrame, attributes: Sequence[Attribute]) -> NDArray[np.float32]:
    """Attributes as distributions over their values, side by side: (n, sum of widths).

    The values of one attribute sum to 1, or to 0 where the cell is missing or the column is not there. A number beyond
    the anchors counts as the outermost one.

    Raises:
        ValueError: a category is not among the attribute's values.
    """
    blocks = [_distribution(table[a.name], a) if a.name in table else _nothing(len(table), a) for a in attributes]
    return np.concatenate(blocks, axis=1)


def decode(distributions: NDArray[np.floating], attributes: Sequence[Attribute]) -> pd.DataFrame:
    """Read distributions (n, sum of widths) as a table.

    Returns:
        One row a picture. For a category or flag the most likely value, and its probability in `<name>_p`; for a number
        its mean.
    """
    columns: dict[str, object] = {}
    blocks = np.split(distributions, np.cumsum(widths(attributes))[:-1], axis=1)
    for attribute, block in zip(attributes, blocks, strict=True):
        if attribute.kind == "number":
            columns[attribute.name] = block @ np.asarray(attribute.values, dtype=np.float64)
            continue
        kind = bool if attribute.kind == "flag" else object
        columns[attribute.name] = np.asarray(attribute.values, dtype=kind)[block.argmax(axis=1)]
        columns[f"{attribute.name}_p"] = block.max(axis=1).astype(np.float64)
    return pd.DataFrame(columns)


def _nothing(rows: int, attribute: Attribute) -> NDArray[np.float32]:
    return np.zeros((rows, len(attribute.values)), dtype=np.float32)


def _distribution(column: pd.Series, attribute: Attribute) -> NDArray[np.float32]:
    block = _nothing(len(column), attribute)
    (rows,) = np.nonzero(column.notna().to_numpy())
    present = column.iloc[rows]
    if attribute.kind == "number":
        anchors = np.asarray(attribute.values, dtype=np.float64)
        numbers = present.to_numpy(dtype=np.float64).clip(anchors[0], anchors[-1])
        upper = np.searchsorted(anchors, numbers).clip(1)
        share = (numbers - anchors[upper - 1]) / (anchors[upper] - anchors[upper - 1])
        block[rows, upper - 1] = 1 - share
        block[rows, upper] = share
        return block
    places = pd.Index(attribute.values).get_indexer(pd.Index(present.tolist()))
    if (places < 0).any():
        unknown = sorted(set(present[places < 0].astype(str)))
        raise ValueError(f"{attribute.name} {', '.join(unknown)} is none of {', '.join(map(str, attribute.values))}.")
    block[rows, places] = 1
    return block


def _is_flag(present: pd.Series) -> bool:
    """Truth values; beside missing cells they are objects."""
    return bool(present.map(lambda cell: isinstance(cell, bool | np.bool_)).all())


def _is_text(column: pd.Series) -> bool:
    return bool(column.notna().any() and column.dropna().map(lambda cell: isinstance(cell, str)).all())
