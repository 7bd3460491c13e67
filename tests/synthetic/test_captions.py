import dataclasses

import numpy as np
import pytest

from likeness.synthetic.captions import AGE_GROUPS, age_group, age_phrases, caption, name_of
from likeness.synthetic.person import Person, draw_person
from likeness.synthetic.pictures import NAMED_PERSONS
from likeness.synthetic.places import PLACES
from likeness.synthetic.shot import Shot, draw_shot

STUDY = (
    "a newborn baby",
    "a five years old child",
    "a fifteen years old teenager",
    "a young man in his twenties",
    "an adult man in his thirties",
    "an exhausted adult man in his fourties with grayish hair",
    "an wrinkled adult man in his fifties with gray hair",
    "an wrinkled senior in his sixties",
    "an 75 years old old senior in his seventies",
    "a elderly senior in his eighties",
)


def captions(person: Person, age: float, count: int = 150, name: str = "") -> list[str]:
    rng = np.random.default_rng(0)
    return [caption(person, draw_shot(rng, age), rng, name) for _ in range(count)]


def test_the_studys_ages_keep_its_spelling(man: Person) -> None:
    for group, phrase in zip(AGE_GROUPS, STUDY, strict=True):
        age = (group.low + group.high) / 2
        assert age_phrases(man, age)[0] == phrase
        assert sum(f" {phrase}" in text for text in captions(man, age)) > 50


@pytest.mark.parametrize("age", [0.5, 2.5, 5, 8, 15, 18.5, 25, 35, 45, 55, 65, 75, 85, 89.9])
def test_a_caption_says_the_age_and_no_other(man: Person, woman: Person, age: float) -> None:
    for person in (man, woman):
        right = age_phrases(person, age)
        others = {phrase for group in AGE_GROUPS for phrase in age_phrases(person, group.low)} - set(right)
        for text in captions(person, age):
            said = max((phrase for phrase in right if f" {phrase}" in text), key=len)
            rest = text.replace(said, "")
            assert not any(f" {phrase}" in rest for phrase in others if phrase not in ("a baby", "an old senior"))


def test_named_persons_may_leave_the_age_out(man: Person) -> None:
    texts = captions(man, 35, name="Boda", count=400)
    ageless = [text for text in texts if not any(phrase in text for phrase in age_phrases(man, 35))]
    assert all("Boda man" in text or "Boda person" in text for text in ageless)
    assert 10 < len(ageless) < 80
    assert 280 < sum("Boda" in text for text in texts) < 380


def test_what_is_said_is_so(woman: Person) -> None:
    shot = Shot(1, 30, glasses=True, place="forest", expression="a smile")
    rng = np.random.default_rng(0)
    texts = [caption(woman, shot, rng) for _ in range(200)]
    assert all("man" not in text.replace("woman", "").split() for text in texts)
    for words in ("red hair", "long hair", f"{woman.eyes} eyes", "pale skin", "a smile", "glasses", "in a forest"):
        assert any(words in text for text in texts), words
    for words in ("black hair", "moustache", "at the beach", "a frown"):
        assert not any(words in text for text in texts), words
    assert len(set(texts)) > 150


def test_hair_that_has_gone_grey_is_not_called_by_its_colour(man: Person) -> None:
    grey = dataclasses.replace(man, greying_age=40.0)
    assert not any("black hair" in text for text in captions(grey, 45))
    assert any("black hair" in text for text in captions(man, 35))


def test_only_grown_men_have_their_beards_named(man: Person) -> None:
    bearded = dataclasses.replace(man, beard="full beard")
    assert not any("beard" in text for text in captions(bearded, 15) + captions(man, 35))
    assert sum("with a full beard" in text or ", a full beard" in text for text in captions(bearded, 35)) > 20
    assert any("stubble" in text for text in captions(dataclasses.replace(man, beard="stubble"), 35))


def test_ages_fall_into_their_groups() -> None:
    assert [age_group(age) for age in (0, 5, 15, 20, 29.9, 30, 75, 89.5)] == [0, 1, 2, 3, 3, 4, 8, 9]
    assert [age_group(age) for age in (2, 10, 18.5, 95)] == [None] * 4


def test_names_are_distinct_short_words() -> None:
    names = [name_of(number) for number in range(4900)]
    assert len(set(names)) == 4900 > NAMED_PERSONS
    assert all(name.isalpha() and len(name) == 5 for name in names)
    assert not {draw_person(1).sex, "person", *PLACES} & set(names)
