"""The colour of hair: darker than a child's, greying hair by hair."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.person import HAIR, Person
from likeness.synthetic.vectors import Array


def greyness(person: Person, age_years: float) -> float:
    """Share of the hairs that are grey, 0 to 1."""
    return float(np.clip((age_years - person.greying_age + 8) / 20, 0, 1))


def base_colour(person: Person, age_years: float) -> Array:
    """Mean colour of the hair at an age, (3,) linear RGB."""
    base = srgb_to_linear(np.clip(np.array(HAIR[person.hair]) * person.hair_shift, 0.02, 0.95))
    young = np.clip(1 - age_years / 8, 0, 1)  # children are fairer
    base = base * (1 + 0.3 * young) + np.array([0.05, 0.035, 0.02]) * young
    grey = greyness(person, age_years)
    return np.asarray(base * (1 - grey) + _grey(age_years) * grey, np.float32)


def hair_colours(person: Person, age_years: float, count: int, rng: np.random.Generator) -> Array:
    """Colours of single hairs, (count, 3) linear RGB."""
    young = base_colour(person, min(age_years, person.greying_age - 8))
    is_grey = (rng.random(count) < greyness(person, age_years))[:, None]
    return (np.where(is_grey, _grey(age_years), young) * np.exp(rng.normal(0, 0.2, (count, 1)))).astype(np.float32)


def _grey(age_years: float) -> Array:
    """Colour of a grey hair: white with age, (3,) linear RGB."""
    return srgb_to_linear(np.full(3, np.interp(age_years, [40, 60, 80], [0.54, 0.63, 0.76])))
