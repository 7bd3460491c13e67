"""Checkpoints: a fine-tuned model's folder and what it was made from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fsspec.implementations.local import LocalFileSystem
from kedro.io import DatasetError, Version
from kedro_datasets._typing import JSONPreview  # the type by which Kedro-Viz knows a JSON preview

from likeness.datasets.digest import digest_of, files_digest, plain, visible_files
from likeness.datasets.versioned_folder import Contents, Source, VersionedFolderDataset
from likeness.datasets.work import WorkFolder

MANIFEST = "checkpoint.json"
FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """A model folder in diffusers', peft's, safetensors' or Keras's own layout.

    Attributes:
        path: the folder, local.
        made_from: JSON-like: base model, digest of the data, parameters, digest of the code, summary of the losses.
    """

    path: Path
    made_from: dict[str, object]

    @property
    def digest(self) -> str:
        """Digest of all its files and of what they were made from; not of where the folder is."""
        return digest_of(files_digest(self.path, self.files()), plain(self.made_from))

    def files(self) -> list[str]:
        """Names of the checkpoint's own files, sorted: without hidden ones and the dataset's manifest."""
        return [name for name in visible_files(self.path) if name != MANIFEST]


class CheckpointDataset(VersionedFolderDataset[Checkpoint]):
    """A checkpoint: its folder with `checkpoint.json`, which is written last.

    Args:
        filepath: the folder, local or with a protocol that fsspec knows.
        download_folder: where a checkpoint that is not local is fetched to, once; by default under the user's cache.
        version: Kedro's version.
        credentials: given to the file system.
        fs_args: given to the file system.
        metadata: for Kedro-Viz; not looked at here.
    """

    manifest_name = MANIFEST

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        download_folder: str | os.PathLike[str] | None = None,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath, version=version, credentials=credentials, fs_args=fs_args, metadata=metadata)
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._download_folder = Path(download_folder or caches / "likeness")

    def preview(self) -> JSONPreview:
        """What the checkpoint was made from."""
        return JSONPreview(json.dumps(self._read_manifest(self._get_load_path().as_posix())["made_from"]))

    def _contents(self, data: Checkpoint) -> Contents:
        names = data.files()
        if not names:
            raise DatasetError(f"The checkpoint folder {data.path} is not there or empty; nothing to save.")
        local = LocalFileSystem()
        for name in names:
            yield name, Source(local, (data.path / name).as_posix())
        try:
            made_from = plain(data.made_from)
        except TypeError as error:
            raise DatasetError(f"made_from of {self._filepath.name} cannot be stored: {error}") from error
        sizes = {name: (data.path / name).stat().st_size for name in names}
        described = {"format": FORMAT, "made_from": made_from, "files": sizes}
        yield MANIFEST, json.dumps(described, indent=1).encode()

    def _read(self, folder: str) -> Checkpoint:
        described = self._read_manifest(folder)
        for name, size in described["files"].items():
            path = f"{folder}/{name}"
            if not self._fs.isfile(path) or self._fs.size(path) != size:
                raise self._damaged(folder, f"{name} is gone or not {size} bytes")
        return Checkpoint(self._local(folder, described), described["made_from"])

    def _read_manifest(self, folder: str) -> dict[str, Any]:
        try:
            described: dict[str, Any] = json.loads(self._fs.cat_file(f"{folder}/{MANIFEST}"))
            if described["format"] != FORMAT:
                raise ValueError(f"format {described['format']} is not known, expected {FORMAT}")
        except FileNotFoundError as error:
            raise DatasetError(f"There is no checkpoint in {self._located(folder)}: it has no {MANIFEST}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(folder, f"{MANIFEST} cannot be read ({error})") from error
        return described

    def _local(self, folder: str, described: dict[str, Any]) -> Path:
        """The folder itself when local, else a copy of it, fetched once."""
        if isinstance(self._fs, LocalFileSystem):
            return Path(folder)
        key = digest_of(self._located(folder), described)
        copy = WorkFolder(self._download_folder, "checkpoints", key)
        name = PurePosixPath(folder).name
        if not copy.has(name):
            with copy.writing(name) as path:
                for file in described["files"]:
                    (path / file).parent.mkdir(parents=True, exist_ok=True)
                    self._fs.get_file(f"{folder}/{file}", str(path / file))
        return copy.file(name)
