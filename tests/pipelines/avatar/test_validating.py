import numpy as np
import pandas as pd
import pytest

from likeness.datasets import BaseModel
from likeness.pipelines.avatar import validating
from likeness.pipelines.avatar.ages import APPARENT
from likeness.pipelines.avatar.options import AgeOptions, AgePrompt, PortraitOptions, SitterOptions, ValidationOptions
from likeness.pipelines.avatar.prompts import validation_requests
from likeness.pipelines.avatar.validating import COLUMNS, PortraitJudge, portrait_validation, reference_for
from likeness.pipelines.avatar.verifier import Verifier

VERIFIER = Verifier("Dlib", "dlib", 25, True, "euclidean", 0.5, 0.4)
AGES = (AgePrompt(label="child", years=5, prompt="a child"), AgePrompt(label="adult", years=40, prompt="a man"))
PORTRAITS = PortraitOptions(ages=AGES, template="a photo of {model} as {age_prompt}", steps=1)
OPTIONS = ValidationOptions(every_steps=2, pictures=4, patience=3)
REQUESTS = validation_requests(SitterOptions(), PORTRAITS, OPTIONS)


def faces(files, values):
    """One face a file, embedded as two numbers; NaN: no face."""
    rows = [
        (file, "Dlib", -1 if np.isnan(value) else 0, np.array([value, 0.0]))
        for file, value in zip(files, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["file", "recogniser", "face", "embedding"])


REFERENCE = faces([f"photo_{index}" for index in range(8)], [0.0] * 4 + [1.0] * 4)


def test_the_reference_is_what_a_model_was_not_trained_on_unless_that_is_too_few():
    rest, trained_on = reference_for(REFERENCE, ["photo_0", "photo_1", "elsewhere"])
    assert rest["file"].tolist() == [f"photo_{index}" for index in range(2, 8)]
    assert not trained_on
    everything, trained_on = reference_for(REFERENCE, [f"photo_{index}" for index in range(4)])
    assert len(everything) == 8
    assert trained_on


@pytest.fixture
def judge(tiny_model, tmp_path, monkeypatch):
    """A judge of four portraits: two like the first photographs, one like none, one without a face."""

    def make(probe, looks=(5.0, 40.0, 6.0, 80.0)):
        monkeypatch.setattr(
            validating, "find_faces", lambda pictures, *_, **__: faces(pictures.manifest["file"], [0.1, 0.1, 9, np.nan])
        )
        read = validating.read_ages
        monkeypatch.setattr(
            validating,
            "read_ages",
            lambda *given: read(*given[:3], None).assign(**{APPARENT: list(looks) if given[3] else np.nan}),
        )
        return PortraitJudge(
            BaseModel(str(tiny_model)), "all_01", REQUESTS, PORTRAITS, REFERENCE, False, VERIFIER, AgeOptions(), probe,
            False, str(tmp_path / "work"),
        )  # fmt: skip

    return make


def test_a_checkpoint_is_scored_as_a_model_is(judge, tmp_path):
    # As no part of the model differs, the folder may be empty.
    (tmp_path / "checkpoint").mkdir()
    assert REQUESTS["years"].tolist() == [5, 5, 40, 40]
    row = judge("a probe")(2, tmp_path / "checkpoint")
    assert list(row) == list(COLUMNS[1 : COLUMNS.index("score") + 1])
    assert (row["pictures"], row["reference_photos"]) == (4, 8)
    assert row["face_found"] == 3 / 4
    assert row["verified"] == 2 * 4 / (4 * 8)
    assert row["at_age"] == 1 / 4  # asked 5 looks 40, asked 40 looks 6 and 80
    assert row["verified_at_age"] == row["score"] == 4 / (4 * 8)
    assert row["age_error_years"] == (0 + 35 + 34 + 40) / 4


def test_without_a_probe_identity_alone_decides(judge, tmp_path):
    (tmp_path / "checkpoint").mkdir()
    row = judge(None)(2, tmp_path / "checkpoint")
    assert row["score"] == row["verified"] == 1 / 4
    assert np.isnan([row["at_age"], row["verified_at_age"], row["age_error_years"]]).all()


def test_what_the_scores_depend_on_is_in_the_key(tiny_model, tiny_probe, tmp_path):
    def validation(options=OPTIONS, reference=REFERENCE, ages=None, probe=tiny_probe):
        return portrait_validation(
            options, REQUESTS, PORTRAITS, reference, [], VERIFIER, ages or AgeOptions(), probe,
            base_model=BaseModel(str(tiny_model)), subset="all_01", allow_download=False, work_folder=str(tmp_path),
        )  # fmt: skip

    first = validation()
    assert (first.every_steps, first.patience) == (2, 3)
    assert validation().digest == first.digest
    assert validation(reference=REFERENCE.head(6)).digest != first.digest
    assert validation(ages=AgeOptions(tolerance_years=1)).digest != first.digest
    assert validation(OPTIONS.model_copy(update={"every_steps": 3})).digest != first.digest
    assert validation(ages=AgeOptions(read=False), probe=tmp_path / "nowhere").digest != first.digest
    assert validation(ValidationOptions()) is None
