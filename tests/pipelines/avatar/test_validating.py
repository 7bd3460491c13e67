import numpy as np
import pandas as pd
import pytest

from likeness.datasets import BaseModel
from likeness.pipelines.avatar import validating
from likeness.pipelines.avatar.ages import APPARENT
from likeness.pipelines.avatar.options import AgeOptions, AgePrompt, PortraitOptions, SitterOptions, ValidationOptions
from likeness.pipelines.avatar.prompts import validation_requests
from likeness.pipelines.avatar.validating import COLUMNS, PortraitJudge, reference_for
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
    reference = faces([f"photo_{index}" for index in range(12)], [0.0] * 12)
    rest, trained_on = reference_for(reference, ["photo_0", "photo_1", "elsewhere"])
    assert rest["file"].tolist() == [f"photo_{index}" for index in range(2, 12)]
    assert not trained_on
    everything, trained_on = reference_for(reference, ["photo_0", "photo_1", "photo_2"])
    assert len(everything) == 12
    assert trained_on


@pytest.fixture
def make_judge(tiny_model, tiny_probe, tmp_path):
    def make(**changes):
        given = {"reference_faces": REFERENCE, "ages": AgeOptions(), "probe": tiny_probe, **changes}
        return PortraitJudge(
            base_model=BaseModel(str(tiny_model)),
            subset="all_01",
            requests=REQUESTS,
            portraits=PORTRAITS,
            trained_on=False,
            verifier=VERIFIER,
            allow_download=False,
            work_folder=str(tmp_path / "work"),
            **given,
        )

    return make


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """One whose portraits are two like the first photographs, one like none, one without a face.

    As no part of the model differs, its folder is empty.
    """
    values, read = [0.1, 0.1, 9, np.nan], validating.read_ages
    monkeypatch.setattr(validating, "find_faces", lambda pictures, *_, **__: faces(pictures.manifest["file"], values))
    looks = [5.0, 40.0, 6.0, 80.0]
    monkeypatch.setattr(
        validating,
        "read_ages",
        lambda *given: read(*given[:3], None).assign(**{APPARENT: looks if given[3] else np.nan}),
    )
    (tmp_path / "checkpoint").mkdir()
    return tmp_path / "checkpoint"


def test_a_checkpoint_is_scored_as_a_model_is(make_judge, checkpoint):
    assert REQUESTS["years"].tolist() == [5, 5, 40, 40]
    row = make_judge()(2, checkpoint)
    assert list(row) == list(COLUMNS[1 : COLUMNS.index("score") + 1])
    assert (row["pictures"], row["reference_photos"]) == (4, 8)
    assert row["face_found"] == 3 / 4
    assert row["verified"] == 2 * 4 / (4 * 8)
    assert row["at_age"] == 1 / 4  # asked 5 looks 40, asked 40 looks 6 and 80
    assert row["verified_at_age"] == row["score"] == 4 / (4 * 8)
    assert row["age_error_years"] == (0 + 35 + 34 + 40) / 4


def test_without_a_probe_identity_alone_decides(make_judge, checkpoint):
    row = make_judge(ages=AgeOptions(read=False), probe=checkpoint / "nowhere")(2, checkpoint)
    assert row["score"] == row["verified"] == 1 / 4
    assert np.isnan([row["at_age"], row["verified_at_age"], row["age_error_years"]]).all()


def test_what_the_scores_depend_on_is_in_the_key(make_judge):
    first = make_judge().validation(OPTIONS)
    assert (first.every_steps, first.patience) == (2, 3)
    assert make_judge().validation(OPTIONS).digest == first.digest
    for changes in ({"reference_faces": REFERENCE.head(6)}, {"ages": AgeOptions(tolerance_years=1)}):
        assert make_judge(**changes).validation(OPTIONS).digest != first.digest
    assert make_judge().validation(OPTIONS.model_copy(update={"every_steps": 3})).digest != first.digest
    assert make_judge().validation(ValidationOptions()) is None
