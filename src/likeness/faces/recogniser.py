"""Embeddings of faces, equal to those that `DeepFace.represent` and `DeepFace.verify` compute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.faces.detection import DEFAULT_DETECTOR, Detector, FoundFace, detect, detect_each
from likeness.faces.weights import RECOGNISERS, ensure_detector, ensure_weights, load_model

__all__ = ["EMBEDDING_COLUMNS", "RECOGNISERS", "Face", "Recogniser", "embed_pictures"]

EMBEDDING_COLUMNS = (
    *("file", "recogniser", "detector", "expand_percentage", "align", "face", "faces"),
    *("confidence", "x", "y", "w", "h", "embedding", "reason"),
)
_WHOLE_NUMBERS = ("face", "faces", "x", "y", "w", "h")


@dataclass(frozen=True)
class Face:
    """A face in a picture with its embedding by one recogniser."""

    box: tuple[int, int, int, int]  # the detector's own: left, top, width, height in the picture's pixels
    confidence: float  # the detector's, 0..1
    embedding: NDArray[np.float64]  # (d,)


class Recogniser:
    """One of DeepFace's recognisers together with one of its detectors; weights are loaded at the first picture.

    Args:
        name: One of `RECOGNISERS`.
        detector: What finds the faces, and how they are cut out.
        allow_download: Whether weights that are not on this machine may be downloaded.

    Raises:
        FaceModelError: If the recogniser or the detector is unknown or cannot be had.
    """

    def __init__(self, name: str, detector: Detector = DEFAULT_DETECTOR, *, allow_download: bool = False) -> None:
        ensure_weights(name, allow_download)
        ensure_detector(detector.name, allow_download)
        self.name = name
        self.detector = detector

    def embed(self, face: FoundFace) -> NDArray[np.float64]:
        """Return the embedding (d,) of a face, with DeepFace's `base` normalisation."""
        from deepface.modules import representation

        # One face a call, as verify() does: in a batch the last digits differ.
        bgr = face.pixels[:, :, ::-1]
        [embedded] = representation.represent(bgr, model_name=self.name, detector_backend="skip")
        return np.asarray(embedded["embedding"], dtype=np.float64)

    def faces(self, image: Image.Image) -> list[Face]:
        """Return all faces of an RGB picture in the detector's order; an empty list when there is none."""
        return [Face(found.box, found.confidence, self.embed(found)) for found in detect(image, self.detector)]


def embed_pictures(
    images: Iterable[tuple[str, Image.Image]],
    recognisers: Sequence[str],
    detector: Detector = DEFAULT_DETECTOR,
    *,
    longest_side: int | None = 1024,
    allow_download: bool = False,
) -> pd.DataFrame:
    """Find the faces of every picture once and embed them by every recogniser.

    Args:
        images: File names and RGB pictures, read only a few ahead of the work.
        recognisers: Names out of `RECOGNISERS`.
        detector: What finds the faces, and how they are cut out.
        longest_side: Pictures whose longer side has more pixels are shrunk to it first (see `detect`).
        allow_download: Whether weights that are not on this machine may be downloaded.

    Returns:
        One row a picture, recogniser and face, with `EMBEDDING_COLUMNS`: `face` counts from 0, `faces` is how many the
        picture has, the box is in the picture's pixels, `embedding` is a list of floats. A picture without a face has
        one row a recogniser, with `face` -1, no embedding, and the `reason`.

    Raises:
        FaceModelError: If a recogniser or the detector is unknown or cannot be had.
    """
    models = [Recogniser(name, detector, allow_download=allow_download) for name in recognisers]
    for model in models:
        load_model("facial_recognition", model.name)
    how = {"detector": detector.name, "expand_percentage": detector.expand_percentage, "align": detector.align}
    rows: list[dict[str, Any]] = []
    for found in detect_each(images, detector, longest_side=longest_side, allow_download=allow_download):
        for model in models:
            picture = {"file": found.file, "recogniser": model.name, **how, "faces": len(found.faces)}
            if not found.faces:
                rows.append({**picture, "face": -1, "embedding": None, "reason": found.reason})
            for index, face in enumerate(found.faces):
                box = dict(zip("xywh", face.box, strict=True))
                embedding = model.embed(face).tolist()
                rows.append(
                    {**picture, **box, "face": index, "confidence": face.confidence, "embedding": embedding}
                    | {"reason": ""}
                )
    table = pd.DataFrame(rows, columns=list(EMBEDDING_COLUMNS))
    return table.astype({**dict.fromkeys(_WHOLE_NUMBERS, "Int64"), "confidence": "float64"})
