from collections.abc import Callable
from pathlib import Path

import fsspec
import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def photograph() -> Callable[..., Image.Image]:
    """Makes a smooth coloured picture that differs with `seed`."""

    def make(seed: int = 0, width: int = 48, height: int = 32) -> Image.Image:
        coarse = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)

    return make


@pytest.fixture
def album(tmp_path: Path, photograph: Callable[..., Image.Image]) -> Path:
    """A folder of three pictures: b.png, and child/a.jpg and child/c.png."""
    folder = tmp_path / "album"
    (folder / "child").mkdir(parents=True)
    photograph(1).save(folder / "b.png")
    photograph(2, 40, 60).save(folder / "child" / "a.jpg")
    photograph(3).save(folder / "child" / "c.png")
    return folder


@pytest.fixture
def memory() -> fsspec.AbstractFileSystem:
    """fsspec's file system in memory, empty."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
    return fs
