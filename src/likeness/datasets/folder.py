"""Folders that are only read: where one is, never what is in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError


class FolderDataset(AbstractDataset[Path, Path]):
    """Where a folder is; read-only.

    Whether it is there is for the step to say that opens it: a run that does without needs none.

    Args:
        filepath: the folder, local; Kedro looks for relative ones in the project's folder.
        parameter: the parameter that sets the folder, named in errors.
        metadata: for Kedro-Viz; not looked at here.
    """

    def __init__(
        self, filepath: str | os.PathLike[str], *, parameter: str, metadata: dict[str, Any] | None = None
    ) -> None:
        self._folder = Path(filepath)
        self._parameter = parameter
        self.metadata = metadata

    def load(self) -> Path:
        """Say where the folder is."""
        return self._folder

    def save(self, data: Path) -> NoReturn:
        """Refuse: what is only read is not made here."""
        raise DatasetError(f"{self._folder} is only read. Set the parameter {self._parameter} to use another folder.")

    def _exists(self) -> bool:
        return self._folder.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._folder)}
