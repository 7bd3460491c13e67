"""Pictures of a set brought to one form, once, and kept in the work folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from likeness.cleaning import fitting, hashing
from likeness.cleaning.fitting import examine, fit_square, fitting_changes, is_coloured, scale_of
from likeness.cleaning.hashing import Thumbnail, thumbnail
from likeness.cleaning.options import CleaningOptions
from likeness.datasets import ImageSet, UnreadablePictureError, WorkFolder, code_digest, digest_of, picture
from likeness.datasets.image_set import open_folder

NOTES = ("file", "cleaned", "format", "mode", "changes", "scale")


@dataclass(frozen=True)
class Prepared:
    """Pictures in one form.

    Attributes:
        root: the folder they are in.
        notes: one row a picture: file, cleaned (its name in the folder), format and mode of the original, changes in
            words, scale (above 1: enlarged).
        thumbnails: (64, 64) uint8 grey of the whole original, by file.
        unreadable: why others could not be opened, by file.
    """

    root: str
    notes: pd.DataFrame
    thumbnails: dict[str, Thumbnail]
    unreadable: dict[str, str]


def prepare(paintings: ImageSet, files: Sequence[str], options: CleaningOptions, work_folder: str) -> Prepared:
    """Bring pictures to one size and, if asked for, to grey; what an earlier run has done is used again.

    Args:
        paintings: the originals.
        files: which of them.
        options: size, fit and greyscale count here.
        work_folder: the root of unfinished work.

    Returns:
        PNG pictures of mode L or RGB, `options.size` pixels a side, and what was done to each.
    """
    sha256 = paintings.manifest.set_index("file")["sha256"].loc[list(files)].tolist()
    form = (options.size, options.fit, options.greyscale)
    key = digest_of(list(files), sha256, form, code_digest(fitting, hashing, picture))
    work = WorkFolder(work_folder, "cleaning", key)
    names, rows, thumbnails, unreadable = cleaned_names(files), [], {}, {}
    for file in tqdm(files, desc="cleaning", unit="picture", delay=1, disable=None):
        try:
            if not work.has(f"notes/{names[file]}.json"):
                _prepare_one(paintings, file, names[file], options, work)
        except UnreadablePictureError as error:
            unreadable[file] = error.reason
            continue
        with Image.open(work.file(f"thumbnails/{names[file]}")) as small:
            thumbnails[file] = np.asarray(small)
        note = json.loads(work.file(f"notes/{names[file]}.json").read_text())
        rows.append({"file": file, "cleaned": names[file], **note})
    return Prepared(str(work.path / "pictures"), pd.DataFrame(rows, columns=list(NOTES)), thumbnails, unreadable)


def cleaned_names(files: Sequence[str]) -> dict[str, str]:
    """Name the cleaned pictures: the same with the ending .png, after the old one where two would be the same."""
    changed = {file: PurePosixPath(file).with_suffix(".png").as_posix() for file in files}
    times = Counter(changed.values())
    return {file: name if times[name] == 1 else f"{file}.png" for file, name in changed.items()}


def _prepare_one(paintings: ImageSet, file: str, name: str, options: CleaningOptions, work: WorkFolder) -> None:
    """Write the cleaned picture, its thumbnail and, last, what was done to it."""
    opened = paintings.open(file)
    fs, root = open_folder(paintings.root, paintings.storage_options)
    with fs.open(f"{root}/{file}", "rb") as content:
        original = examine(content)
    changes = [*original.changes, *fitting_changes(*opened.size, options.size, options.fit)]
    square = fit_square(opened, options.size, options.fit)
    if options.greyscale:
        changes += ["colour taken away"] if is_coloured(opened) else []
        square = square.convert("L")
    scale = scale_of(*opened.size, options.size, options.fit)
    note = {"format": original.format, "mode": original.mode, "changes": "; ".join(changes), "scale": scale}
    with work.writing(f"pictures/{name}") as path:
        square.save(path, format="PNG")
    with work.writing(f"thumbnails/{name}") as path:
        Image.fromarray(thumbnail(opened)).save(path, format="PNG")
    with work.writing(f"notes/{name}.json") as path:
        path.write_text(json.dumps(note))
