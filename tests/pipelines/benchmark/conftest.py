from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from likeness.datasets import BaseModel
from likeness.diffusion.model import DiffusionModel
from likeness.metrics.ssim import SsimOptions, stack_pictures
from likeness.pipelines.benchmark.shapes import random_model

POCKET_MODEL = BaseModel(str(Path(__file__).parents[3] / "data" / "01_raw" / "pocket_model"))


@pytest.fixture(scope="session")
def pocket() -> BaseModel:
    """The model that comes with the project, for its tokenizer."""
    return POCKET_MODEL


@pytest.fixture(scope="session")
def make_model() -> Callable[[], DiffusionModel]:
    """Make a tiny model of the benchmarks."""
    return partial(random_model, "tiny", POCKET_MODEL, device=torch.device("cpu"), dtype=torch.float32, seed=0)


@pytest.fixture(scope="session")
def tiny(make_model: Callable[[], DiffusionModel]) -> DiffusionModel:
    """A tiny model; tests must not change it."""
    return make_model()


@pytest.fixture(scope="session")
def pictures() -> np.ndarray:
    """Two faces and a picture without one, 128 px RGB."""
    face = Image.fromarray(data.astronaut()).crop((120, 0, 330, 210))
    images = [face, face.transpose(Image.Transpose.FLIP_LEFT_RIGHT), Image.fromarray(data.coffee())]
    return stack_pictures(images, SsimOptions(size=128, grey=False))


def assert_recomputable(row: dict[str, object]) -> None:
    """What a row says that its numbers are made of makes them."""
    for step in str(row["formula"]).split("; "):
        name, formula = step.split(" = ")
        assert row[name] == pytest.approx(eval(formula, {}, row)), step
