import sys
from pathlib import Path

import pytest

STAND_IN = '''
"""A renderer for tests: a ball on a ground, deterministic by (seed, index)."""
from types import SimpleNamespace

import numpy as np
import pandas as pd

COLOURS = {"red": (200, 60, 50), "green": (60, 170, 70), "blue": (60, 80, 200)}


def draw_ball(index, seed):
    draw = np.random.default_rng([seed, index])
    return draw.choice(list(COLOURS)), draw.uniform(0.3, 0.6)


def render_batch(indices, *, seed, size=256):
    pictures, captions, rows = [], [], []
    down, across = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    for index in indices:
        colour, radius = draw_ball(index, seed)
        inside = (across**2 + down**2 < radius**2)[..., None]
        pictures.append(np.where(inside, COLOURS[colour], 40).astype(np.uint8))
        captions.append([f"a photo of a {colour} ball", f"a {colour} ball"])
        rows.append({"index": index, "colour": colour, "radius": radius})
    return np.stack(pictures), captions, pd.DataFrame(rows)


def evaluation_captions(indices, *, seed):
    texts = [f"a photo of a {draw_ball(index, seed)[0]} ball" for index in indices]
    return [SimpleNamespace(text=text, said=("colour",)) for text in texts]
'''


@pytest.fixture
def renderer_folder(tmp_path: Path) -> Path:
    """A folder with the module `stand_in_renderer`."""
    folder = tmp_path / "renderers"
    folder.mkdir()
    (folder / "stand_in_renderer.py").write_text(STAND_IN)
    return folder


@pytest.fixture
def stand_in(renderer_folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a renderer that the test's own process can import."""
    monkeypatch.syspath_prepend(renderer_folder)
    monkeypatch.delitem(sys.modules, "stand_in_renderer", raising=False)
    return "stand_in_renderer:render_batch"


@pytest.fixture
def captions(stand_in: str) -> str:
    """Name of what captions the stand-in's pictures."""
    return stand_in.replace("render_batch", "evaluation_captions")
