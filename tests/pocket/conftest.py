import sys
from pathlib import Path
from textwrap import dedent

import pytest

STAND_IN = dedent(
    '''
    """A renderer for tests: an oval on a ground, deterministic by (seed, index)."""
    import numpy as np
    import pandas as pd

    COLOURS = {"red": (200, 60, 50), "green": (60, 170, 70), "blue": (60, 80, 200)}
    GROUNDS = {"dark": 40, "bright": 220}

    def render_batch(indices, *, seed, size=256):
        pictures, captions, rows = [], [], []
        down, across = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
        for index in indices:
            draw = np.random.default_rng([seed, index])
            colour, ground = draw.choice(list(COLOURS)), draw.choice(list(GROUNDS))
            x, y, radius = *draw.uniform(-0.3, 0.3, 2), draw.uniform(0.3, 0.6)
            inside = ((across - x) ** 2 + (down - y) ** 2 < radius**2)[..., None]
            pictures.append(np.where(inside, COLOURS[colour], GROUNDS[ground]).astype(np.uint8))
            captions.append([f"a {colour} ball on a {ground} ground", f"{ground} ground, {colour} ball"])
            rows.append({"index": index, "colour": colour, "radius": radius})
        return np.stack(pictures), captions, pd.DataFrame(rows)
    '''
)


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a renderer that processes of the test can import."""
    folder = tmp_path / "renderers"
    folder.mkdir()
    (folder / "stand_in_renderer.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "stand_in_renderer", raising=False)
    return "stand_in_renderer:render_batch"
