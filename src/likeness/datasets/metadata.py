"""What a person or a step says about pictures, joined to what the files say."""

from __future__ import annotations

import pandas as pd

from likeness.datasets.manifest import MEASURED


def metadata_by_file(metadata: pd.DataFrame) -> pd.DataFrame:
    """Index metadata by file name; what is measured from the files is not taken from it.

    Args:
        metadata: one row a picture, column `file` among others; backslashes and a leading `./` are mended.

    Raises:
        ValueError: there is no column `file`, or a file has two rows.
    """
    if "file" not in metadata.columns:
        raise ValueError(f"the metadata has no column 'file', only {', '.join(map(str, metadata.columns))}")
    files = metadata["file"].map(_clean_name).astype("str")
    if files.duplicated().any():
        twice = sorted(set(files[files.duplicated()]))
        raise ValueError(f"the metadata has more than one row for {', '.join(twice[:5])}")
    free = [name for name in metadata.columns if name not in MEASURED]
    return metadata[free].set_axis(pd.Index(files, dtype="str"), axis="index")


def with_groups(pictures: pd.DataFrame) -> pd.DataFrame:
    """Name the sub-folder each picture is in as its `group`, where its metadata does not; none in a flat folder."""
    folders = pictures["file"].map(_top_folder).astype("str")
    if not folders.any():
        return pictures
    if "group" not in pictures.columns:
        return pictures.assign(group=folders)
    unsaid = pictures["group"].isna() | (pictures["group"] == "")
    return pictures.assign(group=pictures["group"].mask(unsaid, folders))


def _top_folder(file: str) -> str:
    return file.split("/", 1)[0] if "/" in file else ""


def _clean_name(file: object) -> str:
    return str(file).strip().replace("\\", "/").removeprefix("./")
