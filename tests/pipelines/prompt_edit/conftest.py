"""A project folder with a tiny model and a few edits of every kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from likeness.datasets import BaseModel
from likeness.diffusion.model import DiffusionModel, open_model

from ..conftest import Project

MAN = "a photo of a young man in his twenties"

EDITS: list[dict[str, Any]] = [
    {
        "prompt": MAN,
        "edits": [
            {"name": "woman", "edit": MAN.replace("man", "woman"), "sweep_weights": {"woman": [0, 2]}},
            {"name": "forest", "edit": MAN + ", in a forest", "sweep_schedules": True},
            {"name": "less young", "weights": {"young": -1}, "blend": True, "asks": {"sex": "woman"}},
        ],
    },
    {"prompt": "a portrait of an old man", "seeds": [7], "edit": "a portrait of an old woman, smiling"},
    {"photo": "photo.png", "prompt": "a portrait of a man", "edit": "a portrait of a woman", "name": "photo"},
]

TINY = {
    "prompt_edit": {
        "sampling": {"seeds": [0, 1], "steps": 2, "batch_size": 8},
        "sweeps": {"shares": [0.0, 1.0]},
        "scoring": {"ssim": {"size": 64}, "bootstrap_samples": 50, "mask_threshold": 0.9, "read": False},
    }
}


class EditProject(Project):
    """A project folder with edits and a photograph."""

    pipeline = "prompt_edit"
    entries = EDITS

    def __init__(self, folder: Path, base_model: Path) -> None:
        self.edits = folder / "edits.yml"
        super().__init__(folder, base_model, TINY | {"edits": str(self.edits)})
        noise = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((96, 72), Image.Resampling.BICUBIC).save(folder / "photo.png")
        self.write(EDITS)

    def write(self, edits: object) -> None:
        """Replace the edits; photographs are named by their place in this folder."""
        text = yaml.safe_dump(edits, allow_unicode=True, sort_keys=False)
        self.edits.write_text(text.replace("photo: photo.png", f"photo: {self.folder / 'photo.png'}"), encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_diffusion_model(tiny_model: Path) -> DiffusionModel:
    """The tiny model, opened."""
    return open_model(BaseModel(str(tiny_model)), device="cpu")


@pytest.fixture(scope="session")
def tiny_xl_diffusion_model(tiny_xl_model: Path) -> DiffusionModel:
    """The tiny SDXL, opened."""
    return open_model(BaseModel(str(tiny_xl_model)), device="cpu")


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Callable[..., EditProject]:
    """Make a project folder, with the tiny model or another one."""
    return lambda base_model=tiny_model: EditProject(tmp_path_factory.mktemp("project"), base_model)
