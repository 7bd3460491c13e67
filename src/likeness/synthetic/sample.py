"""The sample sets: one synthetic sitter's photographs, others of his to hold out, and impostors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from likeness.synthetic.captions import AGE_GROUPS
from likeness.synthetic.person import Person, draw_person, resembling
from likeness.synthetic.shot import HARD, Shot, draw_shot

SITTER_SEED = 55
"""The sample's sitter, a man with red hair; the pocket model's training never shows him."""

CHILD_PHOTOS, ADULT_PHOTOS, HELD_OUT_PHOTOS_AN_AGE, IMPOSTORS, HARD_IMPOSTORS = 24, 98, 3, 80, 48
ADULT = 18.0
"""Age in years."""
FIRST_IMPOSTOR_SEED = 10_000
_HARD_EVERY = 4


@dataclass(frozen=True)
class Photograph:
    """A photograph to be taken.

    Attributes:
        file: Where it is stored, relative to its set.
        person: The identity.
        shot: The circumstances.
        metadata: What its manifest says besides.
    """

    file: str
    person: Person
    shot: Shot
    metadata: dict[str, object]

    def row(self) -> dict[str, object]:
        """The manifest's row."""
        return {
            "file": self.file,
            "age_years": round(self.shot.age_years, 1),
            "group": "child" if self.shot.age_years < ADULT else "adult",
            "sex": self.person.sex,
            "expression": self.shot.expression,
            "place": self.shot.place,
            "hard": self.shot.hard,
            **self.metadata,
        }


def sitter_photographs(seed: int) -> Iterator[Photograph]:
    """122 photographs of the sitter: 24 as a child of 2 to 17, 98 as an adult of 18 to 72; a quarter hard."""
    sitter = draw_person(SITTER_SEED)
    for group, count, low, high in (("child", CHILD_PHOTOS, 2.0, 17.9), ("adult", ADULT_PHOTOS, 18.0, 72.0)):
        for index in range(count):
            rng = np.random.default_rng([seed, 1, index, count])
            hard = HARD[index // _HARD_EVERY % len(HARD)] if index % _HARD_EVERY == _HARD_EVERY - 1 else ""
            shot = draw_shot(rng, float(rng.uniform(low, high)), hard=hard)
            yield Photograph(f"{group}/{group}_{index + 1:03d}.jpg", sitter, shot, {})


def held_out_photographs(seed: int) -> Iterator[Photograph]:
    """30 more of the sitter, three at each of the study's ten ages, none of them hard."""
    sitter = draw_person(SITTER_SEED)
    for age, group in enumerate(AGE_GROUPS):
        for index in range(HELD_OUT_PHOTOS_AN_AGE):
            rng = np.random.default_rng([seed, 2, age, index])
            shot = draw_shot(rng, float(rng.uniform(group.low, group.high)))
            yield Photograph(f"held_out_{age}_{index + 1}.jpg", sitter, shot, {"age": age})


def impostor_photographs(seed: int) -> Iterator[Photograph]:
    """80 photographs of 80 others across the ages; 48 share the sitter's sex, skin and hair."""
    sitter = draw_person(SITTER_SEED)
    for index in range(IMPOSTORS):
        rng = np.random.default_rng([seed, 3, index])
        number = FIRST_IMPOSTOR_SEED + index
        alike = index < HARD_IMPOSTORS
        person = resembling(sitter, number) if alike else draw_person(number)
        group = AGE_GROUPS[index % len(AGE_GROUPS)]
        shot = draw_shot(rng, float(rng.uniform(group.low, group.high)))
        metadata = {"identity": f"impostor_{index + 1:02d}", "resembles_sitter": alike}
        yield Photograph(f"impostor_{index + 1:02d}.jpg", person, shot, metadata)
