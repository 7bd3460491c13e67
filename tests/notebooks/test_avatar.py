import os
from pathlib import Path

import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from PIL import Image

from likeness.datasets import ImageSet, save_picture

from .conftest import empty_project, shown


LEADERBOARD = pd.DataFrame(
    {
        "model": ["child_01", "held_out_photos", "base_model"],
        "verified": [0.7, 0.8, 0.1],
        "verified_low": [0.6, 0.7, 0.0],
        "verified_high": [0.75, 0.9, 0.2],
    }
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with pictures and two leaderboards, or one that a run has filled (LIKENESS_PROJECT)."""
    if filled := os.environ.get("LIKENESS_PROJECT"):
        return Path(filled)
    folder = empty_project(tmp_path_factory.mktemp("project"))
    photos = folder / "data" / "01_raw" / "sitter_photos"
    for group, colour in (("child", "tomato"), ("adult", "teal")):
        (photos / group).mkdir(parents=True)
        Image.new("RGB", (64, 64), colour).save(photos / group / "a.png")
    for change in (0.0, 0.1):
        catalog = KedroSession.create(folder).load_context().catalog
        catalog.save("avatar_leaderboard", LEADERBOARD.assign(verified=LEADERBOARD["verified"] - change))
    made_by = {"prompt": "a photo of sks person", "seed": 7, "steps": 2, "model": "child_01"}
    save_picture(folder / "made" / "0.png", Image.new("RGB", (64, 64), "gold"), made_by)
    catalog.save("child_01.portraits", ImageSet.from_folder(folder / "made"))
    return folder


@pytest.mark.slow
def test_it_shows_the_leaderboard_and_its_picture(outputs):
    tables = " ".join(shown(outputs, "text/html"))
    assert all(model in tables for model in ("child_01", "held_out_photos", "base_model"))
    assert any("verified_low" in table for table in shown(outputs, "text/html"))
    assert len(shown(outputs, "image/png")) >= 4


@pytest.mark.slow
def test_it_shows_what_is_kept_and_how_a_portrait_was_made(outputs):
    tables, texts = " ".join(shown(outputs, "text/html")), " ".join(shown(outputs, "text/markdown"))
    assert "ImageSetDataset" in tables
    assert "Seed: " in texts
    assert "change" in tables
