"""Pictures of the work folder as an image set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from PIL import Image

from likeness.datasets import ImageSet, WorkFolder


def kept_pictures(work: WorkFolder, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> ImageSet:
    """Return the pictures that rows name by `file`, measured; `columns` are those of a set without any."""
    measured = [{"file": row["file"], **_measured(work, row["file"]), **row} for row in rows]
    empty = ["file", "sha256", "width", "height", *columns]
    return ImageSet(str(work.path), pd.DataFrame(measured) if measured else pd.DataFrame(columns=empty))


def _measured(work: WorkFolder, file: str) -> dict[str, object]:
    path = work.file(file)
    with Image.open(path) as image:
        width, height = image.size
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "width": width, "height": height}
