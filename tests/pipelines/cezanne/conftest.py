"""Project folders with paintings of a few textures, a tiny model and networks of random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from likeness.datasets import ImageSet

from ..conftest import Project

DRAWING = {"steps": 1, "batch_size": 4}
VIEWS = {"versions": 2, "views_per_version": 1, "judged_grids": [1], "flip": False}
TINY = {
    "cezanne": {
        "generated": {
            **DRAWING,
            "classes": [
                {"label": "2", "name": "guided", "guidance_scales": [8], "pictures": 5},
                {"label": "3", "name": "unguided", "guidance_scales": [0, 1], "pictures": 5},
            ],
            "prompts": ["a photo", "a portrait"],
        },
        "cleaning": {"size": 64, "near_duplicate_bits": 0, "near_duplicate_part_bits": None},
        "inversion": {
            "vectors": 2,
            "initialiser": None,
            "steps": 2,
            "batch_size": 2,
            "checkpoint_every": 1,
            "validation_samples": 2,
            "templates": ["a photo of {}"],
        },
        "pictures": {
            **DRAWING,
            "pictures": 2,
            "prompts": [{"name": "TISD1", "prompt": "a photo, {style}"}, {"name": "TISD2", "prompt": "{style}"}],
            "control_word": "old",
        },
        "classifiers": {"training": {"weights": "random", "side": 32, "views": VIEWS, "epochs": 0}},
    }
}


def save_textures(folder: Path, grain: int, count: int, seed: int) -> None:
    """Noise in blocks of so many pixels, 64 px a side, different in every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        blocks = generator.integers(0, 256, (64 // grain, 64 // grain, 3), dtype=np.uint8)
        Image.fromarray(blocks.repeat(grain, 0).repeat(grain, 1)).save(folder / f"{number:02d}.png")


def save_classes(folder: Path, count: int = 6, seed: int = 0) -> Path:
    """Class folders 0, 1 and 4, of coarse, middle and fine grain."""
    for place, (label, grain) in enumerate({"0": 16, "1": 4, "4": 1}.items()):
        save_textures(folder / label, grain, count, 10 * seed + place)
    return folder


class CezanneProject(Project):
    """A project folder with paintings."""

    pipeline = "cezanne"

    def __init__(self, folder: Path, base_model: Path) -> None:
        super().__init__(folder, base_model, TINY)
        self.paintings = save_classes(folder / "own")
        self.parameters["paintings"] = str(self.paintings)

    def study(self, **changes: Any) -> None:
        """Judge pictures as in a study of one's own, to which no paintings are given."""
        with pytest.MonkeyPatch.context() as patch:
            patch.delitem(self.parameters, "paintings")
            self.run(changes, env="study", tags=["judge"])


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Callable[..., CezanneProject]:
    """Make a project folder, for the tiny model or another."""
    return lambda model=tiny_model: CezanneProject(tmp_path_factory.mktemp("project"), model)


@pytest.fixture
def textures(tmp_path: Path) -> ImageSet:
    """Six pictures of each of the classes 0, 1 and 4."""
    return ImageSet.from_folder(save_classes(tmp_path / "textures"))
