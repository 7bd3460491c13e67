from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel, open_model


@pytest.fixture(scope="session")
def base(tiny_model: Path) -> BaseModel:
    return BaseModel(str(tiny_model))


@pytest.fixture
def model(base: BaseModel) -> DiffusionModel:
    """The tiny model, open, for this test alone."""
    return open_model(base, device="cpu", dtype="float32")


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    return WorkFolder(tmp_path / "work", "fine_tuning", "key")


@pytest.fixture(scope="session")
def make_pictures() -> Callable[..., list[Image.Image]]:
    """Pictures of noise, each of its own."""

    def make(count: int, *, seed: int = 0, size: tuple[int, int] = (64, 64)) -> list[Image.Image]:
        noise = np.random.default_rng(seed).integers(0, 256, (count, size[1], size[0], 3), dtype=np.uint8)
        return [Image.fromarray(array) for array in noise]

    return make
