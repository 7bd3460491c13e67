import cv2
import numpy as np
import pandas as pd
import pytest
from skimage import data

from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.faces import face_distance_scores, face_found_scores
from likeness.pipelines.pocket.scores.held_out import HeldOut, groups_of
from likeness.pipelines.pocket.scores.obedience import Prompts

OPTIONS = ReportOptions(resamples=20)


@pytest.fixture(scope="module", autouse=True)
def deepface_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("deepface_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPFACE_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def astronaut():
    """Head and shoulders of Eileen Collins, 256 px (NASA, public domain, comes with scikit-image)."""
    return cv2.resize(data.astronaut()[:300, 80:380], (256, 256), interpolation=cv2.INTER_AREA)


def held_out(pictures, **columns):
    shown = pd.DataFrame({"world": ["portrait"] * len(pictures), **columns})
    return HeldOut(np.stack(pictures), shown, shown, groups_of(shown))


def test_a_blurred_face_moves_a_little_and_no_face_counts_for_nothing(astronaut):
    blurred, nothing = cv2.GaussianBlur(astronaut, (0, 0), 1.5), np.zeros_like(astronaut)
    before = held_out([astronaut, astronaut, astronaut], world=["portrait", "portrait", "landscape"])
    (row,) = face_distance_scores(before, np.stack([blurred, nothing, astronaut]), OPTIONS)
    assert (row.measure, row.group, row.count) == ("round_trip_face_distance_share", "portraits", 1)
    assert 0 < row.value < 0.8
    (same,) = face_distance_scores(before, before.pictures, OPTIONS)
    assert (same.value, same.count) == (0, 2)


def test_a_face_is_compared_with_itself_not_with_the_most_similar(astronaut):
    turned = np.clip(0.5 * astronaut[:, ::-1], 0, 255).astype(np.uint8)
    before = [astronaut, turned]
    # The first face has become the second picture, and the other way round.
    (row,) = face_distance_scores(held_out(before), np.stack([turned, astronaut]), OPTIONS)
    assert row.count == 2
    assert row.value > 0.1


def test_faces_are_found_where_they_are(astronaut):
    nothing = np.zeros_like(astronaut)
    ages = [1.0, 1.0, 70.0, 70.0, 30.0, 30.0]
    pictures = held_out([astronaut] * 6, age_years=ages, world=["portrait"] * 5 + ["landscape"])
    # The second baby is not called one.
    said = [frozenset({"age_years"}), frozenset(), *[frozenset({"age_years"})] * 4]
    prompts = Prompts([""] * 6, said, pictures.shown)
    drawn = np.stack([nothing, astronaut, astronaut, nothing, astronaut, nothing])
    rows = {(r.measure, r.group): (r.value, r.count) for r in face_found_scores(prompts, drawn, pictures, OPTIONS)}
    assert rows["face_found", "portraits"] == (pytest.approx(3 / 5), 5)
    assert rows["face_found", "babies"] == (0, 1)
    assert rows["face_found", "elderly"] == (0.5, 2)
    assert rows["face_found", "others"] == (1, 2)
    assert rows["face_found_of_synthetic", "portraits"] == (1, 5)


def test_without_portraits_there_is_nothing_to_count():
    pictures = held_out([np.zeros((16, 16, 3), np.uint8)] * 2, world=["landscape"] * 2)
    (distance,) = face_distance_scores(pictures, pictures.pictures, OPTIONS)
    assert distance.count == 0
    prompts = Prompts([""] * 2, [frozenset()] * 2, pictures.shown)
    assert {row.count for row in face_found_scores(prompts, pictures.pictures, pictures, OPTIONS)} == {0}
