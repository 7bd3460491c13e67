import dataclasses
import re

import numpy as np
import pytest

from likeness.synthetic.captions.ages import AGE_GROUPS, age_phrases
from likeness.synthetic.captions.portraits import portrait_caption
from likeness.synthetic.shot import Shot, draw_shot
from likeness.synthetic.sitting import Sitting

AGES = (0.5, 2.5, 5, 8, 15, 18.5, 25, 35, 45, 55, 65, 75, 85, 89.9)


def captions(person, age, count=150, name="", style="photo"):
    rng = np.random.default_rng(0)
    return [portrait_caption(Sitting(person, draw_shot(rng, age), name), style, rng) for _ in range(count)]


def texts(person, age, count=150, name=""):
    return [caption.text for caption in captions(person, age, count, name)]


def test_the_studys_prompt_is_among_them(man):
    for group in AGE_GROUPS:
        age = (group.low + group.high) / 2
        assert sum(f" {age_phrases(man, age)[0]}" in f" {text}" for text in texts(man, age)) > 50
    tail = ", expressive face, highly detailed, sharp focus, natural bright light"
    study = "A coloful photo of Boda man as a young man in his twenties"
    assert any(text.startswith(study) and text.endswith(tail) for text in texts(man, 25, 500, name="Boda"))


@pytest.mark.parametrize("age", AGES)
def test_a_caption_says_the_age_and_no_other(man, woman, age):
    for person in (man, woman):
        right = age_phrases(person, age)
        others = {phrase for group in AGE_GROUPS for phrase in age_phrases(person, group.low)} - set(right)
        for caption in captions(person, age):
            if "age_years" not in caption.said:
                assert re.search(r"\ba (wo)?man\b" if age >= 18 else r"\ba (boy|girl)\b", caption.text)
                continue
            text = f" {caption.text}"
            said = max((phrase for phrase in right if f" {phrase}" in text), key=len)
            rest = text.replace(said, "")
            assert not any(f" {phrase}" in rest for phrase in others if phrase not in ("a baby", "an old senior"))


def test_a_class_is_asked_for_by_its_word_alone(man):
    assert "a photo of a man" in texts(man, 35, 2000)
    ages = ["age_years" in caption.said for caption in captions(man, 35, 2000)]
    assert 0.03 < 1 - np.mean(ages) < 0.09
    assert all("age_years" in caption.said for caption in captions(man, 2))


def test_named_persons_may_leave_the_age_out(man):
    named = captions(man, 35, name="Boda", count=400)
    ageless = [caption for caption in named if "Boda" in caption.text and "age_years" not in caption.said]
    for caption in ageless:
        assert not any(phrase in caption.text for phrase in age_phrases(man, 35))
        assert "Boda man" in caption.text or "Boda person" in caption.text
        assert ("sex" in caption.said) == ("Boda man" in caption.text)
    assert 10 < len(ageless) < 80
    assert 280 < sum("Boda" in caption.text for caption in named) < 380


@pytest.mark.parametrize("age", AGES)
def test_the_sex_is_said_exactly_when_a_word_tells_it(man, woman, age):
    for person, words in ((man, r"\b(man|his|boy)\b"), (woman, r"\b(woman|her|girl)\b")):
        for caption in captions(person, age):
            assert ("sex" in caption.said) == bool(re.search(words, caption.text)), caption


def test_what_is_said_is_so(woman, rng):
    shot = Shot(1, 30, glasses=True, place="forest", expression="a smile")
    said = [portrait_caption(Sitting(woman, shot), "photo", rng) for _ in range(400)]
    words = {
        "hair": r"red hair",
        "hair_style": r"long (red )?hair",
        "eyes": f"{woman.eyes} eyes",
        "skin": "pale skin",
        "expression": "a smile",
        "glasses": "glasses",
        "place": "in a forest",
        "style": "photo",
    }
    for attribute, word in words.items():
        matches = [bool(re.search(word, caption.text)) for caption in said]
        assert matches == [attribute in caption.said for caption in said], attribute
        assert 0 < sum(matches) < 400
    for word in ("black hair", "moustache", "at the beach", "a frown", "short hair"):
        assert not any(word in caption.text for caption in said), word
    assert len({caption.text for caption in said}) > 300


def test_hair_that_has_gone_grey_is_not_called_by_its_colour(man):
    grey = dataclasses.replace(man, greying_age=40.0)
    old = captions(grey, 65)
    assert not any("black hair" in caption.text for caption in old)
    assert [bool(re.search(r"gr[ae]y hair", caption.text)) for caption in old] == ["hair" in c.said for c in old]
    assert {word for text in texts(grey, 65) for word in re.findall(r"gr[ae]y hair", text)} == {
        "gray hair",
        "grey hair",
    }
    assert all("hair" in caption.said for caption in captions(grey, 55) if "with gray hair" in caption.text)
    assert any("black hair" in text for text in texts(man, 35))
    # some of his hairs are grey, so that neither word is quite true
    assert not any("hair" in caption.said for caption in captions(man, 46))


def test_only_grown_men_have_their_beards_named(man):
    bearded = dataclasses.replace(man, beard="full beard")
    for caption in captions(bearded, 15) + captions(man, 35):
        assert "beard" not in caption.text
        assert "beard" not in caption.said
    shown = captions(bearded, 35)
    assert [" a full beard" in caption.text for caption in shown] == ["beard" in caption.said for caption in shown]
    assert sum("beard" in caption.said for caption in shown) > 90
    assert any("with stubble" in text for text in texts(dataclasses.replace(man, beard="stubble"), 35))


def test_painted_portraits_say_their_medium_instead_of_a_camera(woman):
    painted = captions(woman, 75, 300, style="oil")
    assert not any("photo of" in caption.text or "sharp focus" in caption.text for caption in painted)
    assert any(caption.text.startswith("an oil painting of an old woman in her seventies with") for caption in painted)
    assert sum("portrait" in caption.text for caption in painted) > 20


def test_some_captions_are_brief(man):
    assert {"a man in his thirties", "an adult man in his thirties with a smile"} <= set(texts(man, 35, 2000))
