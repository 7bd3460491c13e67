"""Base models: where one is, never its weights."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import find_kedro_project

from likeness.datasets.digest import digest_of, file_digest, folder_digest
from likeness.datasets.single_file import SingleFileError, recognise

INDEX = "model_index.json"
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


@dataclass(frozen=True)
class BaseModel:
    """Where a base model is. It never holds weights: who needs them opens them and lets them go.

    Attributes:
        source: a folder in diffusers' layout, one .safetensors file in the original layout of Stable Diffusion, or a
            hub id such as `owner/model`.
        revision: of the hub id: a branch, a tag or a commit.
        tokenizer: where a file's tokenizer is: a model's folder or hub id, or the tokenizer's own.
    """

    source: str
    revision: str | None = None
    tokenizer: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether the source is a folder of this machine."""
        return Path(self.source).is_dir()

    @property
    def is_file(self) -> bool:
        """Whether the source is a file of this machine."""
        return Path(self.source).is_file()

    @property
    def name(self) -> str:
        """For people: the hub id, or the name of the folder or file."""
        if self.is_file:
            return Path(self.source).stem
        return Path(self.source).resolve().name if self.is_folder else self.source

    @property
    def described(self) -> dict[str, str | None]:
        """What a checkpoint remembers of the model it was made from."""
        tokenizer = {} if self.tokenizer is None else {"tokenizer": self.tokenizer}
        return {"source": self.source, "revision": self.revision, **tokenizer}

    @property
    def digest(self) -> str:
        """Digest of a folder's configuration and weights, or a file's content; of a hub id, its name and revision.

        Files are read once in a process, and again only when their size or time changes. Where they are and what a
        single one is called does not count.
        """
        if self.is_folder:
            return folder_digest(self.source)
        if self.is_file:
            tokenizer = self.tokenizer or ""
            local = folder_digest(tokenizer) if tokenizer and Path(tokenizer).is_dir() else tokenizer
            return digest_of(file_digest(Path(self.source)), local)
        return digest_of(f"{self.source}@{self.revision or 'main'}")


class BaseModelDataset(AbstractDataset[BaseModel, BaseModel]):
    """A reference to a base model; read-only.

    Args:
        source: a folder in diffusers' layout or a .safetensors file (relative ones from the project's folder), or a
            hub id.
        revision: of the hub id.
        tokenizer: a file has none: a model's folder or hub id.
        parameter: the parameter that sets the source, named in errors.
        metadata: for Kedro-Viz; not looked at here.
    """

    def __init__(
        self,
        source: str,
        *,
        revision: str | None = None,
        tokenizer: str | None = None,
        parameter: str = "base_model",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._source = str(source)
        self._revision = revision
        self._tokenizer = tokenizer
        self.parameter = parameter
        self.metadata = metadata

    def load(self) -> BaseModel:
        """Say where the model is, after a look at its folder or at the head of its file."""
        place = self._place(self._source)
        if place is not None and place.is_file():
            return self._file(place)
        if place is not None:
            self._check(place)
            return BaseModel(str(place), self._revision)
        if _HUB_ID.fullmatch(self._source):
            return BaseModel(self._source, self._revision)
        raise self._error(f"there is no folder or file {self._source}")

    def save(self, data: BaseModel) -> NoReturn:
        """Refuse: base models are not made here."""
        raise DatasetError(f"A base model is only read. Set the parameter {self.parameter} to use another one.")

    def _place(self, source: str) -> Path | None:
        """A folder or file that is there: as given, or from the project's folder."""
        given = Path(source).expanduser()
        project = find_kedro_project(Path.cwd())
        for place in (given, *([Path(project) / given] if project else [])):
            if place.is_dir() or place.is_file():
                return place.resolve()
        return None

    def _file(self, file: Path) -> BaseModel:
        try:
            recognise(file)
        except SingleFileError as error:
            raise self._error(f"{file} {error}") from error
        if self._tokenizer is None:
            raise DatasetError(
                f"{self.parameter}: {file} is one file, which holds no tokenizer. Give the folder or hub id of a "
                "Stable Diffusion in diffusers' layout, or of CLIP's tokenizer: --params tokenizer=<folder or id>."
            )
        return BaseModel(str(file), tokenizer=str(self._place(self._tokenizer) or self._tokenizer))

    def _check(self, folder: Path) -> None:
        try:
            index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            parts = [name for name, kind in index.items() if isinstance(kind, list) and kind[0] is not None]
        except FileNotFoundError:
            raise self._error(f"{folder} has no {INDEX}") from None
        except (ValueError, AttributeError, IndexError) as error:
            raise self._error(f"{INDEX} in {folder} cannot be read ({error})") from error
        absent = [name for name in parts if not (folder / name).is_dir()]
        if absent or not parts:
            raise self._error(f"{folder} lacks {', '.join(absent) or 'every part of a model'}")

    def _error(self, problem: str) -> DatasetError:
        return DatasetError(
            f"{self.parameter}: {problem}. Expected a folder in diffusers' layout ({INDEX}, unet, vae, text_encoder, "
            f"tokenizer, scheduler), a .safetensors file of Stable Diffusion or a hub id: --params "
            f"{self.parameter}=<folder>."
        )

    def _exists(self) -> bool:
        return self._place(self._source) is not None

    def _describe(self) -> dict[str, Any]:
        return {"source": self._source, "revision": self._revision, "tokenizer": self._tokenizer}
