import sys
from pathlib import Path

import pytest

STAND_IN = '''
"""A renderer for tests: an oval on a ground, deterministic by (seed, index)."""
import numpy as np
import pandas as pd

COLOURS = {"red": (200, 60, 50), "green": (60, 170, 70), "blue": (60, 80, 200)}


def render_batch(indices, *, seed, size=256):
    pictures, captions, rows = [], [], []
    down, across = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    for index in indices:
        draw = np.random.default_rng([seed, index])
        colour, radius = draw.choice(list(COLOURS)), draw.uniform(0.3, 0.6)
        inside = (across**2 + down**2 < radius**2)[..., None]
        pictures.append(np.where(inside, COLOURS[colour], 40).astype(np.uint8))
        captions.append([f"a photo of a {colour} ball", f"a {colour} ball"])
        rows.append({"index": index, "colour": colour, "radius": radius})
    return np.stack(pictures), captions, pd.DataFrame(rows)
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
