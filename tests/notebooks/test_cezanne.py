import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from PIL import Image

from likeness.cleaning import CleaningOptions, class_balance, clean
from likeness.datasets import ImageSet, save_picture
from likeness.pipelines.cezanne.sheets import draw_inversion
from likeness.pipelines.cezanne.verdicts import compare_judges, known_scores, network_scores, style_gain, verdict_tables

from .conftest import empty_project, shown

JUDGE = "efficientnet_lite0"
OPTIONS = CleaningOptions(size=32, near_duplicate_bits=0, near_duplicate_part_bits=None, folds=None)


def judgements(files, **columns):
    shares = np.random.default_rng(0).dirichlet((1, 1), len(files))
    return pd.DataFrame({"file": files, "p_0": shares[:, 0], "p_1": shares[:, 1], **columns})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder with two classes and two judged sets, or one that a run has filled (LIKENESS_PROJECT)."""
    if filled := os.environ.get("LIKENESS_PROJECT"):
        return Path(filled)
    folder = empty_project(tmp_path_factory.mktemp("project"))
    generator, rows = np.random.default_rng(0), []
    for place in range(8):
        made_by = {"prompt": "a painting", "seed": place // 2, "steps": 2, "model": "pocket"}
        pixels = generator.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        save_picture(folder / "made" / str(place % 2) / f"{place}.png", Image.fromarray(pixels), made_by)
        variant = ("learned", "control")[place % 2]
        group = {"set": f"TISD1{'_control' * (place % 2)}", "prompt_name": "TISD1", "variant": variant, "step": 1}
        rows.append({"file": f"{place % 2}/{place}.png", **made_by, **group})
    paintings = ImageSet.from_folder(folder / "made", pd.DataFrame(rows).sort_values("file"))
    cleaned, report = clean(paintings, OPTIONS, str(folder / "work"))
    files, classes = cleaned.manifest["file"].tolist(), cleaned.manifest["class"].tolist()
    seen = judgements(files, **{"class": classes}, change="as_they_are", measured_on="validation")
    judged = {JUDGE: judgements(files, set=cleaned.manifest["set"])}
    verdicts, _ = verdict_tables(judged, {JUDGE: seen}, 0.5)
    confusion, scores = network_scores(seen)
    losses = pd.DataFrame({"step": [1], "loss": [0.5]})
    validation = pd.DataFrame({"step": [0, 1], "validation_loss": [0.6, 0.5], "kept": [False, True]})
    catalog = KedroSession.create(folder).load_context().catalog
    saved = {
        "paintings": paintings,
        "clean_paintings": cleaned,
        "cleaning_report": report,
        "class_balance": class_balance(report),
        "inversion_paintings": paintings,
        "inversion_validation": validation,
        "inversion_sheet": draw_inversion(paintings.select(files[:1]), losses, validation),
        "classifier_scores": compare_judges({JUDGE: seen}),
        f"{JUDGE}.confusion": confusion,
        f"{JUDGE}.class_scores": scores,
        "style_verdicts": verdicts,
        "study_verdicts": pd.DataFrame({"backbone": [JUDGE], "TISD1": ["0:4"]}),
        "style_gain": style_gain(judged, cleaned.manifest, "0", 0.5),
        "judged_scores": known_scores(judged)[1],
    }
    for name, data in saved.items():
        catalog.save(name, data)
    return folder


@pytest.mark.slow
def test_it_shows_classes_scores_and_verdicts(outputs):
    tables = " ".join(shown(outputs, "text/html"))
    assert all(words in tables for words in ("set_aside", "calibration_error", "recall", "TISD1_control", "difference"))
    assert len(shown(outputs, "image/png")) >= 3


@pytest.mark.slow
def test_it_shows_how_a_picture_was_made(outputs):
    assert "Seed: 0" in " ".join(shown(outputs, "text/markdown"))
