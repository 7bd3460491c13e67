"""One photograph of one person, before it is taken."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.synthetic.hair_colour import greyness
from likeness.synthetic.hairstyles import worn_style
from likeness.synthetic.person import ADULT_BEARD, Person
from likeness.synthetic.shot import Shot

_GROWN_HAIR = 7
"""Age in years from which hair is as long as its style wants."""


@dataclass(frozen=True)
class Sitting:
    """Who sits, how, and what the sitter is called.

    Attributes:
        person: The identity.
        shot: The circumstances.
        name: The person's name, or nothing.
    """

    person: Person
    shot: Shot
    name: str = ""

    @property
    def hair(self) -> str:
        """The hair's colour as it looks at that age: a key of ``HAIR``, or grey."""
        return "grey" if greyness(self.person, self.shot.age_years) > 0.5 else self.person.hair

    @property
    def hair_style(self) -> str:
        """The hairstyle at that age; a small child's hair is too short for one."""
        return worn_style(self.person, self.shot.age_years) if self.shot.age_years >= _GROWN_HAIR else ""

    @property
    def beard(self) -> str:
        """The beard at that age, or nothing."""
        return self.person.beard if self.shot.age_years >= ADULT_BEARD else ""
