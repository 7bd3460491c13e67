"""The catalog's image sets."""

from __future__ import annotations

import base64
import io
import os
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from kedro.io import DatasetError, Version
from kedro_datasets._typing import ImagePreview  # the type by which Kedro-Viz knows a picture's preview

from likeness.datasets.contact_sheet import contact_sheet
from likeness.datasets.image_folder import metadata_lines
from likeness.datasets.image_set import ImageSet, open_folder
from likeness.datasets.manifest import MANIFEST_CSV, MANIFEST_JSON, METADATA_JSONL, manifest_files, read_manifest
from likeness.datasets.scan import MINIMUM_SIDE, picture_files
from likeness.datasets.versioned_folder import Contents, Source, VersionedFolderDataset


class ImageSetDataset(VersionedFolderDataset[ImageSet]):
    """An image set: pictures, their manifest.csv, and manifest.json, which is written last.

    Beside them is metadata.jsonl, by which Hugging Face's datasets open the folder too.

    Not versioned, it also reads a plain folder of pictures, such as a person's photographs.

    Catalog::

        sitter_photos:
          type: likeness.datasets.ImageSetDataset
          filepath: ${runtime_params:sitter_photos,data/01_raw/sitter_photos}
          parameter: sitter_photos

    Args:
        filepath: the folder, local or with a protocol that fsspec knows.
        parameter: the parameter that sets the folder; named when the folder has no pictures.
        minimum_side: pictures of a plain folder with a shorter side, in pixels, are set aside.
        version: Kedro's version.
        credentials: given to the file system.
        fs_args: given to the file system.
        metadata: for Kedro-Viz; not looked at here.
    """

    manifest_name = MANIFEST_JSON

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        *,
        parameter: str | None = None,
        minimum_side: int = MINIMUM_SIDE,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath, version=version, credentials=credentials, fs_args=fs_args, metadata=metadata)
        self._parameter = parameter
        self._minimum_side = minimum_side

    def preview(self, pictures: int = 24, columns: int = 6, cell: int = 112) -> ImagePreview:
        """A contact sheet of pictures spread evenly over the set, as PNG in base64."""
        images = self.load()
        rows = np.unique(np.linspace(0, len(images) - 1, min(pictures, len(images))).round().astype(int))
        files = [images.manifest["file"].iloc[row] for row in rows]
        sheet = contact_sheet(
            (images.open(file) for file in files),
            [PurePosixPath(file).stem for file in files],
            columns,
            cell,
            title=f"{self._filepath.name}: {len(files)} of {len(images)}",
        )
        buffer = io.BytesIO()
        sheet.save(buffer, format="PNG", optimize=True)
        return ImagePreview(base64.b64encode(buffer.getvalue()).decode("ascii"))

    def _contents(self, data: ImageSet) -> Contents:
        fs, root = open_folder(data.root, data.storage_options)
        for file in data.manifest["file"]:
            if file in (MANIFEST_CSV, MANIFEST_JSON, METADATA_JSONL):
                raise DatasetError(f"A picture cannot be named {file}.")
            yield file, Source(fs, f"{root}/{file}")
        try:
            yield METADATA_JSONL, metadata_lines(data.manifest)
            yield from manifest_files(data.manifest, data.rejected)
        except TypeError as error:
            raise DatasetError(f"The manifest of {self._filepath.name} cannot be stored: {error}") from error

    def _read(self, folder: str) -> ImageSet:
        if not self._version:
            return self._read_plain(folder)
        root = self._located(folder)
        try:
            stored = read_manifest(self._fs, folder)
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(folder, f"its manifest cannot be read ({error})") from error
        if stored is None:
            raise self._damaged(folder, f"{MANIFEST_CSV} is gone")
        present = set(picture_files(self._fs, folder))
        absent = [file for file in stored[0]["file"] if file not in present]
        if absent:
            raise self._damaged(folder, f"{', '.join(absent[:5])} is gone")
        return ImageSet(root, *stored, self._storage_options)

    def _read_plain(self, folder: str) -> ImageSet:
        """Look through a folder that anybody may have changed; only a set saved as empty may be empty."""
        root = self._located(folder)
        if not self._fs.isdir(folder):
            raise DatasetError(f"{self._named()}: there is no folder {root}. {self._advice()}")
        images = ImageSet.from_folder(root, minimum_side=self._minimum_side, storage_options=self._storage_options)
        if not len(images) and not self._is_complete(folder):
            reasons = "; ".join(f"{row.file}: {row.reason}" for row in images.rejected.head(5).itertuples())
            found = f"no picture in {root} can be used ({reasons})" if reasons else f"the folder {root} is empty"
            raise DatasetError(f"{self._named()}: {found}. {self._advice()}")
        return images

    def _named(self) -> str:
        return self._parameter or self._filepath.name

    def _advice(self) -> str:
        if self._parameter:
            return f"Expected a folder of pictures: --params {self._parameter}=<folder>."
        return f"Expected a folder of pictures: set the filepath of {self._filepath.name} in the catalog."

    def _exists(self) -> bool:
        folder = self._get_load_path().as_posix()
        return self._is_complete(folder) if self._version else bool(self._fs.isdir(folder))
