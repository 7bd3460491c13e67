import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from likeness.classify.backbones import BACKBONES
from likeness.classify.classifier import Classifier, ClassifierError, Description, open_classifier
from likeness.classify.network import freeze_all_but_last_layers, standardise
from likeness.classify.training import new_parts
from likeness.classify.trunk_features import in_batches
from likeness.classify.views import ViewOptions

SLOW = {"efficientnet_b7", "efficientnet_v2l"}
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in BACKBONES]
VIEWS = ViewOptions(judged_grids=(1, 2))


def trained(tiny, name="efficientnet_lite0"):
    """A network after two steps of its last layers."""
    import keras

    parts = new_parts(tiny(backbone=name), 3)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3)).astype(np.float32)
    inputs = in_batches(parts.trunk, pixels)
    standardise(parts, in_batches(parts.last_layers, *inputs)[0])
    freeze_all_but_last_layers(parts)
    parts.tail.compile(keras.optimizers.Adam(1e-3), keras.losses.CategoricalCrossentropy(from_logits=True))
    before = parts.tail.predict_on_batch(inputs)
    for _ in range(2):
        parts.tail.train_on_batch(inputs, np.eye(3)[[0, 1, 2, 0, 1, 2]])
    assert np.abs(parts.tail.predict_on_batch(inputs) - before).max() > 1e-4
    description = Description(backbone=name, classes=("a", "b", "c"), temperature=1.5, views=VIEWS)
    return Classifier(parts.whole, description)


@pytest.fixture
def images():
    generator = np.random.default_rng(1)
    return [Image.fromarray(generator.integers(0, 256, (50, 40, 3), dtype=np.uint8)) for _ in range(3)]


@pytest.mark.parametrize("name", NAMES)
def test_a_reloaded_classifier_gives_equal_outputs(name, tiny, tmp_path, images):
    classifier = trained(tiny, name)
    classifier.save(tmp_path / "classifier")
    reloaded = open_classifier(tmp_path / "classifier")
    assert reloaded.description == classifier.description
    judged = classifier.judge(images)
    np.testing.assert_allclose(reloaded.judge(images), judged, atol=1e-6)
    np.testing.assert_allclose(judged.sum(axis=1), 1)
    assert np.ptp(judged, axis=0).max() > 0


def test_stock_keras_opens_the_network_without_this_package(tiny, tmp_path, images):
    classifier = trained(tiny)
    classifier.save(tmp_path)
    pixels = np.random.default_rng(2).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    np.save(tmp_path / "pixels.npy", pixels)
    code = (
        "import sys, keras, numpy as np; network = keras.saving.load_model('network.keras', safe_mode=True); "
        "np.save('logits.npy', network.predict_on_batch(np.load('pixels.npy'))); "
        "assert not [name for name in sys.modules if name.startswith('likeness')]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    expected = classifier.network.predict_on_batch(pixels)
    np.testing.assert_allclose(np.load(tmp_path / "logits.npy"), expected, atol=1e-5)


def test_probabilities_are_those_of_the_mean_logits_over_views(tiny, images):
    classifier = trained(tiny)
    logits = classifier.logits(images)
    expected = np.exp(logits / 1.5) / np.exp(logits / 1.5).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(classifier.judge(images), expected)
    mirrored = [image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for image in images]
    np.testing.assert_allclose(classifier.judge(mirrored), classifier.judge(images), atol=1e-4)
    assert classifier.judge([]).shape == (0, 3)


def test_a_folder_without_a_classifier_is_named(tiny, tmp_path):
    with pytest.raises(ClassifierError, match=r"no classifier in .*Expected network.keras and classifier.json"):
        open_classifier(tmp_path)
    classifier = trained(tiny)
    classifier.save(tmp_path)
    (tmp_path / "network.keras").write_bytes(b"broken")
    with pytest.raises(ClassifierError, match="no classifier in"):
        open_classifier(tmp_path)


def test_a_network_of_other_classes_is_refused(tiny, tmp_path):
    classifier = trained(tiny)
    description = classifier.description.model_copy(update={"classes": ("a", "b")})
    Classifier(classifier.network, description).save(tmp_path)
    with pytest.raises(ClassifierError, match=r"tells 3 classes apart, and classifier.json names a, b"):
        open_classifier(tmp_path)
