"""A project folder with a tiny model and a few edits of every kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from PIL import Image

from likeness.datasets import BaseModel
from likeness.diffusion.model import DiffusionModel, open_model

from ...conftest import copy_project, merged

PROJECT = Path(__file__).parents[3]
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


class Project:
    """A project folder, and what was made in it."""

    entries = EDITS

    def __init__(self, folder: Path, base_model: Path) -> None:
        self.folder = folder
        self.work = folder / "data" / "00_work"
        copy_project(folder)
        noise = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((96, 72), Image.Resampling.BICUBIC).save(folder / "photo.png")
        self.edits = folder / "edits.yml"
        self.write(EDITS)
        self.parameters = TINY | {
            "base_model": str(base_model),
            "work_folder": str(self.work),
            "edits": str(self.edits),
        }

    def write(self, edits: object) -> None:
        """Replace the edits; photographs are named by their place in this folder."""
        text = yaml.safe_dump(edits, allow_unicode=True, sort_keys=False)
        self.edits.write_text(text.replace("photo: photo.png", f"photo: {self.folder / 'photo.png'}"), encoding="utf-8")

    def run(self, changes: dict[str, Any] | None = None, **arguments: Any) -> None:
        """Run in this process, with further parameters and the arguments of `KedroSession.run`."""
        bootstrap_project(self.folder)
        with KedroSession.create(self.folder, runtime_params=merged(self.parameters, changes or {})) as session:
            session.run(pipeline_names=["prompt_edit"], **arguments)

    def newest(self, name: str) -> Path:
        """The newest version of a dataset, by the name of its file or folder."""
        return max(self.folder.glob(f"data/0[2-8]*/**/{name}/*/{name}"), key=lambda path: path.parent.name)

    def table(self, name: str) -> pd.DataFrame:
        """The newest version of a table."""
        return pd.read_csv(self.newest(f"{name}.csv"))

    def manifest(self, name: str) -> pd.DataFrame:
        """The manifest of the newest version of an image set; blank cells stay blank."""
        return pd.read_csv(self.newest(name) / "manifest.csv", keep_default_na=False)

    def finished(self) -> dict[str, tuple[int, int]]:
        """Finished files of the work folder, with what changes when a file is written again: inode and time."""
        files = (path for path in self.work.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {str(path.relative_to(self.work)): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="session")
def tiny_diffusion_model(tiny_model: Path) -> DiffusionModel:
    """The tiny model, opened."""
    return open_model(BaseModel(str(tiny_model)), device="cpu")


@pytest.fixture(scope="session")
def tiny_xl_diffusion_model(tiny_xl_model: Path) -> DiffusionModel:
    """The tiny SDXL, opened."""
    return open_model(BaseModel(str(tiny_xl_model)), device="cpu")


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Callable[..., Project]:
    """Make a project folder, with the tiny model or another one."""
    return lambda base_model=tiny_model: Project(tmp_path_factory.mktemp("project"), base_model)
