"""What the base model's safety checker takes for unsafe: black, counted, and without scores."""

import json
import logging

import numpy as np
import pytest
from PIL import Image

from likeness.datasets import BaseModel
from likeness.diffusion.model import ModelError
from likeness.diffusion.safety import open_safety_checker
from likeness.metrics.ssim import SsimOptions
from likeness.pipelines.prompt_edit import drawing
from likeness.pipelines.prompt_edit.drawing import Studio
from likeness.pipelines.prompt_edit.options import ControlOptions, PhotoOptions, SamplingOptions, SweepOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.sweeping import score_sweeps
from likeness.pipelines.prompt_edit.wanted import edits_wanted, sweeps_wanted

UNCHECKED = SamplingOptions(steps=2, batch_size=8, seeds=(0, 1))
CHECKED = UNCHECKED.model_copy(update={"safety_checker": True})


@pytest.fixture
def plan(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    entries = [
        {"prompt": "a young man", "edit": "a young woman", "sweep_weights": {"woman": [0, 2]}},
        {"photo": str(tmp_path / "photo.png"), "prompt": "a man", "edit": "a woman"},
    ]
    return plan_edits(entries, 64, UNCHECKED, ControlOptions(), lambda source, edit: None)[0]


@pytest.fixture
def studio(tmp_path):
    return lambda model, sampling: Studio(BaseModel(str(model)), 64, sampling, PhotoOptions(), str(tmp_path / "work"))


def by_kind(images):
    """Rows of the manifest with their pictures, by what they are of."""
    columns = ["source", "seed", "variant", "edit"]
    return {tuple(row[column] for column in columns): (row, images.open(row["file"])) for row, _ in images}


def test_only_flagged_pictures_are_black_and_all_others_as_without_a_checker(plan, studio, checked_model, caplog):
    checker = open_safety_checker(BaseModel(str(checked_model(0.0))))
    plain = by_kind(studio(checked_model(0.0), UNCHECKED).draw(edits_wanted(plan))[0])
    assert not any("withheld" in row for row, _ in plain.values())

    def flagged(threshold):
        checker.network.concept_embeds_weights.data.fill_(threshold)
        return {kind for kind, (_, picture) in plain.items() if "photo" not in kind and checker.flags(picture)}

    threshold = next(value for value in np.arange(1, -1, -0.002) if len(flagged(value)) >= 3)
    expected = flagged(threshold)
    assert len(expected) < len(plain) - 1
    made, attention = studio(checked_model(threshold), CHECKED).draw(edits_wanted(plan))
    assert {kind for kind, (row, _) in by_kind(made).items() if row["withheld"]} == expected
    for kind, (row, picture) in by_kind(made).items():
        with Image.open(f"{made.root}/{row['file']}") as image:
            # Nobody looks at a person's own photograph.
            assert json.loads(image.info["likeness"]).get("withheld") == (None if "photo" in kind else kind in expected)
        wanted = Image.new("RGB", (64, 64)) if kind in expected else plain[kind][1]
        assert picture.tobytes() == wanted.tobytes()
    assert f"the safety checker withheld {len(expected)} of {len(plain) - 1} pictures" in caplog.text
    assert "withheld" not in attention.manifest


def test_the_option_is_part_of_what_a_picture_is_made_from(plan, studio, checked_model, monkeypatch):
    folder, opened = checked_model(-2.0), []
    for name in ("open_model", "open_safety_checker"):
        real = getattr(drawing, name)
        monkeypatch.setattr(drawing, name, lambda *given, n=name, r=real: opened.append(n) or r(*given))
    plain = studio(folder, UNCHECKED).draw(edits_wanted(plan))
    assert opened == ["open_model"]
    made = studio(folder, CHECKED).draw(edits_wanted(plan))
    assert opened == ["open_model", "open_safety_checker", "open_model"]
    assert not set(made[0].manifest["file"]) & set(plain[0].manifest["file"])
    assert made[1].manifest.equals(plain[1].manifest)
    again = studio(folder, CHECKED).draw(edits_wanted(plan))
    assert len(opened) == 3
    assert again[0].manifest.equals(made[0].manifest)
    # All but the photograph itself, its reconstruction too.
    assert set(made[0].manifest.loc[~made[0].manifest["withheld"], "variant"]) == {"photo"}


def test_a_model_without_one_is_refused_before_anything_is_drawn(plan, studio, tiny_model, tmp_path):
    with pytest.raises(ModelError, match="Set safety_checker to false"):
        studio(tiny_model, CHECKED).draw(edits_wanted(plan))
    assert not list((tmp_path / "work").rglob("*.png"))


def test_sweeps_of_what_was_withheld_have_no_score(plan, studio, checked_model):
    images, _ = studio(checked_model(-2.0), CHECKED).draw(sweeps_wanted(plan, SweepOptions()))
    scores = score_sweeps(images, SsimOptions(size=64))
    assert len(scores) == 2
    assert scores["ssim"].isna().all()


@pytest.mark.slow
def test_a_run_in_which_everything_is_withheld_ends_with_its_reports(new_project, checked_model, tiny_model, caplog):
    project = new_project(checked_model(-2.0))
    checked = {"prompt_edit": {"sampling": {"safety_checker": True}}}
    with caplog.at_level(logging.WARNING):
        project.run(checked)
    manifest = project.manifest("edited_images")
    assert manifest["withheld"].eq(manifest["variant"] != "photo").all()
    assert f"withheld {len(manifest) - 1} of {len(manifest) - 1} pictures" in caplog.text
    scores = project.table("edit_scores")
    assert len(scores) == len(manifest[manifest["edit"] != ""])
    assert scores[["ssim", "psnr", "background_ssim", "structure_distance", "photo_psnr"]].isna().all(axis=None)
    assert project.newest("edit_comparison.csv").read_text().count("\n") == 1
    assert project.table("edit_sweep_scores")["ssim"].isna().all()
    for name in ("edit_sheet", "photo_edit_sheet", "edit_sweep_sheet"):
        with Image.open(project.newest(f"{name}.png")) as sheet:
            assert sheet.width > 800
    with pytest.raises(ModelError, match="Set safety_checker to false"):
        project.run(checked | {"base_model": str(tiny_model)}, to_nodes=["plan_prompt_edits"])
