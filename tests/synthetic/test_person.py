import dataclasses
from collections import Counter

import numpy as np
import pytest

from likeness.synthetic.hairstyles import HAIRSTYLES
from likeness.synthetic.person import BEARDS, EYES, HAIR, SKIN, STYLES, Person, draw_person, resembling

PERSONS = [draw_person(seed) for seed in range(300)]


def same(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(Person))


def test_a_seed_is_a_person():
    assert same(draw_person(3), draw_person(3))
    assert len({person.shape.tobytes() for person in PERSONS}) == len(PERSONS)


def test_persons_are_of_every_kind():
    assert 110 < Counter(person.sex for person in PERSONS)["man"] < 190
    for name, kinds in (("skin", SKIN), ("hair", HAIR), ("eyes", EYES)):
        assert {getattr(person, name) for person in PERSONS} == set(kinds)
    for sex in ("man", "woman"):
        worn = {person.style for person in PERSONS if person.sex == sex}
        assert worn >= set(STYLES[sex])
        assert worn <= set(HAIRSTYLES)
    assert {person.beard for person in PERSONS} == set(BEARDS)


def test_what_does_not_go_together_is_not_drawn():
    for person in PERSONS:
        if person.sex == "woman":
            assert (person.beard, person.balding) == ("", 0)
            assert person.pronoun == "her"
        if person.skin in ("brown", "dark"):
            assert person.hair in ("black", "brown")
            assert person.freckles == 0
        assert person.moles.shape[1] == 4
        assert np.abs(person.shape).max() < 1.3


def test_fixing_one_attribute_leaves_the_face_alone():
    free, fixed = draw_person(12), draw_person(12, sex="woman", skin="dark", hair="brown")
    assert (fixed.sex, fixed.skin, fixed.hair) == ("woman", "dark", "brown")
    np.testing.assert_array_equal(free.shape, fixed.shape)


def test_faces_are_nearly_symmetric(head):
    for person in PERSONS[:20]:
        difference = person.shape - head.symmetric(person.shape)
        assert 0 < np.abs(difference).max() < 0.2


def test_a_resembling_person_is_another_person(man):
    other = resembling(man, 99)
    for name in ("sex", "skin", "hair", "style"):
        assert getattr(other, name) == getattr(man, name)
    assert abs(np.corrcoef(other.shape, man.shape)[0, 1]) < 0.5
    assert other.seed != man.seed


def test_controls_that_break_heads_stay_still(head):
    spread = dict(zip(head.local_names, np.std([person.shape for person in PERSONS], axis=0), strict=True))
    assert spread["head-age-incr"] < 0.05
    assert max(spread.values()) == pytest.approx(0.45, abs=0.1)
    assert min(value for name, value in spread.items() if name.startswith("nose")) > 0.2
