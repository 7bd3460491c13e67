"""Folders versioned as a whole: complete with a manifest written last, or not there."""

from __future__ import annotations

import os
import shutil
from abc import abstractmethod
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeVar

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from kedro.io import AbstractVersionedDataset, DatasetError, Version
from kedro.io.core import get_protocol_and_path

from likeness.datasets.staging import is_inside, remove, sweep, unfinished_path

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Source:
    """A file to be stored, where it is now."""

    fs: AbstractFileSystem
    path: str


Contents = Iterable[tuple[str, Source | bytes]]


class VersionedFolderDataset(AbstractVersionedDataset[Kept, Kept]):
    """A dataset that is a folder: `<filepath>/<version>/<name>/` when versioned, else `<filepath>/`.

    Locally a version is put together in a hidden folder beside it and takes its name in one rename; elsewhere its
    files are written in place, the manifest last. Without its manifest a version does not exist and is never the
    latest. A version is never written over.

    Args:
        filepath: the folder, local or with a protocol that fsspec knows.
        version: Kedro's version, from `versioned: true` in the catalog.
        credentials: given to the file system.
        fs_args: given to the file system.
        metadata: for plugins such as Kedro-Viz; not looked at here.
    """

    manifest_name: ClassVar[str]

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        protocol, path = get_protocol_and_path(filepath, version)
        self._protocol = protocol
        self._storage_options = {**deepcopy(fs_args or {}), **deepcopy(credentials or {})}
        self._fs: AbstractFileSystem = fsspec.filesystem(protocol, **self._storage_options)
        self.metadata = metadata
        super().__init__(
            filepath=PurePosixPath(path.rstrip("/")),
            version=version,
            exists_function=self._is_complete,
            glob_function=self._version_folders,
        )

    @abstractmethod
    def _contents(self, data: Kept) -> Contents:
        """Each file to store, by its name in the folder, the manifest last."""

    @abstractmethod
    def _read(self, folder: str) -> Kept:
        """Read what a folder holds, complete or, when not versioned, of the user's making."""

    def load(self) -> Kept:
        """Read the version asked for, by default the latest complete one."""
        folder = self._get_load_path().as_posix()
        if self._version and not self._is_complete(folder):
            raise DatasetError(
                f"Version {self.resolve_load_version()} of {self._filepath} is not there or was never finished. "
                f"Finished versions: {', '.join(self.list_versions(full_path=False)) or 'none'}."
            )
        return self._read(folder)

    def save(self, data: Kept) -> None:
        """Store a new version, complete or not at all."""
        target = self._get_save_path()
        if isinstance(self._fs, LocalFileSystem):
            self._save_by_rename(Path(target), data)
        elif self._version:
            self._save_in_place(target.as_posix(), data)
        else:
            raise DatasetError(f"{self._located(target)} is not on this machine: set 'versioned: true' to save there.")
        self._release()

    def _save_by_rename(self, target: Path, data: Kept) -> None:
        final = target.parent if self._version else target
        if not self._version and target.is_dir() and any(target.iterdir()) and not self._is_complete(str(target)):
            raise DatasetError(f"{target} holds files that were not saved by this project. Give another filepath.")
        final.parent.mkdir(parents=True, exist_ok=True)
        sweep(final.parent.glob(".part-*"))
        staging, replaced = unfinished_path(final), unfinished_path(final)
        try:
            folder = staging / target.name if self._version else staging
            folder.mkdir(parents=True)
            self._store(folder.as_posix(), data)
            if final.exists():
                os.replace(final, replaced)
            os.replace(staging, final)
        finally:
            remove(staging)
            remove(replaced)

    def _save_in_place(self, folder: str, data: Kept) -> None:
        if self._fs.exists(folder):
            self._fs.rm(folder, recursive=True)
        self._store(folder, data)

    def _store(self, folder: str, data: Kept) -> None:
        for name, content in self._contents(data):
            if not is_inside(name):
                raise DatasetError(f"{name!r} cannot be stored: a file's name must stay inside its folder.")
            path = f"{folder}/{name}"
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            if isinstance(content, bytes):
                self._fs.pipe_file(path, content)
                continue
            try:
                link_or_copy(content, Source(self._fs, path))
            except FileNotFoundError as error:
                raise DatasetError(f"{content.path} is gone: it was to be stored in {self._filepath}.") from error

    def _is_complete(self, folder: str) -> bool:
        return bool(self._fs.isfile(f"{folder}/{self.manifest_name}"))

    def _version_folders(self, pattern: str) -> list[str]:
        """What Kedro's pattern `<filepath>/*/<name>` stands for, whatever characters the path holds."""
        if not self._fs.isdir(self._filepath.as_posix()):
            return []
        names = (PurePosixPath(path).name for path in self._fs.ls(self._filepath.as_posix(), detail=False))
        return [(self._filepath / name / self._filepath.name).as_posix() for name in names if not name.startswith(".")]

    def _exists(self) -> bool:
        return self._is_complete(self._get_load_path().as_posix())

    def _release(self) -> None:
        super()._release()
        self._fs.invalidate_cache(self._filepath.as_posix())

    def _damaged(self, folder: str, problem: str) -> DatasetError:
        return DatasetError(
            f"{self._located(folder)} is damaged: {problem}. Delete this version; the next run makes it anew from "
            "what is in the work folder."
        )

    def _located(self, path: PurePosixPath | str) -> str:
        """A path of this file system as `ImageSet.root` and people read it: with its protocol, unless local."""
        return str(path) if self._protocol == "file" else str(self._fs.unstrip_protocol(str(path)))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "protocol": self._protocol, "version": self._version}


def link_or_copy(source: Source, target: Source) -> None:
    """Store a file: a hard link where both are local and on one disk, else a copy."""
    if isinstance(source.fs, LocalFileSystem) and isinstance(target.fs, LocalFileSystem):
        original = os.path.realpath(source.path)
        try:
            os.link(original, target.path)
        except FileNotFoundError:
            raise
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(original, target.path)
        return
    with source.fs.open(source.path, "rb") as reader, target.fs.open(target.path, "wb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)
