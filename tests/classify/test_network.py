import subprocess
import sys

import numpy as np
import pytest

from likeness.classify.network import freeze_all_but_last_layers, head_weights, set_head, standardise
from likeness.classify.training import new_parts
from likeness.classify.trunk_features import in_batches


@pytest.fixture(scope="module")
def parts(tiny):
    return new_parts(tiny(), 3)


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3)).astype(np.float32)


def test_the_parts_in_a_row_are_the_whole(parts, pixels):
    seen = in_batches(parts.trunk, pixels)
    [features] = in_batches(parts.last_layers, *seen)
    [expected] = in_batches(parts.whole, pixels)
    np.testing.assert_allclose(in_batches(parts.head, features)[0], expected, atol=1e-5)
    np.testing.assert_allclose(in_batches(parts.tail, *seen)[0], expected, atol=1e-5)
    assert parts.side == 32


def test_features_are_means_and_deviations_of_each_stage(parts, pixels):
    import keras

    maps = keras.Model(parts.whole.input, parts.whole.get_layer("block4_add").output).predict_on_batch(pixels)
    before = in_batches(parts.trunk, pixels)[1]
    np.testing.assert_allclose(before[:, 48:88], maps.mean(axis=(1, 2)), atol=1e-4)
    np.testing.assert_allclose(before[:, 88:128], np.sqrt(maps.var(axis=(1, 2)) + 1e-6), atol=1e-4)


def test_the_head_sees_standardised_features(parts, rng):
    features = rng.normal(3, 5, (50, parts.head.input_shape[1])).astype(np.float32)
    standard = standardise(parts, features)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-4)
    kernel = np.random.default_rng(1).normal(size=(features.shape[1], 3)).astype(np.float32)
    set_head(parts, kernel, np.array([1, 2, 3], dtype=np.float32))
    [logits] = in_batches(parts.head, features)
    np.testing.assert_allclose(logits, standard @ kernel + [1, 2, 3], rtol=1e-3, atol=1e-3)
    steps = (features[1:] - features[:-1]) @ head_weights(parts.whole)
    np.testing.assert_allclose(logits[1:] - logits[:-1], steps, rtol=1e-2, atol=1e-2)


def test_only_the_last_layers_and_the_head_learn_and_batchnorm_never_does(parts):
    freeze_all_but_last_layers(parts)
    learning = {layer.name for layer in parts.whole.layers if layer.trainable_weights}
    assert "logits" in learning
    assert {name.partition("_")[0] for name in learning - {"logits"}} == {"block13", "block14"}
    assert not [name for name in learning if name.endswith("_bn")]


def test_training_leaves_trunk_and_statistics_as_they_are(pixels, tiny):
    import keras

    parts = new_parts(tiny(), 3)
    freeze_all_but_last_layers(parts)
    seen = in_batches(parts.trunk, pixels)
    before = {weight.path: np.asarray(weight) for weight in parts.whole.weights}
    parts.tail.compile(keras.optimizers.Adam(1e-2), keras.losses.CategoricalCrossentropy(from_logits=True))
    parts.tail.train_on_batch(seen, np.eye(3)[[0, 1, 2, 0, 1, 2, 0, 1]])
    changed = {weight.path for weight in parts.whole.weights if (np.asarray(weight) != before[weight.path]).any()}
    assert changed
    assert {path.partition("_")[0].partition("/")[0] for path in changed} <= {"block13", "block14", "logits"}
    assert not [path for path in changed if "_bn/" in path]
    np.testing.assert_array_equal(in_batches(parts.trunk, pixels)[0], seen[0])


def test_equal_options_give_equal_weights(tiny):
    first, second = (new_parts(tiny(), 3).whole.get_weights() for _ in range(2))
    assert all((one == other).all() for one, other in zip(first, second, strict=True))


def test_keras_starts_without_a_word_and_errors_are_still_shown():
    code = (
        "from likeness.classify.quiet_keras import keras; import sys; "
        "keras.ops.sum([1.0, 2.0]); print('kept', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "kept\n")
