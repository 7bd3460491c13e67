"""How ages are said: the ten of the published study in its own spelling, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.synthetic.person import Person


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
    AgeGroup(
        20,
        29,
        (
            "a young {sex} in {his} twenties",
            "a {sex} in {his} twenties",
            "a twenty five years old {sex}",
            "a young {sex}",
        ),
    ),
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


def age_group(age_years: float) -> int | None:
    """Index in ``AGE_GROUPS`` of an age, or None between two groups."""
    for index, group in enumerate(AGE_GROUPS):
        birthday = 1 if group.low >= 20 else 0  # from 20 on, ages are whole years: 29 lasts until the 30th birthday
        if group.low <= age_years < group.high + birthday:
            return index
    return None


def age_templates(age_years: float) -> tuple[str, ...]:
    """What somebody of an age can be called, with {sex}, {his} and {child} to fill in where the words tell the sex."""
    group = age_group(age_years)
    if group is None:
        return (next(phrase for limit, phrase in _BETWEEN if age_years < limit),)
    return AGE_GROUPS[group].phrases


def fill_in(template: str, person: Person) -> str:
    """An age's phrase for a man or a woman."""
    return template.format(sex=person.sex, his=person.pronoun, child=child_word(person))


def child_word(person: Person) -> str:
    """Boy or girl."""
    return "boy" if person.sex == "man" else "girl"


def age_phrases(person: Person, age_years: float) -> tuple[str, ...]:
    """What a person of an age can be called; in an age of the study the first is the study's own phrase."""
    return tuple(fill_in(template, person) for template in age_templates(age_years))
