"""Who is drawn: one identity, the same at every age."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from likeness.synthetic.head import load_head
from likeness.synthetic.vectors import Array, Vector, vector

Sex = Literal["man", "woman"]

SKIN = {
    "pale": (0.90, 0.73, 0.65),
    "fair": (0.84, 0.65, 0.55),
    "olive": (0.74, 0.56, 0.43),
    "brown": (0.60, 0.43, 0.33),
    "dark": (0.45, 0.31, 0.23),
}
"""Named skin colours, sRGB."""
HAIR = {
    "black": (0.085, 0.075, 0.07),
    "brown": (0.27, 0.17, 0.11),
    "blond": (0.74, 0.58, 0.35),
    "red": (0.55, 0.24, 0.11),
}
"""Named hair colours, sRGB."""
EYES = {
    "blue": (0.33, 0.48, 0.66),
    "brown": (0.30, 0.18, 0.10),
    "green": (0.36, 0.47, 0.30),
    "grey": (0.48, 0.52, 0.54),
}
"""Named eye colours, sRGB."""
STYLES: dict[Sex, tuple[str, ...]] = {
    "man": ("short", "crew cut", "side parting", "swept back", "curly", "long"),
    "woman": ("long", "bob", "short", "curly", "ponytail", "long", "fringe"),
}
"""Names of hairstyles; what is named twice is worn twice as often."""
BEARDS = ("", "", "", "stubble", "moustache", "full beard")
"""Chosen from for a man."""
ADULT_BEARD = 20
"""Age in years from which a man wears his beard."""
_SKIN_SHARES = (0.22, 0.30, 0.20, 0.15, 0.13)
_HAIR_OF_SKIN = {
    "pale": (0.15, 0.35, 0.32, 0.18),
    "fair": (0.22, 0.43, 0.25, 0.10),
    "olive": (0.50, 0.44, 0.05, 0.01),
    "brown": (0.75, 0.25, 0.0, 0.0),
    "dark": (0.92, 0.08, 0.0, 0.0),
}
"""Shares of the hair colours, in order."""
_EYES_OF_SKIN = {
    "pale": (0.40, 0.20, 0.20, 0.20),
    "fair": (0.32, 0.34, 0.18, 0.16),
    "olive": (0.06, 0.76, 0.14, 0.04),
    "brown": (0.01, 0.95, 0.04, 0.0),
    "dark": (0.0, 0.98, 0.02, 0.0),
}
"""Shares of the eye colours, in order."""
_FREE_CONTROLS = ("nose", "chin", "mouth", "head-scale", "l-cheek", "r-cheek", "l-eye", "r-eye", "eyebrows", "forehead")
_STRENGTH, _ASYMMETRY, _LIMIT = 0.46, 0.03, 1.1
"""Deviation of the shape controls (how unlike the mean face persons are), of one side from the other, and the most."""


@dataclass(frozen=True)
class Person:
    """An identity: everything that does not change from one photograph to the next.

    Attributes:
        seed: Of whatever else is drawn for the person.
        sex: Man or woman.
        shape: (controls,) of the head model.
        weight: 0 thin to 1 heavy.
        muscle: 0 to 1.
        masculinity: 0 feminine to 1 masculine features.
        skin: A key of ``SKIN``.
        skin_shift: Factor of each channel.
        hair: A key of ``HAIR``.
        hair_shift: Factor.
        eyes: A key of ``EYES``.
        style: Name of the hairstyle.
        beard: Empty, or a name in ``BEARDS``.
        brow_thickness: Factor.
        brow_height: Eye distances above the usual.
        brow_arch: Eye distances.
        freckles: Strength, 0 none to 1.
        moles: (n, 4) rest x and z, radius and strength.
        balding: 0 never to 1 from the forehead to the crown in old age.
        greying_age: Years; grey comes from 8 years before to 12 after.
        lip_redness: 0 to 1.
        wrinkles: Factor.
    """

    seed: int
    sex: Sex
    shape: Array
    weight: float
    muscle: float
    masculinity: float
    skin: str
    skin_shift: Vector
    hair: str
    hair_shift: float
    eyes: str
    style: str
    beard: str
    brow_thickness: float
    brow_height: float
    brow_arch: float
    freckles: float
    moles: Array
    balding: float
    greying_age: float
    lip_redness: float
    wrinkles: float

    @property
    def pronoun(self) -> str:
        """Possessive: his or her."""
        return "his" if self.sex == "man" else "her"


def draw_person(seed: int, *, sex: Sex | None = None, skin: str | None = None, hair: str | None = None) -> Person:
    """Draw an identity.

    Args:
        seed: Equal seeds give equal persons.
        sex: Fixed instead of drawn.
        skin: Likewise, a key of ``SKIN``.
        hair: Likewise, a key of ``HAIR``.
    """
    rng = np.random.default_rng([seed, 71])
    # Drawn in any case, so that fixing one attribute leaves the others of the seed alone.
    drawn_sex: Sex = "man" if rng.random() < 0.5 else "woman"
    sex = sex or drawn_sex
    drawn_skin = str(rng.choice(list(SKIN), p=_SKIN_SHARES))
    skin = skin or drawn_skin
    drawn_hair = str(rng.choice(list(HAIR), p=_HAIR_OF_SKIN[skin]))
    eyes = str(rng.choice(list(EYES), p=_EYES_OF_SKIN[skin]))
    shape, moles, style = _draw_shape(rng), _draw_moles(rng), _draw_style(rng, sex, skin)
    man = sex == "man"
    return Person(
        seed=seed,
        sex=sex,
        shape=shape,
        weight=float(np.clip(rng.normal(0.48, 0.2), 0.05, 1)),
        muscle=float(rng.uniform(0.3, 0.75)),
        masculinity=float(rng.uniform(0.78, 1.0) if man else rng.uniform(0.0, 0.2)),
        skin=skin,
        skin_shift=vector(rng.normal(1, (0.03, 0.025, 0.03))),
        hair=hair or drawn_hair,
        hair_shift=float(rng.normal(1, 0.14)),
        eyes=eyes,
        style=style,
        beard=str(rng.choice(BEARDS)) if man else "",
        brow_thickness=float(rng.uniform(0.6, 1.5) if man else rng.uniform(0.4, 1.0)),
        brow_height=float(rng.normal(0, 0.03)),
        brow_arch=float(rng.uniform(0.02, 0.09) + (0 if man else 0.04)),
        freckles=float(rng.uniform(0.3, 1.0)) if skin in ("pale", "fair") and rng.random() < 0.35 else 0.0,
        moles=moles,
        balding=float(rng.uniform(0, 1) ** 1.5) if man else 0.0,
        greying_age=float(rng.normal(46, 4)),
        lip_redness=float(rng.uniform(0.2, 0.7) if man else rng.uniform(0.4, 1.0)),
        wrinkles=float(rng.uniform(0.75, 1.25)),
    )


def resembling(person: Person, seed: int) -> Person:
    """Another identity of the same sex, skin, hair and style: a hard impostor."""
    other = draw_person(seed, sex=person.sex, skin=person.skin, hair=person.hair)
    return replace(other, style=person.style)


def _draw_shape(rng: np.random.Generator) -> Array:
    """Shape controls of a head that is nearly symmetric."""
    head = load_head()
    spread = np.array([_spread(name) for name in head.local_names])
    shape = np.clip(rng.standard_normal(len(spread)) * _STRENGTH * spread, -_LIMIT, _LIMIT)
    shape = head.symmetric(shape.astype(np.float32))
    return shape + (rng.standard_normal(len(spread)) * _ASYMMETRY).astype(np.float32)


def _draw_moles(rng: np.random.Generator) -> Array:
    """Up to five moles anywhere on the face, (n, 4) as in ``Person``."""
    count = int(rng.integers(0, 6))
    x, z = rng.uniform(-1.0, 1.0, count), rng.uniform(-1.8, 0.9, count)
    radius, strength = rng.uniform(0.02, 0.05, count), rng.uniform(0.4, 0.95, count)
    return np.stack([x, z, radius, strength], 1).astype(np.float32)


def _draw_style(rng: np.random.Generator, sex: Sex, skin: str) -> str:
    """Name of a hairstyle: dark skin comes with short or curly hair more often."""
    style = str(rng.choice(STYLES[sex]))
    if skin in ("brown", "dark") and rng.random() < 0.45:
        style = "curly" if sex == "woman" or rng.random() < 0.4 else "crew cut"
    return style


def _spread(name: str) -> float:
    """How far a shape control may go without leaving the human: some are much stronger than others."""
    if name == "head-age-incr" or name.startswith("neck-trans"):
        return 0.0
    if "epicanthus" in name or "eyefold" in name or name.startswith("head-angle"):
        return 0.6
    if name.startswith("neck"):
        return 0.35
    if any(part in name for part in ("ear-wing", "ear-rot", "eye-push", "eye-bag")):
        return 0.5
    if any(part in name for part in ("nostrils-angle", "septumangle", "mouth-laugh", "lip-ext", "prognathism")):
        return 0.55
    return 1.0 if name.startswith(_FREE_CONTROLS) else 0.8
