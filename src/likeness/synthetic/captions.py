"""Captions of portraits: free composition of who, age, attributes, expression and place.

The ten ages of the published study keep the study's own spelling, so that its prompts are words the model knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.person import ADULT_BEARD, Person
from likeness.synthetic.places import PLACES
from likeness.synthetic.shot import Shot


@dataclass(frozen=True)
class AgeGroup:
    """One of the study's ten ages: years from ``low`` to ``high`` and ways to say it."""

    low: float
    high: float
    phrases: tuple[str, ...]


AGE_GROUPS = (
    AgeGroup(0, 1.2, ("a newborn baby", "a baby", "an infant {child}")),
    AgeGroup(3.8, 6.5, ("a five years old child", "a five years old {child}", "a small {child}")),
    AgeGroup(13, 17, ("a fifteen years old teenager", "a teenager", "a teenage {child}")),
    AgeGroup(20, 29, ("a young {sex} in {his} twenties", "a {sex} in {his} twenties", "a twenty five years old {sex}")),
    AgeGroup(
        30, 39, ("an adult {sex} in {his} thirties", "a {sex} in {his} thirties", "a thirty five years old {sex}")
    ),
    AgeGroup(
        40, 49, ("an exhausted adult {sex} in {his} fourties with grayish hair", "an adult {sex} in {his} forties")
    ),
    AgeGroup(
        50,
        59,
        ("an wrinkled adult {sex} in {his} fifties with gray hair", "an adult {sex} in {his} fifties with gray hair"),
    ),
    AgeGroup(
        60,
        69,
        ("an wrinkled senior in {his} sixties", "a wrinkled {sex} in {his} sixties", "a senior {sex} in {his} sixties"),
    ),
    AgeGroup(
        70, 79, ("an 75 years old old senior in {his} seventies", "an old {sex} in {his} seventies", "an old senior")
    ),
    AgeGroup(80, 89, ("a elderly senior in {his} eighties", "an elderly {sex} in {his} eighties", "an elderly senior")),
)
"""The study's ages in order; the first phrase of each is the study's own."""

_BETWEEN = (
    (3.8, "a toddler"),
    (13, "a ten years old child"),
    (20, "an eighteen years old {sex}"),
    (200, "an old {sex}"),
)
_OPENINGS = ("a photo of", "A coloful photo of", "a colorful photo of", "a portrait of", "a close up photo of")
_TAIL = ", expressive face, highly detailed, sharp focus, natural bright light"
_SAID_STYLES = ("short", "long", "curly")
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def age_group(age_years: float) -> int | None:
    """Index in ``AGE_GROUPS`` of an age, or None between two groups."""
    for index, group in enumerate(AGE_GROUPS):
        birthday = 1 if group.low >= 20 else 0  # from 20 on, ages are whole years: 29 lasts until the 30th birthday
        if group.low <= age_years < group.high + birthday:
            return index
    return None


def age_phrases(person: Person, age_years: float) -> tuple[str, ...]:
    """What a person of an age can be called; in an age of the study the first is the study's own phrase."""
    group = age_group(age_years)
    if group is None:
        phrases: tuple[str, ...] = (next(phrase for limit, phrase in _BETWEEN if age_years < limit),)
    else:
        phrases = AGE_GROUPS[group].phrases
    child = "boy" if person.sex == "man" else "girl"
    return tuple(phrase.format(sex=person.sex, his=person.pronoun, child=child) for phrase in phrases)


def name_of(number: int) -> str:
    """An invented name of five letters; the names of 0 to 4,899 are distinct."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    # 37 has no factor in common with the number of pairs, so that multiplying by it only shuffles them
    first, second = divmod(number * 37 % len(syllables) ** 2, len(syllables))
    return syllables[first] + syllables[second] + _CONSONANTS[(number * 5 + first) % len(_CONSONANTS)]


def caption(person: Person, shot: Shot, rng: np.random.Generator, name: str = "") -> str:
    """Describe a photograph; what is left unsaid changes from call to call.

    Args:
        person: The identity.
        shot: The photograph.
        rng: Chooses what is said and how.
        name: The identity's name, said in most captions when there is one, now and then instead of the age.
    """
    who = _who(person, shot.age_years, rng, name)
    said = _attributes(person, shot, rng)
    text = f"{rng.choice(_OPENINGS)} {who}"
    if said:
        text += " with " + (", ".join(said[:-1]) + " and " if len(said) > 1 else "") + said[-1]
    if rng.random() < 0.6:
        text += " " + PLACES[shot.place].phrase
    return text + (_TAIL if rng.random() < 0.45 else "")


def _who(person: Person, age_years: float, rng: np.random.Generator, name: str) -> str:
    """The person with name, age or both."""
    phrases = age_phrases(person, age_years)
    age = phrases[0] if len(phrases) == 1 or rng.random() < 0.55 else str(rng.choice(phrases))
    if name and rng.random() < 0.85:
        kind = "person" if rng.random() < 0.25 else person.sex
        return f"{name} {kind} as {age}" if rng.random() < 0.9 else f"{name} {kind}"
    return f"a {person.sex} as {age}" if rng.random() < 0.25 else age


def _attributes(person: Person, shot: Shot, rng: np.random.Generator) -> list[str]:
    """Attributes to mention, in random order."""
    age, grey = shot.age_years, shot.age_years > person.greying_age
    chances = {f"{person.hair} hair": 0.35 if age > 1 and not grey else 0.0}
    if person.style in _SAID_STYLES:
        chances[f"{person.style} hair"] = 0.25 if age > 5 and not grey else 0.0
    beard = "stubble" if person.beard == "stubble" else f"a {person.beard}"
    chances |= {
        f"{person.eyes} eyes": 0.25,
        f"{person.skin} skin": 0.30,
        shot.expression: 0.60,
        "glasses": 0.9 if shot.glasses else 0.0,
        beard: 0.8 if person.beard and age >= ADULT_BEARD else 0.0,
        "freckles": 0.5 if person.freckles > 0 and 5 < age < 60 else 0.0,
    }
    said = [words for words, chance in chances.items() if rng.random() < chance]
    rng.shuffle(said)
    return said
