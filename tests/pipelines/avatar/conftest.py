"""A sitter made up for the sheets (coloured pictures, random numbers), and tiny projects to run."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from PIL import Image

from likeness.datasets import ImageSet
from likeness.metrics.attributes import Attribute
from likeness.metrics.probe import Probe, ProbeDesign, save_probe
from likeness.pipelines.avatar.ages import APPARENT, read_ages
from likeness.pipelines.avatar.leaderboard import BASE_MODEL, CONTROLS, HELD_OUT, MODELS, leaderboard
from likeness.pipelines.avatar.options import AgeOptions, VerificationOptions
from likeness.pipelines.avatar.scores import score_pairs
from likeness.pipelines.avatar.subsets import SUBSETS

from ...conftest import PROJECT
from ..conftest import Project

SAMPLE = PROJECT / "data" / "01_raw"

TINY = {
    "avatar": {
        "verification": {"recognisers": ["Dlib"], "bootstrap_samples": 50, "ssim": {"size": 32}},
        "class_pictures": {"steps": 1, "batch_size": 2},
        "fine_tuning": {"steps": 2, "batch_size": 2, "class_pictures": 2, "checkpoint_every": 1},
        "portraits": {
            "ages": [
                {"label": "child", "years": 5, "prompt": "a child"},
                {"label": "adult", "years": 40, "prompt": "a man in his forties"},
            ],
            "template": "a photo of {model} as {age_prompt}",
            "pictures_per_age": 2,
            "steps": 2,
            "batch_size": 2,
        },
    }
}


def save_pictures(folder: Path, count: int, seed: int, size: int = 32) -> ImageSet:
    """Blurred noise, different in every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for index in range(count):
        noise = generator.integers(0, 255, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((size, size), Image.Resampling.BICUBIC).save(folder / f"{index:03d}.png")
    return ImageSet.from_folder(folder)


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., ImageSet]:
    """Make an image set of so many pictures, by name."""
    return lambda name, count, seed=0, size=32: save_pictures(tmp_path / name, count, seed, size)


@pytest.fixture
def made(pictures: Callable[..., ImageSet]) -> dict[str, object]:
    """Portraits, scores and ages of every model, at ten ages, two pictures each."""
    generator = np.random.default_rng(0)
    result: dict[str, object] = {}
    photos = [f"photo_{index}" for index in range(5)]
    for place, model in enumerate(MODELS):
        portraits = pictures(model, 20, seed=place)
        portraits.manifest["age"] = [index // 2 for index in range(20)]
        portraits.manifest["years"] = [10.0 * (index // 2) for index in range(20)]
        files = portraits.manifest["file"].tolist()
        ages = portraits.manifest.set_index("file")["age"]

        def matrix(columns: list[str], files: list[str] = files) -> pd.DataFrame:
            return pd.DataFrame(generator.random((len(files), len(columns))), index=files, columns=columns)

        scores = [score_pairs(model, "reference", threshold=0.2 + 0.1 * place, distances=matrix(photos), ages=ages)]
        relation = "sitter" if model in CONTROLS else "training_generated"
        scores.append(score_pairs(model, relation, threshold=0.5, ssim=matrix(photos), ages=ages))
        if model not in CONTROLS:
            scores.append(score_pairs(model, "generated", threshold=0.5, distances=matrix(files), ssim=matrix(files)))
            training = matrix(photos).head(5).set_axis(photos, axis=0)
            scores.append(score_pairs(model, "training", threshold=0.5, distances=training, ssim=training))
        looks = (portraits.manifest["years"] + generator.normal(0, 2 + place, 20)).clip(lower=0)
        result |= {f"{model}_portraits": portraits, f"{model}_scores": pd.concat(scores, ignore_index=True)}
        result[f"{model}_ages"] = read_ages(model, portraits, "years", None).assign(**{APPARENT: looks})
    return result


@pytest.fixture
def board(made: dict[str, object]) -> pd.DataFrame:
    """The leaderboard of what was made."""
    scores, ages = ({model: made[f"{model}_{what}"] for model in MODELS} for what in ("scores", "ages"))
    options = VerificationOptions(bootstrap_samples=50)
    return leaderboard(scores, ages, dict.fromkeys(SUBSETS, 5), options, AgeOptions())


@pytest.fixture
def portrait_comparison() -> pd.DataFrame:
    """Every model against every other."""
    names = [*SUBSETS, BASE_MODEL, HELD_OUT]
    rows = [
        {"model_a": a, "model_b": b, "pairs": 9, "verified": abs(i - j) / 9, "ssim": 1 / (1 + abs(i - j))}
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    ]
    return pd.DataFrame(rows)


def copy_photos(source: Path, target: Path, per_group: int, faceless: int = 0) -> None:
    """Copy the first photographs of every age group, and some in which no face can be found, with their manifest."""
    table = pd.read_csv(source / "manifest.csv")
    easy, hard = table[table["hard"].isna()], table[table["hard"] == "back of the head"]
    chosen = pd.concat([easy.groupby("group").head(per_group), hard.head(faceless)])
    for file in chosen["file"]:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / file, target / file)
    chosen.to_csv(target / "manifest.csv", index=False)


class AvatarProject(Project):
    """A project folder with nine photographs of the sample's sitter and a tiny model."""

    pipeline = "avatar"

    def __init__(self, folder: Path, base_model: Path, probe: Path) -> None:
        super().__init__(folder, base_model, TINY | {"probe": str(probe)})
        self.raw = folder / "data" / "01_raw"
        copy_photos(SAMPLE / "sitter_photos", self.raw / "sitter_photos", per_group=4, faceless=1)
        copy_photos(SAMPLE / "held_out_photos", self.raw / "held_out_photos", per_group=2)
        copy_photos(SAMPLE / "impostor_photos", self.raw / "impostor_photos", per_group=3)

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start `kedro run` as a person does; whatever is left of it in the end is killed."""
        config = self.folder / "tiny.yml"
        config.write_text(yaml.safe_dump({"run": {"pipeline": "avatar", "params": self.parameters}}))
        with (
            (self.folder / "run.log").open("w") as log,
            subprocess.Popen(
                [sys.executable, "-m", "kedro", "run", "--config", str(config)],
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(PROJECT / "src"), "OMP_NUM_THREADS": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    @property
    def log(self) -> str:
        """What the last started run has written."""
        return (self.folder / "run.log").read_text()


@pytest.fixture(scope="session")
def tiny_probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a probe of random weights that reads ages from 0 to 90 years, and hair."""
    attributes = (
        Attribute(name="hair", kind="categorical", values=("brown", "grey")),
        Attribute(name="age_years", kind="number", values=(0.0, 40.0, 90.0)),
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        probe = Probe(ProbeDesign(size=16, channels=(4, 8), blocks=(1, 1), attributes=attributes))
    folder = tmp_path_factory.mktemp("probe") / "tiny_probe"
    save_probe(folder, probe)
    return folder


@pytest.fixture(scope="session")
def new_project(
    tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_probe: Path
) -> Callable[..., AvatarProject]:
    """Make a project folder, for the tiny model or another."""
    return lambda model=tiny_model: AvatarProject(tmp_path_factory.mktemp("project"), model, tiny_probe)
