import numpy as np
import pytest
from PIL import Image

from likeness.classify.backbones import backbone
from likeness.classify.classifier import Classifier, Description
from likeness.classify.grad_cam import grad_cam, view_heat
from likeness.classify.network import set_head, standardise
from likeness.classify.training import new_parts
from likeness.classify.trunk_features import in_batches
from likeness.classify.views import ViewOptions


@pytest.fixture(scope="module")
def classifier(tiny):
    parts = new_parts(tiny(side=64), 2)
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (8, 64, 64, 3)).astype(np.float32)
    features = standardise(parts, in_batches(parts.last_layers, *in_batches(parts.trunk, pixels))[0])
    kernel = generator.normal(size=(features.shape[1], 2)).astype(np.float32)
    set_head(parts, kernel, np.zeros(2, dtype=np.float32))
    views = ViewOptions(judged_grids=(1, 2))
    description = Description(backbone="efficientnet_lite0", classes=("a", "b"), temperature=1.0, views=views)
    return Classifier(parts.whole, description)


@pytest.mark.parametrize("place", [0, 1])
def test_the_closed_form_is_what_automatic_differentiation_gives(classifier, place):
    import keras
    import tensorflow as tf

    network = classifier.network
    last = backbone("efficientnet_lite0").taps[-1]
    maps_of = keras.Model(network.input, network.get_layer(last).output)
    head = keras.Model([network.get_layer("earlier_features").output, network.get_layer(last).output], network.output)
    before_of = keras.Model(network.input, network.get_layer("earlier_features").output)
    pixels = np.random.default_rng(1).integers(0, 256, (3, 64, 64, 3)).astype(np.uint8)
    maps, before = maps_of(pixels.astype(np.float32)), before_of(pixels.astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(maps)
        logits = head([before, maps])[:, place]
    importance = tf.reduce_mean(tape.gradient(logits, maps), axis=(1, 2), keepdims=True)
    expected = tf.nn.relu(tf.reduce_sum(importance * maps, axis=-1)).numpy()
    np.testing.assert_allclose(view_heat(classifier, pixels, place), expected, atol=1e-3 * expected.max())


def test_the_map_has_the_pictures_size_and_range(classifier):
    pixels = np.random.default_rng(2).integers(0, 256, (70, 90, 3), dtype=np.uint8)
    heat = grad_cam(classifier, Image.fromarray(pixels), "a")
    assert heat.shape == (70, 90)
    assert heat.min() >= 0
    assert heat.max() in (0.0, 1.0)


def test_an_unknown_class_is_named(classifier):
    with pytest.raises(ValueError, match="there is no class c; the classes are a, b"):
        grad_cam(classifier, Image.new("RGB", (64, 64)), "c")
