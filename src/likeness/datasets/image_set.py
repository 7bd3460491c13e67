"""Image sets: a folder of pictures and a table that says what each one is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from os import PathLike
from typing import Any

import fsspec
import pandas as pd
from fsspec import AbstractFileSystem
from kedro.io import DatasetError
from PIL import Image

from likeness.datasets.digest import digest_of
from likeness.datasets.image_folder import Description, describe, training_split
from likeness.datasets.manifest import MANIFEST_CSV, MEASURED, METADATA_JSONL, rejected_table
from likeness.datasets.metadata import metadata_by_file, with_groups
from likeness.datasets.picture import UnreadablePictureError, open_picture
from likeness.datasets.scan import MINIMUM_SIDE, picture_files, scan

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ImageSet:
    """A folder of pictures plus a manifest; pictures are opened only when asked for.

    Attributes:
        root: the folder, a local path or one that fsspec knows (`memory://…`).
        manifest: one row a picture: `file` (relative, forward slashes, unique), `sha256` of the file, upright `width`
            and `height` in pixels, then free metadata columns.
        rejected: columns `file` and `reason`: what was set aside when the folder was read.
        storage_options: what fsspec needs to open `root`.
    """

    root: str
    manifest: pd.DataFrame
    rejected: pd.DataFrame = field(default_factory=rejected_table)
    storage_options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        absent = [name for name in MEASURED if name not in self.manifest.columns]
        if absent:
            raise ValueError(f"the manifest of {self.root} lacks the columns {', '.join(absent)}")
        if self.manifest["file"].duplicated().any():
            raise ValueError(f"the manifest of {self.root} names a file twice")

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self.manifest["file"])

    @classmethod
    def from_folder(
        cls,
        root: str | PathLike[str],
        metadata: pd.DataFrame | None = None,
        *,
        files: Iterable[str] | None = None,
        minimum_side: int = MINIMUM_SIDE,
        storage_options: Mapping[str, Any] | None = None,
    ) -> ImageSet:
        """Look through a folder of pictures, at any depth, in the order of their names.

        What cannot be used (cut short, no picture, too small, an exact duplicate of an earlier file, listed in the
        folder's manifest.csv but absent) is set aside in `rejected`, with a warning. A sub-folder's name becomes the
        column `group` where the metadata does not say. Of a folder with a split for training, in the form of Hugging
        Face's datasets, that alone is read.

        Args:
            root: the folder, a local path or one that fsspec knows.
            metadata: more columns, joined on `file`; by default read from manifest.csv or metadata.jsonl in the
                folder, if any.
            files: look only at these, in this order; by default at all.
            minimum_side: the shortest side a picture may have, in pixels.
            storage_options: what fsspec needs to open the folder.

        Raises:
            DatasetError: there is no such folder, or the metadata is not usable.
        """
        fs, path = open_folder(str(root), storage_options)
        if not fs.isdir(path):
            raise DatasetError(f"There is no folder {root}. Expected a folder of pictures.")
        if split := training_split(fs, path) if metadata is None else "":
            logger.info("%s: of its splits, only %s is read.", root, split)
            root, path = f"{str(root).rstrip('/')}/{split}", f"{path}/{split}"
        try:
            said = describe(fs, path) if metadata is None else Description(metadata)
            metadata = metadata_by_file(said.metadata)
        except ValueError as error:
            advice = f"Correct {MANIFEST_CSV} or {METADATA_JSONL} there, or the metadata given."
            raise DatasetError(f"{root}: {error}. {advice}") from error
        wanted = picture_files(fs, path) if files is None else list(files)
        absent = [] if files is not None else [file for file in metadata.index if file not in set(wanted)]
        pictures, rejected = scan(fs, path, [*wanted, *absent], minimum_side)
        manifest = with_groups(pictures.join(metadata, on="file"))
        gone = rejected["file"].isin(absent)
        rejected.loc[gone, "reason"] += rejected.loc[gone, "file"].map(said.place)
        if len(rejected):
            _warn_of(str(root), len(manifest), tuple(zip(rejected["file"], rejected["reason"], strict=True)))
        return cls(str(root), manifest, rejected, dict(storage_options or {}))

    def __len__(self) -> int:
        return len(self.manifest)

    def __iter__(self) -> Iterator[tuple[pd.Series, Image.Image]]:
        for _, row in self.manifest.iterrows():
            yield row, self.open(row["file"])

    def open(self, file: str) -> Image.Image:
        """Open one picture as 8-bit RGB, upright.

        Raises:
            KeyError: the set has no such file.
            UnreadablePictureError: the file is gone or broken by now.
        """
        if file not in self._files:
            raise KeyError(f"{self.root} has no picture {file!r}")
        fs, path = open_folder(self.root, self.storage_options)
        try:
            with fs.open(f"{path}/{file}", "rb") as content:
                return open_picture(content)
        except FileNotFoundError as error:
            raise UnreadablePictureError(file, f"no longer in {self.root}") from error
        except UnreadablePictureError as error:
            raise UnreadablePictureError(file, error.reason) from error

    def select(self, files: Iterable[str]) -> ImageSet:
        """The set of these files only, in the order given.

        Raises:
            KeyError: the set has no such file.
        """
        wanted = list(files)
        by_file = self.manifest.set_index("file", drop=False)
        absent = [file for file in wanted if file not in by_file.index]
        if absent:
            raise KeyError(f"{self.root} has no picture {', '.join(map(repr, absent[:5]))}")
        return replace(self, manifest=by_file.loc[wanted].reset_index(drop=True))

    @property
    def digest(self) -> str:
        """Digest of the pictures' names, contents, order and metadata (not of the order of columns, nor `root`)."""
        return digest_of(self.manifest[sorted(self.manifest.columns)])


def open_folder(root: str, storage_options: Mapping[str, Any] | None = None) -> tuple[AbstractFileSystem, str]:
    """The file system of a folder and its path there, without a slash at the end."""
    fs, path = fsspec.core.url_to_fs(root, **(storage_options or {}))
    return fs, str(path).rstrip("/")


@lru_cache(maxsize=256)
def _warn_of(root: str, kept: int, rejected: tuple[tuple[str, str], ...]) -> None:
    """Warn once in a process: the set is read by several steps."""
    shown = "; ".join(f"{file} ({reason})" for file, reason in rejected[:12])
    more = f"; and {len(rejected) - 12} more" if len(rejected) > 12 else ""
    logger.warning("%s: %d pictures can be used, %d files set aside: %s%s", root, kept, len(rejected), shown, more)
