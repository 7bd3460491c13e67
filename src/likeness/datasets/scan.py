"""Look through a folder for pictures: which can be used, and why the others cannot."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

import pandas as pd
from fsspec import AbstractFileSystem
from PIL import ExifTags, Image

from likeness.datasets.digest import is_hidden
from likeness.datasets.manifest import MANIFEST_CSV, MANIFEST_JSON, METADATA_JSONL, pictures_table, rejected_table
from likeness.datasets.picture import unreadable_reason

MINIMUM_SIDE = 16
_DUPLICATE = "duplicate of "
_QUARTER_TURNS = {5, 6, 7, 8}


@dataclass(frozen=True)
class Examined:
    """What a file turned out to be: upright size in pixels, or the reason why it cannot be used."""

    sha256: str
    width: int = 0
    height: int = 0
    reason: str = ""


def picture_files(fs: AbstractFileSystem, root: str) -> list[str]:
    """List a folder's files at any depth, sorted, relative to it, without hidden ones and the manifests."""
    found = (PurePosixPath(path).relative_to(PurePosixPath(root)) for path in fs.find(root))
    manifests = (MANIFEST_CSV, MANIFEST_JSON, METADATA_JSONL)
    return sorted(path.as_posix() for path in found if not is_hidden(path) and str(path) not in manifests)


def duplicate_of(reason: str) -> str:
    """The file that a rejected one repeats byte by byte, from the reason given; empty for any other reason."""
    return reason.removeprefix(_DUPLICATE) if reason.startswith(_DUPLICATE) else ""


def scan(
    fs: AbstractFileSystem, root: str, files: Iterable[str], minimum_side: int = MINIMUM_SIDE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Examine files one by one; a bad one never stops the others.

    Args:
        fs: the file system.
        root: the folder.
        files: names relative to it.
        minimum_side: pictures with a shorter side than this, in pixels, are set aside.

    Returns:
        The pictures (columns file, sha256, width, height) and the rejected files (columns file, reason).
    """
    pictures: list[tuple[str, str, int, int]] = []
    rejected: list[tuple[str, str]] = []
    first_with: dict[str, str] = {}
    for file in files:
        path = f"{root}/{file}"
        if not fs.isfile(path):
            rejected.append((file, "no such file in the folder"))
            continue
        seen = _examine(fs, path, fs.ukey(path))
        if seen.reason:
            rejected.append((file, seen.reason))
        elif min(seen.width, seen.height) < minimum_side:
            rejected.append((file, f"{seen.width}x{seen.height} pixels: smaller than {minimum_side} on a side"))
        elif seen.sha256 in first_with:
            rejected.append((file, _DUPLICATE + first_with[seen.sha256]))
        else:
            first_with[seen.sha256] = file
            pictures.append((file, seen.sha256, seen.width, seen.height))
    return pictures_table(pictures), rejected_table(rejected)


@lru_cache(maxsize=8192)
def _examine(fs: AbstractFileSystem, path: str, version: str) -> Examined:
    """Decode one file; remembered until its size or time (in `version`) changes."""
    content = fs.cat_file(path)
    sha256 = hashlib.sha256(content).hexdigest()
    if not content:
        return Examined(sha256, reason="empty file")
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if image.getexif().get(ExifTags.Base.Orientation) in _QUARTER_TURNS:
                width, height = height, width
            # JPEG decodes to an eighth of the size in a third of the time, and still finds a missing end.
            image.draft(None, (image.width // 8, image.height // 8))
            image.load()
    except Exception as error:  # Pillow's decoders raise nearly anything on broken data
        return Examined(sha256, reason=unreadable_reason(error))
    return Examined(sha256, width, height)
