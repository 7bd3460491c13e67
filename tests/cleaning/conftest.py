from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likeness.datasets import ImageSet


def _scene(seed: int, width: int = 64, height: int = 64) -> Image.Image:
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, strength in ((3, 90.0), (6, 60.0), (13, 30.0)):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        total += strength * (np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC)) / 127.5 - 1)
    return Image.fromarray(np.clip(128 + total, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def scene() -> Callable[..., Image.Image]:
    """Makes a coloured picture, large forms and small ones, that differs with `seed`; 64 pixels a side if not told."""
    return _scene


@pytest.fixture
def gallery(tmp_path: Path) -> Callable[[Mapping[str, Image.Image]], ImageSet]:
    """Saves pictures by name in a folder and opens it as a set."""

    def hang(pictures: Mapping[str, Image.Image]) -> ImageSet:
        root = tmp_path / "gallery"
        for name, picture in pictures.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.save(path)
        return ImageSet.from_folder(root)

    return hang


@pytest.fixture
def two_classes() -> dict[str, Image.Image]:
    """Eight different pictures in two class folders."""
    return {f"{number % 2}/{number}.png": _scene(number) for number in range(8)}
