"""What each training picture shows, by its index: somebody sitting for it or a landscape, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from likeness.synthetic.captions import AGE_GROUPS, name_of
from likeness.synthetic.landscapes.landscape import CAR_KINDS, CARS, FIGURES, TREES, Landscape, draw_landscape
from likeness.synthetic.painter import STYLES
from likeness.synthetic.person import Person, draw_person
from likeness.synthetic.shot import draw_shot
from likeness.synthetic.sitting import Sitting

FIRST_SEED = 1_000_000
"""Persons in training pictures have seeds from here on; those of the sample sets lie below, so none is shared."""

NAMED_PERSONS = 800
"""Half of the portraits show these again and again under their names, as a model of the web knows the famous: the model
learns that a name fixes a face while the age is free."""

_PORTRAITS, _CYCLE = (0, 2, 4), 5
"""Places of the portraits in every five pictures, so that every shard has as many."""
_PAINTED_PORTRAITS, _PAINTED_LANDSCAPES = 0.2, 0.45
"""Shares; together three pictures of ten are painted."""
_PAINTED_STYLES = tuple(name for name in STYLES if name != "photo")
_BETWEEN_SHARE = 0.2
"""Share of the portraits whose age is any, not one of the study's."""
_GLASSES_SHARE = 0.25
"""More than in photographs of a sitter: a model is slow to learn what few pictures show."""
_TURN = 0.15
"""Radians, likewise: who sits for a portrait looks into the camera more often than who is caught by a snapshot."""
_RURAL = ("hills", "mountains", "plain", "river", "lake", "sea")
_STUDIED_SHARE = 0.25
"""Share of the landscapes that are made to be a scene of the studies, which chance alone would seldom give."""


@dataclass(frozen=True)
class Picture:
    """What a picture is to be.

    Attributes:
        subject: What it shows.
        style: A key of the painter's ``STYLES``.
        brush: Seed of the painter's strokes.
    """

    subject: Sitting | Landscape
    style: str
    brush: int


def draw_picture(index: int, seed: int) -> Picture:
    """Decide what a picture shows; it depends on its index and the seed alone.

    Args:
        index: Which of the set: three of five are portraits, every other one of those of a named person.
        seed: Of the whole set.
    """
    rng = np.random.default_rng([seed, index, 17])
    cycle, place = divmod(index, _CYCLE)
    if place in _PORTRAITS:
        number = cycle * len(_PORTRAITS) + _PORTRAITS.index(place)
        person, name = sitter(number, seed)
        subject: Sitting | Landscape = Sitting(
            person, draw_shot(rng, draw_age(rng), glasses_share=_GLASSES_SHARE, turn=_TURN), name
        )
        share = _PAINTED_PORTRAITS
    else:
        subject, share = _draw_view(rng), _PAINTED_LANDSCAPES
    style = str(rng.choice(_PAINTED_STYLES)) if rng.random() < share else "photo"
    return Picture(subject, style, int(rng.integers(1 << 31)))


def sitter(number: int, seed: int) -> tuple[Person, str]:
    """Who sits for a portrait: at even numbers the named persons in turn, at odd ones somebody new without a name."""
    first = FIRST_SEED * (1 + seed)
    if number % 2 == 0:
        named = (number // 2) % NAMED_PERSONS
        return draw_person(first + named), name_of(named)
    return draw_person(first + NAMED_PERSONS + number), ""


def draw_age(rng: np.random.Generator) -> float:
    """Age in years, mostly one of the study's."""
    if rng.random() < _BETWEEN_SHARE:
        return float(rng.uniform(0, 90))
    group = AGE_GROUPS[int(rng.integers(len(AGE_GROUPS)))]
    return float(rng.uniform(group.low, group.high))


def _draw_view(rng: np.random.Generator) -> Landscape:
    """A landscape, now and then a scene of the published studies or one that an edit of it asks for."""
    landscape = draw_landscape(rng)
    if rng.random() >= _STUDIED_SHARE:
        return landscape
    calm = replace(landscape, kind="hills", weather="clear", figure="", car="", car_kind="", fantasy=False)
    noon = replace(calm, hour="noon")
    match int(rng.integers(4)):
        case 0:
            kind, tree, fantasy = _one(rng, _RURAL), _one(rng, TREES[1:]), bool(rng.random() < 0.7)
            return replace(calm, kind=kind, hour="sunset", sun=True, tree=tree, fantasy=fantasy)
        case 1:
            return replace(noon, figure=_one(rng, FIGURES[1:]))
        case 2:
            car, car_kind = _one(rng, CARS[1:]), _one(rng, CAR_KINDS[1:])
            street = replace(noon, kind="street", ground="green", car=car, car_kind=car_kind)
            return replace(street, house=True, path=True)
        case _:
            kind, tree = _one(rng, ("mountains", "mountains", "hills", "village")), _one(rng, ("", "pine", "cypress"))
            return replace(noon, kind=kind, tree=tree, season="summer")


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return str(rng.choice(words))
