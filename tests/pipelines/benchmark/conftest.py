from pathlib import Path

import pytest
import torch

from likeness.datasets import BaseModel
from likeness.diffusion.model import DiffusionModel
from likeness.pipelines.benchmark.shapes import random_model

POCKET_MODEL = BaseModel(str(Path(__file__).parents[3] / "data" / "01_raw" / "pocket_model"))


@pytest.fixture(scope="session")
def pocket() -> BaseModel:
    """The model that comes with the project, for its tokenizer."""
    return POCKET_MODEL


@pytest.fixture(scope="session")
def tiny() -> DiffusionModel:
    """A tiny model of the benchmarks; tests must not change it."""
    return random_model("tiny", POCKET_MODEL, device=torch.device("cpu"), dtype=torch.float32, seed=0)
