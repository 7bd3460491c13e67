"""The work folder: unfinished results kept under a digest of what they are made from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from likeness.datasets.digest import code_digest, digest_of, folder_digest, package_digest
from likeness.datasets.staging import is_inside, remove, sweep, unfinished, unfinished_path

__all__ = ["WorkFolder", "code_digest", "digest_of", "folder_digest", "package_digest"]


class WorkFolder:
    """A folder `<root>/<step>/<key>` in which each file is whole or not there.

    Equal key: the files of an earlier, interrupted run are used again. Another key is another folder. What a
    killed process left half-written is ignored, and removed when the folder is next opened.

    Args:
        root: the folder of all unfinished work.
        step: the step of the pipeline; may hold slashes.
        key: a digest of the step's inputs, parameters, model and code (see `digest_of`).

    Attributes:
        path: the folder; it exists.

    Raises:
        ValueError: step or key is empty or leaves the root.
    """

    path: Path

    def __init__(self, root: str | Path, step: str, key: str) -> None:
        for name in (step, key):
            if not is_inside(name):
                raise ValueError(f"{name!r} cannot name a work folder: give a relative name without '..'")
        self.path = Path(root) / step / key
        self.path.mkdir(parents=True, exist_ok=True)
        sweep(unfinished(self.path))

    def file(self, name: str) -> Path:
        """Where the file of this name is, or will be; the name may hold slashes.

        Raises:
            ValueError: the name leaves the folder or begins with a dot.
        """
        if not is_inside(name) or any(part.startswith(".") for part in name.split("/")):
            raise ValueError(f"{name!r} cannot name a file of the work folder: no leading dot, no '..', not absolute")
        return self.path / name

    def has(self, name: str) -> bool:
        """Tell whether the file (or folder) is there, and so is whole."""
        return self.file(name).exists()

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a temporary path to write a file or a folder to; it takes its name when the block ends well.

        Yields:
            A path in the same folder with the same ending. After an error in the block nothing of it remains.

        Raises:
            FileNotFoundError: the block wrote nothing.
        """
        target = self.file(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = unfinished_path(target)
        try:
            yield temporary
            if not temporary.exists():
                raise FileNotFoundError(f"nothing was written for {name!r}; write to the path that writing() gives")
            if target.is_dir():
                remove(target)
            os.replace(temporary, target)
        finally:
            remove(temporary)

    def __repr__(self) -> str:
        return f"WorkFolder({str(self.path)!r})"
