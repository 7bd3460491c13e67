"""The two files beside an image set's pictures: manifest.csv for people, manifest.json for its types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
from fsspec import AbstractFileSystem

from likeness.datasets.csv_table import table_from_csv, table_to_csv

MANIFEST_CSV = "manifest.csv"
MANIFEST_JSON = "manifest.json"
METADATA_JSONL = "metadata.jsonl"
"""What Hugging Face's datasets read beside pictures."""

MEASURED = ("file", "sha256", "width", "height")

_FORMAT = 1


def pictures_table(rows: Iterable[tuple[str, str, int, int]] = ()) -> pd.DataFrame:
    """A table with the columns that every manifest has."""
    table = pd.DataFrame(list(rows), columns=list(MEASURED))
    return table.astype({"file": "str", "sha256": "str", "width": "int64", "height": "int64"})


def rejected_table(rows: Iterable[tuple[str, str]] = ()) -> pd.DataFrame:
    """A table of the files set aside, with the reason for each."""
    return pd.DataFrame(list(rows), columns=["file", "reason"]).astype("str")


def manifest_files(manifest: pd.DataFrame, rejected: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
    """The two files by name; the second one makes the set complete.

    Raises:
        TypeError: a column holds values that cannot be stored.
    """
    text, schema = table_to_csv(manifest)
    described = {"format": _FORMAT, "columns": schema, "rejected": rejected.to_dict(orient="list")}
    yield MANIFEST_CSV, text.encode("utf-8", "surrogateescape")
    yield MANIFEST_JSON, json.dumps(described, indent=1).encode()


def read_manifest(fs: AbstractFileSystem, folder: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Read a folder's manifest and the files that were set aside, or None when it has no manifest.csv.

    Without manifest.json, a manifest.csv is taken as a person wrote it.

    Raises:
        ValueError: one of the two cannot be read.
    """
    if not fs.isfile(f"{folder}/{MANIFEST_CSV}"):
        return None
    text = fs.cat_file(f"{folder}/{MANIFEST_CSV}").decode("utf-8-sig", "surrogateescape")
    if not fs.isfile(f"{folder}/{MANIFEST_JSON}"):
        return table_from_csv(text), rejected_table()
    described: dict[str, Any] = json.loads(fs.cat_file(f"{folder}/{MANIFEST_JSON}"))
    if described.get("format") != _FORMAT:
        raise ValueError(f"{MANIFEST_JSON} is of format {described.get('format')}, expected {_FORMAT}")
    rejected = described["rejected"]
    return (
        table_from_csv(text, described["columns"]),
        rejected_table(zip(rejected["file"], rejected["reason"], strict=True)),
    )
