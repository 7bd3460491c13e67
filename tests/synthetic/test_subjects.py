from collections import Counter

import numpy as np
import pytest

from likeness.synthetic.captions import age_group
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.painter import STYLES
from likeness.synthetic.sitting import Sitting
from likeness.synthetic.subjects import FIRST_SEED, NAMED_PERSONS, draw_age, draw_picture, sitter


@pytest.fixture(scope="module")
def drawn():
    return [draw_picture(index, 0) for index in range(1000)]


def test_worlds_and_styles_are_mixed(drawn):
    portraits = [picture for picture in drawn if isinstance(picture.subject, Sitting)]
    assert len(portraits) == 600
    assert all(isinstance(drawn[index].subject, Sitting) == (index % 5 in (0, 2, 4)) for index in range(1000))
    styles = Counter(picture.style for picture in drawn)
    assert set(styles) == set(STYLES)
    painted = 1000 - styles["photo"]
    assert 240 < painted < 360
    assert min(styles.values()) > painted / 10
    assert 60 < sum(picture.style != "photo" for picture in portraits) < 180


def test_a_picture_depends_on_its_index_and_the_seed_alone(drawn):
    landscape = draw_picture(801, 0)
    assert isinstance(landscape.subject, Landscape)
    assert landscape == drawn[801] != draw_picture(801, 1)
    portrait, again = draw_picture(800, 0).subject, drawn[800].subject
    assert isinstance(portrait, Sitting)
    assert isinstance(again, Sitting)
    assert (portrait.shot, portrait.name, portrait.person.seed) == (again.shot, again.name, again.person.seed)


def test_named_persons_come_again_under_their_names():
    (first, name), (again, same_name) = sitter(0, 0), sitter(2 * NAMED_PERSONS, 0)
    assert name == same_name != ""
    assert first.seed == again.seed == FIRST_SEED
    assert len({sitter(number, 0)[1] for number in range(0, 2 * NAMED_PERSONS, 2)}) == NAMED_PERSONS


def test_every_other_portrait_shows_somebody_new(drawn):
    sittings = [picture.subject for picture in drawn if isinstance(picture.subject, Sitting)]
    unnamed = [sitting.person.seed for sitting in sittings if not sitting.name]
    named = {sitting.person.seed for sitting in sittings if sitting.name}
    assert len(set(unnamed)) == len(unnamed) == 300
    assert named.isdisjoint(unnamed)
    assert min(named | set(unnamed)) >= FIRST_SEED


def test_a_quarter_of_those_over_six_wear_glasses(drawn):
    shots = [picture.subject.shot for picture in drawn if isinstance(picture.subject, Sitting)]
    assert np.mean([shot.glasses for shot in shots if shot.age_years > 6]) == pytest.approx(0.25, abs=0.05)


def test_all_ages_of_the_study_are_shown_alike(rng):
    groups = [age_group(draw_age(rng)) for _ in range(4000)]
    counts = np.bincount([group for group in groups if group is not None], minlength=10)
    assert 250 < counts.min() <= counts.max() < 550
    assert 20 < groups.count(None) < 400


def test_scenes_of_the_studies_are_frequent(drawn):
    landscapes = [picture.subject for picture in drawn if isinstance(picture.subject, Landscape)]
    sunsets = [view for view in landscapes if view.fantasy and view.tree and view.sun and view.hour == "sunset"]
    playing = [view for view in landscapes if view.figure and view.kind == "hills" and not view.fantasy]
    assert len(sunsets) > 8
    assert len({view.tree for view in sunsets}) > 3
    assert len(playing) > 20
    assert sum(bool(view.car) for view in landscapes) > 50
    assert sum(view.kind == "mountains" and view.season == "summer" for view in landscapes) > 12
