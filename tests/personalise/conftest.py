from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils._python_dispatch import TorchDispatchMode

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel, open_model


@pytest.fixture(scope="session")
def base(tiny_model: Path) -> BaseModel:
    return BaseModel(str(tiny_model))


@pytest.fixture(scope="session")
def base_xl(tiny_xl_model: Path) -> BaseModel:
    """The tiny SDXL, with two text encoders."""
    return BaseModel(str(tiny_xl_model))


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


class Recordable(TorchDispatchMode):
    """Refuses what a CUDA graph cannot hold: looking at numbers, and drawing at random."""

    def __enter__(self):
        self.state = torch.get_rng_state()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        assert torch.equal(torch.get_rng_state(), self.state)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        # Of indices, only masks make shapes that depend on numbers.
        if func is not torch.ops.aten.index.Tensor or any(i is not None and i.dtype == torch.bool for i in args[1]):
            assert not {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & set(func.tags), func
        return func(*args, **(kwargs or {}))


@pytest.fixture(scope="session")
def recordable() -> type[Recordable]:
    return Recordable
