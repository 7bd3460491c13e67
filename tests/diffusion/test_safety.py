import logging

import numpy as np
import pytest
import torch
from PIL import Image

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.model import ModelError
from likeness.diffusion.safety import open_safety_checker

PICTURES = [Image.fromarray(np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)) for seed in range(6)]


def nearest(checker, picture):
    """Cosine between a picture and the nearest concept."""
    prepared = checker.processor(picture, return_tensors="pt").pixel_values
    with torch.inference_mode():
        one = checker.network.visual_projection(checker.network.vision_model(prepared).pooler_output)
    return torch.cosine_similarity(one, checker.network.concept_embeds).max().item()


def test_what_is_near_a_concept_is_black_and_the_rest_stays(checked_model):
    unset = open_safety_checker(BaseModel(str(checked_model(0.0))))
    cosines = [nearest(unset, picture) for picture in PICTURES]
    low, high = sorted(cosines)[2:4]
    checker = open_safety_checker(BaseModel(str(checked_model((low + high) / 2))))
    # The network rounds to three digits.
    assert high - low > 0.002
    for picture, cosine in zip(PICTURES, cosines, strict=True):
        passed, withheld = checker.passed(picture)
        assert withheld is (cosine > (low + high) / 2)
        assert passed.size == (64, 64)
        assert (passed.getextrema() == ((0, 0),) * 3) is withheld
        assert withheld or passed is picture


def test_a_checkpoint_has_its_base_models(checked_model, tmp_path):
    checkpoint = Checkpoint(tmp_path, {"base_model": {"source": str(checked_model(-2.0)), "revision": None}})
    assert open_safety_checker(checkpoint).flags(PICTURES[0])


def test_a_model_without_one_is_refused_with_what_to_do(tiny_model):
    with pytest.raises(ModelError, match=r"safety_checker is true, .*tiny_model.* Set safety_checker to false"):
        open_safety_checker(BaseModel(str(tiny_model)))


def test_pickled_weights_are_not_read(checked_model):
    folder = checked_model(0.0)
    weights = folder / "safety_checker" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(ModelError, match="safetensors"):
        open_safety_checker(BaseModel(str(folder)))


def test_pictures_that_pass_are_not_spoken_of(checked_model, caplog):
    with caplog.at_level(logging.INFO):
        assert not open_safety_checker(BaseModel(str(checked_model(2.0)))).flags(PICTURES[0])
    assert "NSFW" not in caplog.text
