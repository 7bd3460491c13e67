import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from deepface.modules import modeling

from likeness.faces import weights
from likeness.faces.weights import (
    DETECTORS,
    RECOGNISERS,
    FaceModelError,
    available_recognisers,
    ensure_detector,
    ensure_weights,
    load_model,
    weights_folder,
)

DLIB = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPFACE_HOME", str(tmp_path))
    return tmp_path


def test_the_names_are_deepfaces():
    assert set(RECOGNISERS) == set(modeling.AVAILABLE_MODELS["facial_recognition"])
    assert set(DETECTORS) <= set(modeling.AVAILABLE_MODELS["face_detector"])


@pytest.mark.parametrize("recogniser", RECOGNISERS)
def test_the_weight_files_are_those_deepface_reads(recogniser):
    sources = modeling.AVAILABLE_MODELS["facial_recognition"][recogniser]
    module = (sources.get("pytorch") or sources["any"]).rpartition(".")[0]
    source = Path(importlib.util.find_spec(module).origin).read_text()
    assert f'"{Path(weights._RECOGNISERS[recogniser][0]).name}"' in source


def test_the_detectors_files_are_those_deepface_reads():
    for detector, (files, _) in weights._DETECTORS.items():
        source = inspect.getsource(modeling.get_model_class("face_detector", detector))
        assert all(file in source for file in files)


def test_dlib_comes_from_its_package(empty_home):
    file = ensure_weights("Dlib")
    assert file == empty_home / ".deepface" / "weights" / DLIB
    assert file.stat().st_size == 22_466_066
    ensure_detector("dlib")
    assert {path.name for path in file.parent.iterdir()} == {DLIB, "shape_predictor_5_face_landmarks.dat"}


def test_weights_that_are_there_are_left_alone(empty_home):
    own = weights_folder() / DLIB
    own.write_bytes(b"own")
    assert ensure_weights("Dlib").read_bytes() == b"own"


def test_an_interrupted_copy_leaves_nothing(empty_home, monkeypatch):
    def fail(source, target):
        Path(target).write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(weights.shutil, "copyfile", fail)
    with pytest.raises(OSError, match="disk full"):
        ensure_weights("Dlib")
    assert list(weights_folder().iterdir()) == []


def test_an_unknown_recogniser_is_named_with_the_known_ones():
    with pytest.raises(FaceModelError, match=r"recogniser 'Facenet1024' is unknown.*VGG-Face.*Dlib"):
        ensure_weights("Facenet1024")
    with pytest.raises(FaceModelError, match=r"detector 'haar' is unknown.*dlib, opencv"):
        ensure_detector("haar")


def test_missing_weights_say_which_file_belongs_where(empty_home):
    with pytest.raises(FaceModelError, match=r"Facenet512 needs .*facenet512_weights.pth in .*allow_download"):
        ensure_weights("Facenet512")
    with pytest.raises(FaceModelError, match=r"detector yunet needs .*yunet_2023mar.onnx"):
        ensure_detector("yunet")


def test_a_download_is_left_to_deepface_when_allowed(empty_home):
    assert not ensure_weights("Facenet512", allow_download=True).exists()
    ensure_detector("yunet", allow_download=True)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FaceModelError, match="recogniser Dlib needs the Python package dlib"):
        ensure_weights("Dlib")


def test_without_the_weights_package_dlib_needs_its_file(empty_home, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "face_recognition_models" else find_spec(name)
    )
    with pytest.raises(FaceModelError, match=f"recogniser Dlib needs the weight file {DLIB}"):
        ensure_weights("Dlib")


def test_available_recognisers_are_those_with_weights(empty_home):
    assert available_recognisers() == ("Dlib",)
    (weights_folder() / "facenet_weights.pth").touch()
    assert available_recognisers() == ("Facenet", "Dlib")
    assert set(available_recognisers(allow_download=True)) >= {"VGG-Face", "Facenet512", "ArcFace", "Dlib"}


def test_without_deepface_home_weights_are_kept_in_the_cache(tmp_path, monkeypatch):
    # Set first, so that the fixture's value comes back after the test.
    monkeypatch.setenv("DEEPFACE_HOME", "")
    monkeypatch.delenv("DEEPFACE_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert weights_folder() == tmp_path / "likeness" / ".deepface" / "weights"


def test_dlib_loads_neither_tensorflow_nor_torch_and_opens_no_connection(deepface_home):
    code = """
import socket, sys
def refuse(*_, **__): raise AssertionError("a connection was opened")
socket.socket.connect = refuse
from PIL import Image
from skimage import data
from likeness.faces.recogniser import Recogniser
assert len(Recogniser("Dlib").faces(Image.fromarray(data.astronaut()).resize((200, 200)))) == 1
loaded = {"torch", "tensorflow", "keras", "tf_keras", "onnxruntime"} & set(sys.modules)
assert not loaded, loaded
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_a_damaged_weight_file_is_not_blamed_on_the_pictures(empty_home):
    (weights_folder() / "face_detection_yunet_2023mar.onnx").write_bytes(b"not a network")
    ensure_detector("yunet")
    with pytest.raises(FaceModelError, match=r"face detector model yunet cannot be loaded: .*damaged, delete it"):
        load_model("face_detector", "yunet")
