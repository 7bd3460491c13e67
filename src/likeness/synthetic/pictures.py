"""The pocket model's training pictures: portraits of many persons, named and unnamed, with captions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.synthetic.captions import AGE_GROUPS, age_group, caption, name_of
from likeness.synthetic.person import Person, draw_person
from likeness.synthetic.portrait import render
from likeness.synthetic.shot import Shot, draw_shot

FIRST_SEED = 1_000_000
"""Persons in training pictures have seeds from here on; those of the sample sets lie below, so none is shared."""

NAMED_PERSONS = 400
"""Half of the pictures show these again and again under their names, as a model of the web knows the famous: the model
learns that a name fixes a face while the age is free."""

CAPTIONS = 4
"""Alternative captions of a picture."""

_BETWEEN_SHARE = 0.2
"""Share of the pictures whose age is any, not one of the study's."""
_SUPERSAMPLING = 1.5


def render_batch(
    indices: Sequence[int], *, seed: int, size: int = 256
) -> tuple[NDArray[np.uint8], list[list[str]], pd.DataFrame]:
    """Training pictures by index.

    Args:
        indices: Which pictures; each depends on its index and the seed alone.
        seed: Of the whole set.
        size: Pixels a side.

    Returns:
        Pictures (n, size, size, 3) uint8, their alternative captions, and their attributes, one row a picture.
    """
    pictures, captions, rows = [], [], []
    for index in indices:
        rng = np.random.default_rng([seed, index, 17])
        person, name = _person(index, seed)
        shot = draw_shot(rng, _draw_age(rng))
        pictures.append(render(person, shot, size, supersampling=_SUPERSAMPLING))
        captions.append([caption(person, shot, rng, name) for _ in range(CAPTIONS)])
        rows.append({"index": index, "name": name, **_attributes(person, shot)})
    return np.stack(pictures), captions, pd.DataFrame(rows)


def _person(index: int, seed: int) -> tuple[Person, str]:
    """Even indices show named persons in turn, odd ones somebody new."""
    first = FIRST_SEED * (1 + seed)
    if index % 2 == 0:
        number = (index // 2) % NAMED_PERSONS
        return draw_person(first + number), name_of(number)
    return draw_person(first + NAMED_PERSONS + index), ""


def _draw_age(rng: np.random.Generator) -> float:
    """Age in years."""
    if rng.random() < _BETWEEN_SHARE:
        return float(rng.uniform(0, 90))
    group = AGE_GROUPS[int(rng.integers(len(AGE_GROUPS)))]
    return float(rng.uniform(group.low, group.high))


def _attributes(person: Person, shot: Shot) -> dict[str, object]:
    """What a picture shows, as columns of a table."""
    return {
        "identity": person.seed,
        "sex": person.sex,
        "age_years": shot.age_years,
        "age": age_group(shot.age_years),
        "hair": person.hair,
        "eyes": person.eyes,
        "skin": person.skin,
        "style": person.style,
        "beard": person.beard,
        "expression": shot.expression,
        "place": shot.place,
        "glasses": shot.glasses,
    }
