"""The networks that pictures are judged by: each takes 8-bit RGB as it is and knows its own preprocessing.

Keras's EfficientNets rescale inside and MobileNet does not; here all of them do, so that no caller can feed one what
belongs to another.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from likeness.classify.efficientnet_lite import LiteWeightsError, efficientnet_lite0, load_imagenet_weights

BackboneName = Literal["efficientnet_lite0", "mobilenet", "efficientnet_b7", "efficientnet_v2l"]
Weights = Literal["imagenet", "random"]


class BackboneError(ValueError):
    """A backbone that is unknown, or whose weights cannot be had."""


@dataclass(frozen=True)
class Backbone:
    """What is to be known of a network besides its layers.

    Attributes:
        name: of `BACKBONES`.
        side: of the pictures it was trained on ImageNet with, in px.
        taps: layers at the ends of its stages, whose maps are the features; the network is used up to the last of them.
        last_layers_after: a layer that narrows the network to one tensor; what comes after it is fine-tuned.
        keras_name: what `keras.applications` calls it; none: it is not from there.
    """

    name: BackboneName
    side: int
    taps: tuple[str, ...]
    last_layers_after: str
    keras_name: str | None


_ALL: tuple[Backbone, ...] = (
    Backbone(
        "efficientnet_lite0",
        224,
        ("block2_add", "block4_add", "block7_add", "block10_add", "block14_add"),
        "block12_add",
        None,
    ),
    Backbone(
        "mobilenet",
        224,
        ("conv_pw_3_relu", "conv_pw_5_relu", "conv_pw_8_relu", "conv_pw_11_relu", "conv_pw_13_relu"),
        "conv_pw_11_relu",
        "MobileNet",
    ),
    Backbone(
        "efficientnet_b7",
        600,
        ("block2g_add", "block3g_add", "block4j_add", "block5j_add", "block6m_add"),
        "block6k_add",
        "EfficientNetB7",
    ),
    Backbone(
        "efficientnet_v2l",
        480,
        ("block2g_add", "block3g_add", "block4j_add", "block5s_add", "block6y_add"),
        "block6w_add",
        "EfficientNetV2L",
    ),
)
BACKBONES: dict[str, Backbone] = {backbone.name: backbone for backbone in _ALL}


def backbone(name: str) -> Backbone:
    """Look a backbone up.

    Raises:
        BackboneError: there is none of this name.
    """
    if name not in BACKBONES:
        raise BackboneError(f"backbone {name!r} is unknown; expected one of {', '.join(BACKBONES)}")
    return BACKBONES[name]


def build_backbone(name: str, *, weights: Weights = "imagenet", side: int | None = None) -> Any:
    """Build a network without its classifier, its own preprocessing inside.

    Args:
        name: of `BACKBONES`.
        weights: those learned on ImageNet, or random ones.
        side: of the pictures in px, at least 32; none: the backbone's own.

    Returns:
        A `keras.Model` from float32 RGB 0..255 (n, side, side, 3) to feature maps (n, h, w, channels).

    Raises:
        BackboneError: there is none of this name, or its weights cannot be had.
    """
    known = backbone(name)
    side = side or known.side
    if known.keras_name is not None:
        return _keras_application(known, weights, side)
    network = efficientnet_lite0(side)
    if weights == "imagenet":
        try:
            load_imagenet_weights(network)
        except LiteWeightsError as error:
            raise BackboneError(str(error)) from error
    return network


def _keras_application(known: Backbone, weights: Weights, side: int) -> Any:
    from likeness.classify.quiet_keras import keras

    build = getattr(keras.applications, str(known.keras_name))
    arguments: dict[str, Any] = {"include_top": False, "input_shape": (side, side, 3)}
    if known.name == "mobilenet":
        pixels = keras.Input((side, side, 3), name="pixels")
        arguments["input_tensor"] = keras.layers.Rescaling(1 / 127.5, -1.0, name="preprocessing")(pixels)
    try:
        return build(weights="imagenet" if weights == "imagenet" else None, **arguments)
    except Exception as error:
        if weights != "imagenet":
            raise
        folder = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "models"
        raise BackboneError(
            f"the ImageNet weights of {known.name} cannot be had from keras.applications: {error}. Connect this "
            f"machine to the network once, or put the weight file into {folder}, or choose efficientnet_lite0, whose "
            "weights come with the installation"
        ) from error
