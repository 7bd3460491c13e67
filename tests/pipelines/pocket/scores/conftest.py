"""Held-out pictures whose brightness is an age, and a real, tiny probe that has learned to read it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from likeness.datasets import WorkFolder
from likeness.metrics.probe import Probe, read
from likeness.pipelines.pocket.options import ProbeOptions
from likeness.pipelines.pocket.probe import train_probe
from likeness.pipelines.pocket.scores.held_out import HeldOut, groups_of

SIZE = 16
TINTS = {"red": (60, 0, 0), "blue": (0, 0, 60)}


def grey(ages: np.ndarray, tints: list[str]) -> np.ndarray:
    """Flat pictures, the brighter the older, with a tint."""
    colours = 2 * ages[:, None] + np.array([TINTS[tint] for tint in tints])
    return np.tile(colours[:, None, None].round().astype(np.uint8), (1, SIZE, SIZE, 1))


def tinted(count: int, seed: int) -> tuple[np.ndarray, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    ages, tints = draw.uniform(0, 90, count), draw.choice(list(TINTS), count).tolist()
    table = pd.DataFrame({"age_years": ages, "tint": tints, "world": ["portrait", "landscape"] * (count // 2)})
    return grey(ages, tints), table


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Probe:
    pictures, table = tinted(300, seed=0)
    options = ProbeOptions.model_validate(
        {
            **{"steps": 200, "batch_size": 32, "learning_rate": 5e-3, "warmup_steps": 5, "ema_decay": 0.9},
            **{"size": SIZE, "channels": (16, 16), "blocks": (1, 1), "unread": ("world",)},
        }
    )
    work = WorkFolder(Path(tmp_path_factory.mktemp("probe")), "probe", "key")
    trained, _ = train_probe(torch.from_numpy(pictures), table, options, work, device="cpu")
    return trained


@pytest.fixture(scope="session")
def held_out(probe: Probe) -> HeldOut:
    pictures, table = tinted(40, seed=1)
    return HeldOut(pictures, table, read(probe, pictures), groups_of(table))
