"""Digests that name unfinished work by what it is made from, equal across processes and machines."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import struct
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from enum import Enum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path, PurePath
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel as PydanticModel

_MODEL_FILES = {".json", ".txt", ".model", ".safetensors", ".bin", ".msgpack", ".keras", ".h5"}


def digest_of(*parts: object) -> str:
    """Digest values by what they say, not by where or how they are stored.

    Equal: mappings in any order, lists and tuples, numpy scalars and Python's, a pydantic model or dataclass and
    the mapping of its fields, a path and its spelling with forward slashes. Different: 1, 1.0, True and "1";
    None and "". Missing cells of a table (NaN, None, NaT) are all one; its index does not count. A path's file is
    not read.

    Args:
        parts: None, bool, int, float, str, bytes, dates, enums, paths, numpy scalars and arrays, mappings,
            sequences, sets, pydantic models, dataclasses, DataFrames, Series, objects with a string `digest`.

    Returns:
        16 hexadecimal characters.

    Raises:
        TypeError: a part is of another kind.
    """
    return _hashed(b"".join(_encoded(part) for part in parts)).hex()[:16]


def code_digest(*modules: ModuleType) -> str:
    """Digest the source text of modules (16 hexadecimal characters), so that changed code redoes its work."""
    return digest_of({module.__name__: inspect.getsource(module) for module in modules})


def package_digest(name: str) -> str:
    """Digest a module and all files of its package, data and packages inside it too; nothing of it is run.

    Args:
        name: a package, or `package.module:function`.

    Raises:
        ValueError: there is no such module.
    """
    module = name.partition(":")[0]
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        raise ValueError(f"There is no module {module}: give a package, or module:function.")
    origin = Path(spec.origin)
    if not spec.parent:
        return digest_of({origin.name: origin.read_bytes()})
    files = (path for path in origin.parent.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return digest_of({path.relative_to(origin.parent): path.read_bytes() for path in files})


def folder_digest(folder: str | Path) -> str:
    """Digest a model folder's configuration and weight files by name and content (16 hexadecimal characters).

    Each file is read once in a process and again only when its size or time changes. Hidden files and files that
    no model loads (a README) do not count.
    """
    return files_digest(folder, [name for name in visible_files(folder) if PurePath(name).suffix in _MODEL_FILES])


def files_digest(folder: str | Path, names: Iterable[str]) -> str:
    """Digest files of a folder by name and content, each read once in a process unless it changes."""
    return digest_of([(name, file_digest(Path(folder, name))) for name in names])


def visible_files(folder: str | Path) -> list[str]:
    """List a local folder's files at any depth, sorted, relative to it, without hidden ones."""
    root = Path(folder)
    names = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(name.as_posix() for name in names if not is_hidden(name))


def is_hidden(path: PurePath) -> bool:
    """Tell whether a relative path, or a folder on it, begins with a dot."""
    return any(part.startswith(".") for part in path.parts)


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold: models and dataclasses to mappings, numpy to Python, paths to text.

    Raises:
        TypeError: the value is of a kind that JSON cannot hold.
    """
    value = _simplified(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written as JSON: {value!r:.80}")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read once in a process unless it changes."""
    status = path.stat()
    return _content_digest(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4096)
def _content_digest(path: Path, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _simplified(value: Any) -> Any:
    if isinstance(value, Enum):
        return _simplified(value.value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, PydanticModel):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value


def _hashed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _text(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _tagged(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack(">Q", len(content)) + content


def _sequence(values: Iterable[object]) -> bytes:
    return _tagged(b"l", b"".join(_encoded(value) for value in values))


def _encoded(value: Any) -> bytes:
    """One value as bytes that no other value has."""
    if isinstance(digest := getattr(value, "digest", None), str):
        return _tagged(b"h", _text(digest))
    if isinstance(value, pd.DataFrame):
        return _tagged(b"t", _sequence(value.columns) + b"".join(_cells(value[name]) for name in value.columns))
    if isinstance(value, pd.Series):
        return _tagged(b"c", _encoded(value.name) + _cells(value))
    value = _simplified(value)
    match value:
        case None:
            return b"n"
        case bool():
            return b"T" if value else b"F"
        case int():
            return _tagged(b"i", str(value).encode())
        case float():
            return _tagged(b"f", repr(value).encode())
        case str():
            return _tagged(b"s", _text(value))
        case bytes():
            return _tagged(b"b", value)
        case PurePath():
            return _tagged(b"s", _text(value.as_posix()))
        case date():
            return _tagged(b"d", value.isoformat().encode())
        case Mapping():
            pairs = sorted(_encoded(key) + _encoded(item) for key, item in value.items())
            return _tagged(b"m", b"".join(pairs))
        case Set():
            return _tagged(b"u", b"".join(sorted(_encoded(item) for item in value)))
        case Sequence():
            return _sequence(value)
    raise TypeError(
        f"cannot digest a {type(value).__name__}: give numbers, text, paths, mappings, sequences, tables, "
        "pydantic models, dataclasses, or an object with a string `digest`"
    )


def _cells(column: pd.Series) -> bytes:
    missing = column.isna().to_numpy()
    return _sequence(None if gone else cell for gone, cell in zip(missing, column.tolist(), strict=True))
