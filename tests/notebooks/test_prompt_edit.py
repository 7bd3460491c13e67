import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from PIL import Image

from likeness.datasets import ImageSet, save_picture
from likeness.pipelines.prompt_edit.comparison import MEASURES, compare_variants
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions, ScoringOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.sheets import draw_edits
from likeness.pipelines.prompt_edit.wanted import edits_wanted

from .conftest import empty_project, shown

ENTRIES = [{"prompt": "a red car", "seeds": [3, 4], "edits": ["a blue car", "a red car in winter"]}]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with two edits of one source, or one that a run has filled (LIKENESS_PROJECT)."""
    if filled := os.environ.get("LIKENESS_PROJECT"):
        return Path(filled)
    folder = empty_project(tmp_path_factory.mktemp("project"))
    plan, aside = plan_edits(ENTRIES, 64, SamplingOptions(), ControlOptions(), lambda source, edit: None)
    rows, scores = [], []
    for request in edits_wanted(plan):
        for wanted in request.pictures:
            about = {**wanted.columns, "model": "pocket", "steps": 2}
            picture = Image.new("RGB", (64, 64), (20 * len(rows), 90, 120))
            save_picture(folder / "made" / f"{len(rows)}.png", picture, about)
            if wanted.columns["edit"]:
                scores.append({**about, **dict.fromkeys(MEASURES, np.nan), "ssim": 1 - len(scores) / 20})
            rows.append({"file": f"{len(rows)}.png", "sha256": "", "width": 64, "height": 64, **about})
    pictures = ImageSet(str(folder / "made"), pd.DataFrame(rows))
    table = pd.DataFrame(scores)
    catalog = KedroSession.create(folder).load_context().catalog
    catalog.save("edit_plan", plan.model_dump(mode="json"))
    catalog.save("edits_set_aside", aside)
    catalog.save("edited_images", pictures)
    catalog.save("edit_scores", table)
    catalog.save("edit_comparison", compare_variants(table, ScoringOptions(bootstrap_samples=50)))
    none = pictures.select([])
    catalog.save("photo_edit_sheet", draw_edits(plan.part(photos=True), none, none, none, table))
    return folder


@pytest.mark.slow
def test_it_shows_edits_scores_and_pictures(outputs):
    tables = " ".join(shown(outputs, "text/html"))
    assert all(words in tables for words in ("red → blue", "controlled_low", "ssim"))
    assert len(shown(outputs, "image/png")) >= 4


@pytest.mark.slow
def test_it_shows_how_a_picture_was_made(outputs):
    texts = " ".join(shown(outputs, "text/markdown"))
    assert "Seed: 3" in texts
    assert '"variant": "controlled"' in texts
