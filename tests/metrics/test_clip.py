from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from transformers import CLIPModel

from likeness.metrics.clip import Clip
from likeness.metrics.network_input import MetricModelError

CPU = torch.device("cpu")
IMAGES = [Image.fromarray(picture) for picture in (data.astronaut(), data.coffee(), data.chelsea())]
TEXTS = ["a photo of a man", "a newborn baby"]


def test_equal_pictures_and_equal_texts_have_cosine_one(tiny_clip: Path) -> None:
    clip = Clip(str(tiny_clip), CPU)
    pictures, texts = clip.pictures([*IMAGES, IMAGES[0]] * 5), clip.texts([*TEXTS, TEXTS[0]])
    assert (pictures.shape, texts.shape) == ((20, 12), (3, 12))
    np.testing.assert_allclose([pictures[0] @ pictures[3], texts[0] @ texts[2]], 1, atol=1e-6)
    assert max(pictures[0] @ pictures[1], texts[0] @ texts[1]) < 0.9999
    alone = [np.concatenate([clip.pictures([one]) for one in IMAGES]), np.concatenate([clip.texts([t]) for t in TEXTS])]
    np.testing.assert_allclose(pictures[:3], alone[0], atol=1e-5)
    np.testing.assert_allclose(texts[:2], alone[1], atol=1e-5)


def test_embeddings_are_transformers_own(tiny_clip: Path) -> None:
    network = CLIPModel.from_pretrained(tiny_clip).eval()
    clip = Clip(str(tiny_clip), CPU)
    tokens = clip._tokenizer(TEXTS[0], return_tensors="pt")
    expected = network.get_text_features(**tokens).pooler_output[0].detach().numpy()
    np.testing.assert_allclose(clip.texts(TEXTS[:1])[0], expected / np.linalg.norm(expected), atol=1e-5)


def test_a_text_of_more_than_77_tokens_is_cut(tiny_clip: Path) -> None:
    clip = Clip(str(tiny_clip), CPU)
    long = " ".join(["a photo of a man"] * 40)
    cut, longer, short = clip.texts([long, f"{long} and a newborn baby", TEXTS[0]])
    np.testing.assert_allclose(cut, longer, atol=1e-6)
    assert cut @ short < 0.9999
    some = " ".join([TEXTS[0]] * 4)
    whole, more = clip.texts([some, f"{some} and a newborn baby"])
    assert whole @ more < 0.9999


def test_a_folder_without_a_whole_tokenizer_is_refused(tiny_clip: Path, tmp_path: Path) -> None:
    CLIPModel.from_pretrained(tiny_clip).save_pretrained(tmp_path)
    with pytest.raises(MetricModelError, match="no tokenizer"):
        Clip(str(tmp_path), CPU)
    (tmp_path / "tokenizer.json").write_bytes((tiny_clip / "tokenizer.json").read_bytes()[:-100])
    with pytest.raises(MetricModelError, match="no tokenizer"):
        Clip(str(tmp_path), CPU)
