"""Tables as CSV whose cells come back as they were: '007' stays text, floats stay exact, missing stays missing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from likeness.datasets.digest import plain

Schema = dict[str, dict[str, Any]]

_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LEADING_ZERO = re.compile(r"[+-]?0\d")
_TYPED = re.compile(r"bool|boolean|u?int\d+|float\d+|datetime64\[.+\]", re.IGNORECASE)
_BOOLEANS = {"True": True, "False": False, "": pd.NA}


def table_to_csv(table: pd.DataFrame) -> tuple[str, Schema]:
    """Write a table as CSV text, and beside it what CSV cannot say.

    Returns:
        The text, and for each column `type` ("text", "json", or a numpy or pandas dtype) and, for text in which
        cells are missing, their row numbers as `missing` (a blank cell could be an empty string too).

    Raises:
        TypeError: a column holds values that JSON cannot hold.
    """
    schema: Schema = {}
    columns = []
    for name in table.columns:
        cells, described = _stored(table[name])
        schema[str(name)] = described
        columns.append(cells)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(schema)
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue(), schema


def table_from_csv(text: str, schema: Schema | None = None) -> pd.DataFrame:
    """Read a table that `table_to_csv` wrote, or, without its schema, one that a person wrote.

    Without a schema the columns' types are told from their cells: whole numbers, numbers (a blank is NaN),
    true/false, and else text (a blank is ""); numbers with leading zeros are text. Commas or semicolons part them.

    Raises:
        ValueError: the header or a row does not fit the schema, or two columns have one name.
    """
    first_line = text.split("\n", 1)[0]
    delimiter = ";" if schema is None and first_line.count(";") > first_line.count(",") else ","
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    header = rows[0] if rows else []
    if len(set(header)) != len(header):
        raise ValueError(f"two columns have the same name: {', '.join(header)}")
    if schema is not None and header != list(schema):
        raise ValueError(f"the columns are {header}, expected {list(schema)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise ValueError(f"line {number} has {len(row)} cells, the header has {len(header)}")
    table = {}
    for column, name in enumerate(header):
        cells = [row[column] for row in rows[1:]]
        table[name] = _inferred(cells) if schema is None else _restored(cells, schema[name])
    return pd.DataFrame(table)


def _stored(column: pd.Series) -> tuple[list[str], dict[str, Any]]:
    """A column's cells as text, a missing one as blank, and how to read them back."""
    missing, values = column.isna().tolist(), column.tolist()
    if _TYPED.fullmatch(str(column.dtype)):
        return _filled(missing, values, str), {"type": str(column.dtype)}
    if not all(isinstance(value, str) for value in column[~column.isna()]):
        return _filled(missing, values, lambda value: json.dumps(plain(value))), {"type": "json"}
    described: dict[str, Any] = {"type": "text"}
    if any(missing):
        described["missing"] = [row for row, gone in enumerate(missing) if gone]
    return _filled(missing, values, str), described


def _filled(missing: list[bool], values: list[Any], written: Callable[[Any], str]) -> list[str]:
    return ["" if gone else written(value) for gone, value in zip(missing, values, strict=True)]


def _restored(cells: Sequence[str], described: dict[str, Any]) -> pd.Series:
    kind = str(described["type"])
    family = kind.lower().rstrip("0123456789")
    values: list[Any]
    if kind == "text":
        missing = set(described.get("missing", ()))
        values, kind = [None if row in missing else cell for row, cell in enumerate(cells)], "str"
    elif kind == "json":
        values, kind = [json.loads(cell) if cell else None for cell in cells], "object"
    elif family in ("bool", "boolean"):
        values = [_BOOLEANS[cell] for cell in cells]
    elif family in ("int", "uint"):
        values = [int(cell) if cell else pd.NA for cell in cells]
    elif family == "float":
        values = [float(cell) if cell else np.nan for cell in cells]
    elif _TYPED.fullmatch(kind):
        values = list(pd.to_datetime(list(cells), format="ISO8601"))
    else:
        raise ValueError(f"a column of type {kind} is not known")
    return pd.Series(values, dtype=kind)


def _inferred(cells: Sequence[str]) -> pd.Series:
    """A column that a person wrote, as whole numbers, numbers, booleans, or else text as it stands."""
    bare = [cell.strip() for cell in cells]
    filled = [cell for cell in bare if cell]
    if filled and not any(_LEADING_ZERO.match(cell) for cell in filled):
        if all(_INTEGER.fullmatch(cell) for cell in bare):
            return pd.Series([int(cell) for cell in bare], dtype="int64")
        if all(_NUMBER.fullmatch(cell) for cell in filled):
            return pd.Series([float(cell) if cell else np.nan for cell in bare], dtype="float64")
        if all(cell.lower() in ("true", "false") for cell in bare):
            return pd.Series([cell.lower() == "true" for cell in bare], dtype="bool")
    return pd.Series(list(cells), dtype="str")
