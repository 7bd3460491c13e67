"""The painted classes of the sample: what is planned, and a few small paintings."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from likeness.synthetic import paintings
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.painter import LEARNED_STYLE, REPLICA_STYLE, STYLES
from likeness.synthetic.paintings import (
    FIRST_SUBJECT_SEED,
    Painting,
    PaintingsOptions,
    paint_classes,
    plan_paintings,
    render_painting,
)
from likeness.synthetic.sitting import Sitting
from likeness.synthetic.subjects import draw_picture

TINY = PaintingsOptions(size=64, authentic=2, replica=2, impressionism=2, portrait_share=0)


@pytest.fixture(scope="module")
def plan():
    return list(plan_paintings(PaintingsOptions()))


def test_the_classes_have_their_sizes_and_styles(plan):
    assert Counter(painting.file.split("/")[0] for painting in plan) == {"0": 90, "1": 70, "4": 95}
    styles = {painting.painted_class.label: painting.painted_class.style for painting in plan}
    assert styles == {"0": LEARNED_STYLE, "1": REPLICA_STYLE, "4": STYLES["impressionist"]}
    assert len({painting.file for painting in plan}) == len(plan)


def test_no_subject_is_painted_twice_nor_seen_in_training(plan):
    seeds = {painting.seed for painting in plan}
    assert len(seeds) == len(plan)
    assert len({painting.brush for painting in plan}) == len(plan)
    other = {painting.seed for painting in plan_paintings(PaintingsOptions(seed=1))}
    assert seeds.isdisjoint(other)
    assert min(seeds | other) >= FIRST_SUBJECT_SEED
    for painting in plan:
        subject = painting.subject
        assert (subject.seed if isinstance(subject, Landscape) else subject.person.seed) == painting.seed
    for index in range(200):
        subject = draw_picture(index, 3).subject
        assert (subject.seed if isinstance(subject, Landscape) else subject.person.seed) < FIRST_SUBJECT_SEED


def test_all_classes_show_the_same_kinds_of_subjects(plan):
    for label in "014":
        own = [painting for painting in plan if painting.painted_class.label == label]
        portraits = [painting for painting in own if isinstance(painting.subject, Sitting)]
        assert len(portraits) == int(0.08 * len(own))
        rows = [painting.row() for painting in own if painting not in portraits]
        assert {row["subject"] for row in rows} == {"hills", "mountains", "plain", "river", "lake", "sea", "village"}
        assert {row["season"] for row in rows} == {"spring", "summer", "autumn", "winter"}
        assert {row["hour"] for row in rows} == {"dawn", "noon", "sunset"}


def test_landscapes_are_seen_by_day_in_fair_weather(plan):
    for view in (painting.subject for painting in plan if isinstance(painting.subject, Landscape)):
        assert view.weather in ("clear", "cloudy")
        assert view.hour != "night"
        assert (view.figure, view.car, view.fantasy) == ("", "", False)


def test_more_paintings_begin_with_the_same_ones(plan):
    few = list(plan_paintings(PaintingsOptions(authentic=5, replica=5, impressionism=5)))
    assert all(painting in plan for painting in few)


def test_a_class_is_painted_in_its_style_alone():
    first = next(plan_paintings(TINY))
    learned = render_painting(first, 64)
    assert (learned.shape, learned.dtype) == ((64, 64, 3), np.uint8)
    np.testing.assert_array_equal(render_painting(first, 64), learned)
    for number in (1, 2):
        as_other = Painting(first.file, paintings.PAINTED_CLASSES[number], first.subject, first.seed, first.brush)
        other = render_painting(as_other, 64).astype(int)
        assert 3 < np.abs(other - learned).mean() < 60


def test_a_portrait_is_painted_too():
    options = PaintingsOptions(authentic=1, replica=1, impressionism=1, portrait_share=1)
    portrait = next(plan_paintings(options))
    assert isinstance(portrait.subject, Sitting)
    assert 18 <= portrait.subject.shot.age_years <= 75
    assert portrait.row()["subject"] == "portrait"
    assert render_painting(portrait, 64).std() > 10


def test_a_set_is_painted_once_and_says_what_it_is(tmp_path, monkeypatch):
    images = paint_classes(TINY, str(tmp_path))
    assert len(images) == 6
    assert len(images.rejected) == 0
    assert images.manifest["class"].tolist() == ["0", "0", "1", "1", "4", "4"]
    assert images.manifest["file"].tolist()[0] == "0/authentic_001.png"
    with Image.open(Path(images.root, "1/replica_002.png")) as picture:
        assert picture.size == (64, 64)
        assert picture.info["Source"] == "generated"
        assert '"style": "replica"' in picture.info["likeness"]
    painted = []
    monkeypatch.setattr(paintings, "render_painting", lambda *which: painted.append(which) or render_painting(*which))
    assert paint_classes(TINY, str(tmp_path)).digest == images.digest
    assert not painted
    more = paint_classes(TINY.model_copy(update={"replica": 3}), str(tmp_path))
    assert len(more) == 7
    assert [painting.file for painting, _ in painted] == ["1/replica_003.png"]
    assert paint_classes(TINY.model_copy(update={"seed": 1}), str(tmp_path)).digest != images.digest


@pytest.mark.parametrize("changes", [{"size": 32}, {"authentic": 0}, {"portrait_share": 1.5}, {"seed": -1}, {"sum": 1}])
def test_what_makes_no_sense_is_refused(changes):
    with pytest.raises(ValidationError, match=next(iter(changes))):
        PaintingsOptions(**changes)
