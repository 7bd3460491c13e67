"""What in a picture speaks for its verdict: Grad-CAM of the first pictures of every set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from likeness.classify import grad_cam
from likeness.classify.classifier import open_classifier
from likeness.classify.verdicts import verdicts
from likeness.datasets import Checkpoint, ImageSet, WorkFolder, code_digest, digest_of
from likeness.drawing.table import measured_set
from likeness.pipelines.cezanne.classifiers import is_skipped
from likeness.pipelines.cezanne.drawing import no_pictures

PICTURES_A_SET = 2
_COLUMNS = ("picture", "set", "class")


def find_evidence(classifier: Checkpoint, pictures: ImageSet, judged: pd.DataFrame, work_folder: str) -> ImageSet:
    """Show what speaks for the most likely class.

    Args:
        classifier: that judged.
        pictures: cleaned, in sets.
        judged: what it said: file, set, `p_<class>`.
        work_folder: the root of unfinished work.

    Returns:
        Grey pictures, white where most speaks for the class, of the pictures' size: picture (the file that it is of),
        set, class.
    """
    if is_skipped(classifier):
        return no_pictures(work_folder, _COLUMNS)
    shown = verdicts(judged, unknown_below=0)
    shown = shown.assign(set=judged["set"].to_numpy()).groupby("set", sort=False).head(PICTURES_A_SET)
    key = digest_of(classifier.digest, code_digest(grad_cam))
    work = WorkFolder(work_folder, "classify/evidence", key)
    sha256 = pictures.manifest.set_index("file")["sha256"]
    table = pd.DataFrame(
        {
            "file": [f"{digest_of(sha256[file], likely)}.png" for file, likely in _pairs(shown)],
            "picture": shown["file"],
            "set": shown["set"],
            "class": shown["most_likely"].astype("str"),
        }
    ).drop_duplicates("file")
    missing = table[[not work.has(file) for file in table["file"]]]
    if len(missing):
        opened = open_classifier(Path(classifier.path))
        for row in tqdm(missing.itertuples(), "Grad-CAM", len(missing), unit="picture", disable=None):
            heat = grad_cam.grad_cam(opened, pictures.open(str(row.picture)), str(row[4]))
            with work.writing(str(row.file)) as path:
                Image.fromarray(np.rint(255 * heat).astype(np.uint8)).save(path, format="PNG")
    return measured_set(work.path, table)


def _pairs(shown: pd.DataFrame) -> zip[tuple[str, str]]:
    return zip(shown["file"], shown["most_likely"], strict=True)
