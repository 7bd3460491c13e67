"""Names for unfinished files: hidden beside what they become, and swept once their writer is dead."""

from __future__ import annotations

import os
import re
import shutil
import socket
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

_PREFIX = ".part-"
_UNFINISHED = re.compile(re.escape(_PREFIX) + r"(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{32}-")


def unfinished_path(path: Path) -> Path:
    """Name a temporary file or folder beside `path`, with the same ending and this process in its name."""
    return path.with_name(f"{_PREFIX}{_host()}-{os.getpid()}-{uuid.uuid4().hex}-{path.name}")


def unfinished(folder: Path) -> Iterator[Path]:
    """Every unfinished file and folder at any depth; what other processes move meanwhile is no error."""
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in [*folders, *files] if name.startswith(_PREFIX))
        folders[:] = [name for name in folders if not name.startswith(_PREFIX)]


def sweep(paths: Iterable[Path]) -> None:
    """Remove those of `paths` that a process of this machine, dead by now, left unfinished."""
    for path in paths:
        match = _UNFINISHED.match(path.name)
        if match and match["host"] == _host() and not _is_alive(int(match["process"])):
            remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder, when it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def is_inside(name: str) -> bool:
    """Tell whether a relative name stays inside its folder: not absolute, no `..`, not empty."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _host() -> str:
    return f"{uuid.uuid5(uuid.NAMESPACE_DNS, socket.gethostname()).fields[0]:08x}"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
