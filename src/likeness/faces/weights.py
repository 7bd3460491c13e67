"""Where the weights of DeepFace's recognisers and detectors are, and which of them can be had."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

# DeepFace's names, in the order of its documentation, with the weight file each reads on the pytorch engine
# and the package it needs besides DeepFace.
_RECOGNISERS = {
    "VGG-Face": ("vgg_face_weights.pth", "torch"),
    "Facenet": ("facenet_weights.pth", "torch"),
    "Facenet512": ("facenet512_weights.pth", "torch"),
    "OpenFace": ("openface_weights.pth", "torch"),
    "DeepFace": ("VGGFace2_DeepFace_weights_val-0.9034.pth", "torch"),
    "DeepID": ("deepid_weights.pth", "torch"),
    "ArcFace": ("arcface_weights.pth", "torch"),
    "Dlib": ("dlib_face_recognition_resnet_model_v1.dat", "dlib"),
    "SFace": ("face_recognition_sface_2021dec.onnx", "onnxruntime"),
    "GhostFaceNet": ("ghostfacenet_v1.pth", "torch"),
    "Buffalo_L": ("buffalo_l/webface_r50.onnx", "insightface"),
}
# DeepFace's detectors that run on weight files alone; the cascades of `opencv` come with its wheel.
_DETECTORS = {
    "dlib": (("shape_predictor_5_face_landmarks.dat",), "dlib"),
    "opencv": ((), "cv2"),
    "ssd": (("deploy.prototxt", "res10_300x300_ssd_iter_140000.caffemodel"), "cv2"),
    "yunet": (("face_detection_yunet_2023mar.onnx",), "cv2"),
    "centerface": (("centerface.onnx",), "cv2"),
}
RECOGNISERS: tuple[str, ...] = tuple(_RECOGNISERS)
DETECTORS: tuple[str, ...] = tuple(_DETECTORS)


class FaceModelError(ValueError):
    """A recogniser or detector that is unknown, or whose weights or package are not there."""


def weights_folder() -> Path:
    """Return the folder DeepFace reads weights from, made if need be.

    `DEEPFACE_HOME` decides; unset, it becomes `likeness` in the user's cache folder.
    """
    if "DEEPFACE_HOME" not in os.environ:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        os.environ["DEEPFACE_HOME"] = str(cache / "likeness")
    folder = Path(os.environ["DEEPFACE_HOME"]) / ".deepface" / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ensure_weights(recogniser: str, allow_download: bool = False) -> Path:
    """Put the weights of a recogniser where DeepFace looks for them, from a package on this machine where one has them.

    Args:
        recogniser: One of `RECOGNISERS`.
        allow_download: Whether DeepFace may fetch the file when the recogniser is first used.

    Returns:
        The weight file; it does not exist yet when DeepFace is still to download it.

    Raises:
        FaceModelError: If the recogniser is unknown, its package is missing, or its weights are not on this machine
            and may not be downloaded.
    """
    if recogniser not in _RECOGNISERS:
        raise FaceModelError(f"recogniser {recogniser!r} is unknown; expected one of {', '.join(RECOGNISERS)}")
    file, package = _RECOGNISERS[recogniser]
    _need_package(package, f"recogniser {recogniser}")
    return _ensure_file(file, f"recogniser {recogniser}", allow_download)


def ensure_detector(detector: str, allow_download: bool = False) -> None:
    """Put the weights of a detector where DeepFace looks for them, as `ensure_weights` does.

    Raises:
        FaceModelError: If the detector is unknown, its package is missing, or its weights are not on this machine
            and may not be downloaded.
    """
    if detector not in _DETECTORS:
        raise FaceModelError(f"detector {detector!r} is unknown; expected one of {', '.join(DETECTORS)}")
    files, package = _DETECTORS[detector]
    _need_package(package, f"detector {detector}")
    for file in files:
        _ensure_file(file, f"detector {detector}", allow_download)


def available_recognisers(allow_download: bool = False) -> tuple[str, ...]:
    """Return the recognisers that can be used now: package installed, weights here or allowed to be downloaded."""
    available = []
    for recogniser in RECOGNISERS:
        try:
            ensure_weights(recogniser, allow_download)
        except FaceModelError:
            continue
        available.append(recogniser)
    return tuple(available)


def load_model(task: str, name: str) -> None:
    """Let DeepFace load a model, downloading its weights if they are not there; the second time costs nothing.

    Args:
        task: `facial_recognition` or `face_detector`, as DeepFace calls them.
        name: Name of the recogniser or the detector.

    Raises:
        FaceModelError: If the model cannot be loaded: its file is damaged, or the download failed.
    """
    from deepface.modules import modeling

    try:
        modeling.build_model(task, name)
    except Exception as error:
        raise FaceModelError(
            f"{task.replace('_', ' ')} model {name} cannot be loaded: {error}; if a file in {weights_folder()} is "
            "damaged, delete it and run again"
        ) from error


def _need_package(package: str, user: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise FaceModelError(f"{user} needs the Python package {package}, which is not installed")


def _ensure_file(name: str, user: str, allow_download: bool) -> Path:
    target = weights_folder() / name
    if target.exists():
        return target
    packaged = _packaged_file(name)
    if packaged is not None:
        _copy_atomically(packaged, target)
    elif not allow_download:
        raise FaceModelError(
            f"{user} needs the weight file {name} in {target.parent}: put it there, set allow_download to true, "
            "or choose another (Dlib comes with the installation)"
        )
    return target


def _packaged_file(name: str) -> Path | None:
    # The package is located, not imported: importing it needs pkg_resources, which setuptools has dropped.
    spec = importlib.util.find_spec("face_recognition_models")
    for location in (spec.submodule_search_locations or []) if spec else []:
        file = Path(location) / "models" / name
        if file.exists():
            return file
    return None


def _copy_atomically(source: Path, target: Path) -> None:
    handle, partial = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    os.close(handle)
    try:
        shutil.copyfile(source, partial)
        os.replace(partial, target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
