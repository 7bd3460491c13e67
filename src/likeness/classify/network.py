"""A classifier's network in its parts: what stays as it is, the last layers, and the head.

Style is texture at every scale, so the head does not see the last maps alone but how each stage's maps are distributed
over the picture: mean and standard deviation of every channel, as in Huang & Belongie 2017 (arXiv 1703.06868).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.classify.backbones import Weights, backbone, build_backbone

HEAD = "logits"
_STANDARDISED = "standardised"
_EARLIER, _FEATURES = "earlier_features", "features"
_EPSILON = 1e-6


@dataclass(frozen=True)
class Parts:
    """Models that share their layers, so that what one learns the others know.

    Attributes:
        whole: from RGB 0..255 (n, side, side, 3) to logits (n, classes).
        trunk: from RGB 0..255 to the maps (n, h, w, c) that the last layers begin with, and the features (n, f) of the
            stages before them.
        last_layers: from those two to all features (n, features).
        head: from all features to logits.
        tail: from the trunk's maps and features to logits: last layers and head.
    """

    whole: Any
    trunk: Any
    last_layers: Any
    head: Any
    tail: Any

    @property
    def side(self) -> int:
        """Of the pictures in px."""
        return int(self.whole.input_shape[1])


def build_parts(name: str, *, classes: int, weights: Weights, side: int | None = None) -> Parts:
    """Build a classifier around a backbone, its head untrained.

    Args:
        name: of `likeness.classify.backbones.BACKBONES`.
        classes: how many.
        weights: of the backbone.
        side: of the pictures in px; none: the backbone's own.

    Raises:
        BackboneError: the backbone is unknown, or its weights cannot be had.
    """
    from likeness.classify.quiet_keras import keras

    known = backbone(name)
    network = build_backbone(name, weights=weights, side=side)
    *earlier, last = (network.get_layer(tap).output for tap in known.taps)
    before = keras.layers.Concatenate(name=_EARLIER)([part for maps in earlier for part in _moments(maps)])
    features = keras.layers.Concatenate(name=_FEATURES)([before, *_moments(last)])
    standard = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=_EPSILON, trainable=False, name=_STANDARDISED
    )(features)
    logits = keras.layers.Dense(classes, name=HEAD)(standard)
    return parts_of(keras.Model(network.input, logits, name=name), name)


def parts_of(whole: Any, name: str) -> Parts:
    """Take a classifier's network, new or loaded, apart.

    Args:
        whole: as `build_parts` builds it.
        name: of its backbone.
    """
    from likeness.classify.quiet_keras import keras

    boundary = whole.get_layer(backbone(name).last_layers_after).output
    before, features = (whole.get_layer(layer).output for layer in (_EARLIER, _FEATURES))
    return Parts(
        whole=whole,
        trunk=keras.Model(whole.input, [boundary, before], name="trunk"),
        last_layers=keras.Model([boundary, before], features, name="last_layers"),
        head=keras.Model(features, whole.output, name="head"),
        tail=keras.Model([boundary, before], whole.output, name="tail"),
    )


def standardise(parts: Parts, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let the head see features (n, f) with mean 0 and variance 1 over these views; returns them so."""
    mean, variance = features.mean(axis=0), features.var(axis=0)
    parts.head.get_layer(_STANDARDISED).set_weights([mean, variance])
    standard: NDArray[np.float32] = (features - mean) / np.sqrt(variance + _EPSILON)
    return standard


def set_head(parts: Parts, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Give the head its weights: kernel (f, classes) of standardised features, and bias (classes,)."""
    parts.head.get_layer(HEAD).set_weights([kernel, bias])


def freeze_all_but_last_layers(parts: Parts) -> None:
    """Let the last layers and the head learn; BatchNorm stays in inference mode everywhere.

    Statistics of a few pictures would undo what the network knows: Keras's guide on transfer learning,
    https://keras.io/guides/transfer_learning.
    """
    from likeness.classify.quiet_keras import keras

    last = {layer.name for layer in parts.tail.layers}
    for layer in parts.whole.layers:
        layer.trainable = layer.name in last and not isinstance(layer, keras.layers.BatchNormalization)


def _moments(maps: Any) -> tuple[Any, Any]:
    """Mean and standard deviation over places, (n, channels) each."""
    from likeness.classify.quiet_keras import keras

    variance = keras.ops.var(maps, axis=(1, 2))
    # Without the addition, even maps would have an infinite gradient.
    return keras.ops.mean(maps, axis=(1, 2)), keras.ops.sqrt(variance + _EPSILON)


def head_weights(whole: Any) -> NDArray[np.float64]:
    """Kernel (f, classes) of a whole network's head, of features that are not standardised."""
    variance = np.asarray(whole.get_layer(_STANDARDISED).get_weights()[1], dtype=np.float64)
    kernel = np.asarray(whole.get_layer(HEAD).get_weights()[0], dtype=np.float64)
    weights: NDArray[np.float64] = kernel / np.sqrt(variance + _EPSILON)[:, None]
    return weights
