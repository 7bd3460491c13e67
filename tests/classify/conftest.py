"""Small pictures of two textures that any network can tell apart, and real paintings where they are at hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likeness.classify.options import TrainingOptions
from likeness.datasets import ImageSet


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture(scope="session")
def textures(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    """Eight pictures of coarse and eight of fine grain, 48 px; the manifest's column `group` is the class."""
    folder = tmp_path_factory.mktemp("textures")
    generator = np.random.default_rng(0)
    for name, grain in (("coarse", 8), ("fine", 1)):
        (folder / name).mkdir()
        for number in range(8):
            blocks = generator.integers(0, 256, (48 // grain, 48 // grain, 3), dtype=np.uint8)
            pixels = blocks.repeat(grain, axis=0).repeat(grain, axis=1)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return ImageSet.from_folder(folder)


@pytest.fixture
def labels(textures: ImageSet) -> list[str]:
    return textures.manifest["group"].to_list()


@pytest.fixture(scope="session")
def tiny() -> Callable[..., TrainingOptions]:
    """Options of a training of seconds: random weights at 32 px, few views, and what else is asked for."""
    views = {"versions": 1, "views_per_version": 2, "judged_grids": (1,)}
    settings = {"weights": "random", "side": 32, "views": views, "epochs": 1, "batch_size": 16}
    return lambda **changes: TrainingOptions.model_validate(settings | changes)


@pytest.fixture(scope="session")
def paintings(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("paintings_train")
