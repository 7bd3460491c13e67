"""Faces found in pictures, aligned and cut out as DeepFace does, so that every recogniser sees what it would there."""

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from likeness.faces.weights import ensure_detector, load_model


@dataclass(frozen=True)
class Detector:
    """One of DeepFace's detectors, and how the faces it finds are cut out: by default as DeepFace does.

    Attributes:
        name: One of `likeness.faces.weights.DETECTORS`.
        expand_percentage: By how many percent of its width and height a face's box is widened before it is cut out.
        align: Whether the face is turned so that the eyes are level. DeepFace then searches the picture with a black
            border around it, which takes four times as long and finds faces that touch the picture's edge.

    Raises:
        ValueError: If `expand_percentage` is negative.
    """

    # Of 75 portraits of astronauts it found a second, false face in 1 and `opencv` in 7: at its published threshold
    # Dlib then accepted .2 % and 8 % of the pairs of different people. Of 25 rendered faces it found 22, `opencv` 17.
    name: str = "dlib"
    expand_percentage: int = 0
    align: bool = True

    def __post_init__(self) -> None:
        """Refuse what DeepFace would silently take for 0."""
        if self.expand_percentage < 0:
            raise ValueError(f"expand_percentage is {self.expand_percentage}; expected 0 or more")


DEFAULT_DETECTOR = Detector()


@dataclass(frozen=True)
class FoundFace:
    """A face in a picture, before any recogniser has seen it."""

    # Left, top, width, height in the picture's pixels: the detector's own box, whatever it was widened by.
    box: tuple[int, int, int, int]
    confidence: float  # the detector's, 0..1
    pixels: NDArray[np.float64]  # (h, w, 3) RGB in 0..1, cut out as the `Detector` says


@dataclass(frozen=True)
class Detection:
    """The faces of one picture; `reason` says why there are none."""

    file: str
    faces: tuple[FoundFace, ...]
    reason: str


def detect(
    image: Image.Image,
    detector: Detector = DEFAULT_DETECTOR,
    *,
    longest_side: int | None = None,
    allow_download: bool = False,
) -> list[FoundFace]:
    """Find the faces of a picture, in the detector's order; an empty list when there is none.

    Args:
        image: An RGB picture.
        detector: What finds the faces, and how they are cut out.
        longest_side: A picture whose longer side has more pixels is shrunk to it first; None keeps it, as DeepFace
            does, which costs seconds and gigabytes on a camera's picture.
        allow_download: Whether weights that are not on this machine may be downloaded.

    Raises:
        FaceModelError: If the detector is unknown or cannot be had.
    """
    ensure_detector(detector.name, allow_download)
    from deepface.modules import detection
    from deepface.modules.exceptions import FaceNotDetected, ImgNotFound

    _give_each_thread_its_detectors()
    scale = min(1.0, longest_side / max(image.size)) if longest_side else 1.0
    shrunk = image.convert("RGB")
    if scale < 1.0:
        width, height = (max(1, round(side * scale)) for side in image.size)
        shrunk = shrunk.resize((width, height), Image.Resampling.LANCZOS)
    bgr = np.ascontiguousarray(np.asarray(shrunk)[:, :, ::-1])
    try:
        found = detection.extract_faces(
            bgr,
            detector_backend=detector.name,
            align=detector.align,
            expand_percentage=detector.expand_percentage,
        )
    except (FaceNotDetected, ImgNotFound):
        return []
    return [_found_face(face, detector.expand_percentage, scale) for face in found]


def detect_each(
    images: Iterable[tuple[str, Image.Image]],
    detector: Detector = DEFAULT_DETECTOR,
    *,
    longest_side: int | None = None,
    allow_download: bool = False,
) -> Iterator[Detection]:
    """Find the faces of many pictures, given with their file names, on every core and a few pictures ahead.

    The detectors of dlib and OpenCV run outside Python's lock, so threads do. A picture on which the detector fails
    yields a `Detection` that says so.

    Raises:
        FaceModelError: If the detector is unknown or cannot be had.
    """
    ensure_detector(detector.name, allow_download)
    _give_each_thread_its_detectors()
    # Here, where it raises: in a thread the pictures would be blamed for a damaged weight file.
    load_model("face_detector", detector.name)

    def found_in(file: str, image: Image.Image) -> Detection:
        try:
            faces = detect(image, detector, longest_side=longest_side, allow_download=allow_download)
        except Exception as error:  # one bad picture never stops a run of good ones
            return Detection(file, (), f"detection by {detector.name} failed: {error}")
        return Detection(file, tuple(faces), "" if faces else f"no face found by {detector.name}")

    waiting: list[Future[Detection]] = []
    for file, image in images:
        waiting.append(_threads().submit(found_in, file, image))
        if len(waiting) > 2 * _cores():
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _found_face(face: dict[str, Any], expand_percentage: int, scale: float) -> FoundFace:
    x, y, w, h = (face["facial_area"][side] / scale for side in ("x", "y", "w", "h"))
    # DeepFace gives back the widened box. Where that met the edge of the picture, this is near the detector's only.
    own_w, own_h = (side / (1 + expand_percentage / 100) for side in (w, h))
    box = (round(x + (w - own_w) / 2), round(y + (h - own_h) / 2), round(own_w), round(own_h))
    return FoundFace(box, float(face["confidence"]), np.asarray(face["face"], dtype=np.float64))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    # Kept for the life of the process: each thread loads its detectors once.
    return ThreadPoolExecutor(_cores(), thread_name_prefix="face-detection")


class _DetectorsOfThisThread(threading.local):
    """Stands in for DeepFace's dictionary of detectors: they keep state while they run, so threads cannot share one."""

    def __init__(self) -> None:
        self.models: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        return self.models.get(name)

    def __getitem__(self, name: str) -> Any:
        return self.models[name]

    def __setitem__(self, name: str, model: Any) -> None:
        self.models[name] = model


def _give_each_thread_its_detectors() -> None:
    from deepface.modules import modeling

    models = vars(modeling).setdefault("cached_models", {task: {} for task in modeling.AVAILABLE_MODELS})
    if not isinstance(models["face_detector"], _DetectorsOfThisThread):
        models["face_detector"] = _DetectorsOfThisThread()
