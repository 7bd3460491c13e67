from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from transformers import ViTConfig, ViTModel

from likeness.metrics.dino import Dino
from likeness.metrics.network_input import MetricModelError, as_input, directions

CPU = torch.device("cpu")
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
IMAGES = [Image.fromarray(picture) for picture in (data.astronaut(), data.coffee(), data.chelsea())]


def test_equal_pictures_have_cosine_one_and_batches_change_nothing(tiny_dino: Path) -> None:
    dino = Dino(str(tiny_dino), CPU)
    many = dino.pictures([*IMAGES, IMAGES[0]] * 5)  # more than a batch
    cosines = many @ many.T
    assert many.shape == (20, 16)
    np.testing.assert_allclose(cosines, cosines.T)
    np.testing.assert_allclose([cosines[0, 3], *np.diag(cosines)], 1, atol=1e-6)
    assert cosines[0, 1] < 0.9999
    alone = np.concatenate([dino.pictures([image]) for image in IMAGES])
    np.testing.assert_allclose(many[:3], alone, atol=1e-5)


def test_the_class_token_is_taken(tiny_dino: Path) -> None:
    network = ViTModel.from_pretrained(tiny_dino, add_pooling_layer=False).eval()
    seen = as_input(IMAGES[1], 32, 37, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    token = network(seen[None]).last_hidden_state[0, 0].detach().numpy()
    [found] = Dino(str(tiny_dino), CPU).pictures(IMAGES[1:2])
    np.testing.assert_allclose(found, token / np.linalg.norm(token), atol=1e-5)


def test_a_network_sees_the_middle_with_the_mean_taken_away() -> None:
    picture = np.zeros((40, 80, 3), dtype=np.uint8)
    picture[:, 20:60] = (255, 51, 0)
    seen = as_input(Image.fromarray(picture), 10, 20, (0.5, 0.2, 0.0), (0.5, 0.1, 1.0))
    assert seen.shape == (3, 10, 10)
    np.testing.assert_allclose(seen.mean(dim=(1, 2)), [1, 0, 0], atol=1e-6)


def test_cosines_by_hand() -> None:
    rows = [torch.tensor([3.0, 4.0]), torch.tensor([10.0, 0.0]), torch.tensor([0.0, -1.0])]
    made = directions(rows, lambda batch: batch, CPU)
    np.testing.assert_allclose(made @ made.T, [[1, 0.6, -0.8], [0.6, 1, 0], [-0.8, 0, 1]], atol=1e-12)


def test_pickled_absent_cut_and_foreign_weights_are_refused(tiny_dino: Path, tmp_path: Path) -> None:
    network = ViTModel.from_pretrained(tiny_dino)
    network.config.save_pretrained(tmp_path)
    torch.save(network.state_dict(), tmp_path / "pytorch_model.bin")
    for source in (str(tmp_path), str(tmp_path / "none"), "likeness-lab/no-such-vit"):
        with pytest.raises(MetricModelError, match="not on this machine as a ViTModel in safetensors"):
            Dino(source, CPU)
    network.save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(MetricModelError, match="not on this machine as a ViTModel in safetensors"):
        Dino(str(tmp_path), CPU)
    ViTModel(ViTConfig(**SIZES | {"num_hidden_layers": 1}, image_size=32, patch_size=8)).save_pretrained(tmp_path)
    network.config.save_pretrained(tmp_path)
    with pytest.raises(MetricModelError, match="lacks"):
        Dino(str(tmp_path), CPU)
