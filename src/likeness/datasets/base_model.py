"""Base models: where one is, never its weights."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import find_kedro_project

from likeness.datasets.digest import digest_of, folder_digest

INDEX = "model_index.json"
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


@dataclass(frozen=True)
class BaseModel:
    """Where a base model is. It never holds weights: who needs them opens them and lets them go.

    Attributes:
        source: a folder in diffusers' layout, or a hub id such as `owner/model`.
        revision: of the hub id: a branch, a tag or a commit.
    """

    source: str
    revision: str | None = None

    @property
    def is_folder(self) -> bool:
        """Whether the source is a folder of this machine."""
        return Path(self.source).is_dir()

    @property
    def digest(self) -> str:
        """Digest of a folder's configuration and weights, wherever it is; of a hub id, its name and revision.

        A folder's files are read once in a process, and again only when their size or time changes.
        """
        if self.is_folder:
            return folder_digest(self.source)
        return digest_of(f"{self.source}@{self.revision or 'main'}")


class BaseModelDataset(AbstractDataset[BaseModel, BaseModel]):
    """A reference to a base model; read-only.

    Args:
        source: a folder in diffusers' layout (relative ones from the project's folder), or a hub id.
        revision: of the hub id.
        parameter: the parameter that sets the source, named in errors.
        metadata: for Kedro-Viz; not looked at here.
    """

    def __init__(
        self,
        source: str,
        *,
        revision: str | None = None,
        parameter: str = "base_model",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._source = str(source)
        self._revision = revision
        self.parameter = parameter
        self.metadata = metadata

    def load(self) -> BaseModel:
        """Say where the model is, after a look at its folder."""
        folder = self._folder()
        if folder is not None:
            self._check(folder)
            return BaseModel(str(folder), self._revision)
        if _HUB_ID.fullmatch(self._source):
            return BaseModel(self._source, self._revision)
        raise self._error(f"there is no folder {self._source}")

    def save(self, data: BaseModel) -> NoReturn:
        """Refuse: base models are not made here."""
        raise DatasetError(f"A base model is only read. Set the parameter {self.parameter} to use another one.")

    def _folder(self) -> Path | None:
        """The source as a folder that is there: as given, or from the project's folder."""
        given = Path(self._source).expanduser()
        project = find_kedro_project(Path.cwd())
        for folder in (given, *([Path(project) / given] if project else [])):
            if folder.is_dir():
                return folder.resolve()
        return None

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
            f"tokenizer, scheduler) or a hub id: --params {self.parameter}=<folder>."
        )

    def _exists(self) -> bool:
        return self._folder() is not None

    def _describe(self) -> dict[str, Any]:
        return {"source": self._source, "revision": self._revision}
