"""Folders of pictures in the form of Hugging Face's datasets ("imagefolder"): metadata.jsonl, and a folder a split."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from fsspec import AbstractFileSystem

from likeness.datasets.digest import plain
from likeness.datasets.manifest import METADATA_JSONL, read_manifest
from likeness.datasets.staging import is_inside

TRAIN = "train"
CAPTION = "caption"
_FILE, _TEXT = "file_name", "text"
_FORM = f'Expected one JSON object a line, such as {{"{_FILE}": "a.jpg", "{_TEXT}": "what it shows"}}'


@dataclass(frozen=True)
class Description:
    """What a folder itself says of its pictures.

    Attributes:
        metadata: one row a picture, column `file` among others.
        lines: in which line of metadata.jsonl a picture is described.
    """

    metadata: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"file": []}))
    lines: Mapping[str, int] = field(default_factory=dict)

    def place(self, file: str) -> str:
        """Where a picture is described, for a message; empty where there is no such line."""
        return f" ({METADATA_JSONL}, line {self.lines[file]})" if file in self.lines else ""


def training_split(fs: AbstractFileSystem, folder: str) -> str:
    """The name of the folder's split `train`, if its pictures are described there and not in the folder itself."""
    described = any(fs.isfile(f"{folder}/{name}") for name in ("manifest.csv", METADATA_JSONL))
    return TRAIN if not described and fs.isfile(f"{folder}/{TRAIN}/{METADATA_JSONL}") else ""


def describe(fs: AbstractFileSystem, folder: str) -> Description:
    """Read a folder's manifest.csv or else its metadata.jsonl, if it has one.

    Of metadata.jsonl `file_name` becomes `file` and `text` becomes `caption`; other columns keep their names.

    Raises:
        ValueError: one of them cannot be used; the message says in which line.
    """
    if (stored := read_manifest(fs, folder)) is not None:
        return Description(stored[0])
    if not fs.isfile(f"{folder}/{METADATA_JSONL}"):
        return Description()
    rows: list[dict[str, Any]] = []
    lines: dict[str, int] = {}
    text = fs.cat_file(f"{folder}/{METADATA_JSONL}").decode("utf-8-sig", "replace")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row = _row(line, number)
        file = row["file"]
        if file in lines:
            raise ValueError(f"{METADATA_JSONL}, line {number}: {file} is described in line {lines[file]} already")
        lines[file] = number
        rows.append(row)
    return Description(pd.DataFrame(rows, columns=None if rows else ["file"]), lines)


def metadata_lines(manifest: pd.DataFrame) -> bytes:
    """An image set's manifest as metadata.jsonl, which Hugging Face's datasets read.

    Raises:
        TypeError: a column holds values that JSON cannot hold.
    """
    columns = [_FILE if name == "file" else str(name) for name in manifest.columns]
    missing = manifest.isna().to_numpy()
    rows = (
        {name: None if gone else plain(cell) for name, cell, gone in zip(columns, cells, unsaid, strict=True)}
        for cells, unsaid in zip(manifest.itertuples(index=False, name=None), missing, strict=True)
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "surrogateescape")


def _row(line: str, number: int) -> dict[str, Any]:
    """One line with our names of columns."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{METADATA_JSONL}, line {number}: no JSON ({error}). {_FORM}") from error
    file = row.pop(_FILE, None) if isinstance(row, dict) else None
    if not isinstance(file, str) or not file.strip():
        raise ValueError(f"{METADATA_JSONL}, line {number}: no {_FILE}. {_FORM}")
    file = file.strip().replace("\\", "/").removeprefix("./")
    if not is_inside(file):
        raise ValueError(f"{METADATA_JSONL}, line {number}: {file} is not inside the folder. {_FORM}")
    if _TEXT in row and CAPTION not in row:
        row[CAPTION] = row.pop(_TEXT)
    return {"file": file} | {name: value for name, value in row.items() if name != "file"}
