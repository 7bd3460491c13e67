"""The faces of an image set, found and embedded once per picture and recogniser, and kept in the work folder."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from tqdm import tqdm

from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of
from likeness.faces import detection, recogniser
from likeness.faces.detection import Detector
from likeness.faces.recogniser import EMBEDDING_COLUMNS, embed_pictures
from likeness.faces.verification import distances

logger = logging.getLogger(__name__)

Box = tuple[int, int, int, int]
_CHUNK = 16  # pictures between saves
_NEAREST = 5  # photographs a bystander's face is compared with


def find_faces(
    pictures: ImageSet, recognisers: Sequence[str], detector: Detector, *, allow_download: bool, work_folder: str
) -> pd.DataFrame:
    """Find and embed the faces of pictures; what an earlier run has done is taken from the work folder.

    Args:
        pictures: any image set.
        recognisers: DeepFace's names.
        detector: what finds the faces, and how they are cut out.
        allow_download: whether missing weights may be downloaded.
        work_folder: the root of unfinished work.

    Returns:
        Rows as of `likeness.faces.recogniser.embed_pictures`, pictures in the set's order.

    Raises:
        FaceModelError: a recogniser or the detector is unknown or cannot be had.
    """
    code = code_digest(detection, recogniser)
    folders = {name: WorkFolder(work_folder, "faces", digest_of(name, asdict(detector), code)) for name in recognisers}
    stored = {
        file: f"{sha256}.parquet" for file, sha256 in pictures.manifest[["file", "sha256"]].itertuples(index=False)
    }
    lacking: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for file, name in stored.items():
        lacking[tuple(model for model in recognisers if not folders[model].has(name))].append(file)
    lacking.pop((), None)
    with tqdm(
        total=sum(map(len, lacking.values())), desc="finding faces", unit="picture", delay=1, disable=None
    ) as bar:
        for models, files in lacking.items():
            for start in range(0, len(files), _CHUNK):
                chunk = files[start : start + _CHUNK]
                opened = ((file, pictures.open(file)) for file in chunk)
                found = embed_pictures(opened, models, detector, allow_download=allow_download)
                for (file, model), rows in found.groupby(["file", "recogniser"], sort=False):
                    with folders[str(model)].writing(stored[str(file)]) as path:
                        rows.to_parquet(path, index=False)
                bar.update(len(chunk))
    tables = [
        pd.read_parquet(folders[model].file(name)).assign(file=file)
        for model in recognisers
        for file, name in stored.items()
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(EMBEDDING_COLUMNS))


def reasons(embeddings: pd.DataFrame) -> pd.Series:
    """Return why each picture has no face, indexed by file; empty text where it has one."""
    return embeddings.groupby("file", sort=False)["reason"].first()


def sitter_faces(embeddings: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Keep one face a photograph: the sitter's.

    A photograph with a single face shows the sitter. Among several faces the sitter's is the one whose mean distance
    to the five nearest of those single faces is least; when no photograph has a single face, the largest.

    Args:
        embeddings: one recogniser's faces of the sitter's photographs.
        metric: the distance, one of `likeness.faces.verification.METRICS`.

    Returns:
        The rows kept, one a photograph with a face.
    """
    found = embeddings[embeddings["face"] >= 0]
    several = found[found["faces"] > 1]
    if several.empty:
        return found
    sure = found[found["faces"] == 1]
    if sure.empty:
        cost = -(several["w"] * several["h"]).astype(float)
    else:
        apart = distances(np.stack(list(several["embedding"])), np.stack(list(sure["embedding"])), metric)
        cost = pd.Series(np.sort(apart, axis=1)[:, :_NEAREST].mean(axis=1), index=several.index)
    chosen = cost.groupby(several["file"]).idxmin()
    _warn_of_company(several)
    return found.loc[sorted([*sure.index, *chosen])]


def boxes(faces: pd.DataFrame) -> dict[str, Box]:
    """Return the box (x, y, width, height in px) of the first face of every file."""
    first = faces[faces["face"] >= 0].drop_duplicates("file")
    columns = [first[name].astype(int) for name in ("x", "y", "w", "h")]
    return {file: (x, y, w, h) for file, x, y, w, h in zip(first["file"], *columns, strict=True)}


def _warn_of_company(several: pd.DataFrame) -> None:
    counts = several.groupby("file", sort=False)["faces"].first()
    named = "; ".join(f"{file} ({count} faces)" for file, count in counts.head(12).items())
    logger.warning(
        "%d photos show several people; the face most like the sitter's other photos is used. Crop them to one person "
        "to be sure: %s%s",
        len(counts),
        named,
        f"; and {len(counts) - 12} more" if len(counts) > 12 else "",
    )
