"""Hairstyles: how long the hair is and which way it is combed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from likeness.synthetic.curves import smoothsteps
from likeness.synthetic.person import Person
from likeness.synthetic.vectors import Array

CROWN = (0.0, 2.0, 1.75)
"""Rest position of the whorl that short hair grows away from."""
KNOT = (0.0, 2.75, 0.95)
"""Rest position where a ponytail is tied."""


@dataclass(frozen=True)
class Hairstyle:
    """A hairstyle; see ``growth.Habit`` for what the numbers do.

    Attributes:
        length: Eye distances.
        lift: 0 to 1.
        gravity: 0 to 1.
        body: Eye distances.
        comb: Which way it is combed.
        curl: Eye distances.
        turns: Of a curl over a strand.
        clump: 0 to 1.
        shine: Strength of the highlight.
        count: Strands of a full head.
        front: Share of its length that it has over the forehead.
    """

    length: float
    lift: float
    gravity: float
    body: float
    comb: Literal["crown", "side", "back", "centre", "fringe", "tail"]
    curl: float = 0.0
    turns: float = 0.0
    clump: float = 0.3
    shine: float = 1.0
    count: int = 7000
    front: float = 1.0


HAIRSTYLES = {
    "crew cut": Hairstyle(0.20, 0.85, 0.00, 0.06, "crown", clump=0.15, shine=0.5, count=9000),
    "short": Hairstyle(0.60, 0.38, 0.10, 0.18, "crown", clump=0.7, shine=0.8, count=8000),
    "side parting": Hairstyle(0.95, 0.30, 0.38, 0.24, "side", clump=0.5, count=7500, front=0.6),
    "swept back": Hairstyle(1.20, 0.26, 0.14, 0.22, "back", clump=0.5, count=7500),
    "curly": Hairstyle(
        0.95, 0.60, 0.10, 0.38, "crown", curl=0.10, turns=2.2, clump=1.0, shine=0.6, count=7000, front=0.4
    ),
    "bob": Hairstyle(2.60, 0.26, 0.70, 0.32, "centre", clump=0.4, count=6500),
    "long": Hairstyle(4.60, 0.24, 0.80, 0.30, "centre", clump=0.5, count=8000),
    "fringe": Hairstyle(3.40, 0.26, 0.75, 0.30, "fringe", clump=0.35, count=6500),
    "ponytail": Hairstyle(1.90, 0.10, 0.00, 0.10, "tail", clump=0.3, count=6500),
}


def worn_style(person: Person, age_years: float) -> str:
    """Name of the hairstyle that a person wears at an age; a baby's down is none."""
    if age_years < 2:
        return ""
    style = HAIRSTYLES[person.style]
    if age_years > 55 and person.sex == "woman" and style.length > 2.6 and person.seed % 3:
        return "bob" if person.seed % 2 else "short"
    return person.style


def hairstyle_at(person: Person, age_years: float, rng: np.random.Generator) -> Hairstyle:
    """The hairstyle that a person wears at an age; its length differs a little from photograph to photograph."""
    name = worn_style(person, age_years)
    if name:
        style = HAIRSTYLES[name]
        style = replace(style, length=min(style.length, 0.5 + 0.28 * age_years)) if age_years < 7 else style
    else:
        count = int(2500 + 1500 * age_years)
        style = Hairstyle(0.22 + 0.12 * age_years, 0.30, 0.02, 0.05, "crown", clump=0.6, shine=0.5, count=count)
    return replace(style, length=style.length * float(np.exp(rng.normal(0, 0.10))))


def parting_of(person: Person, style: Hairstyle) -> float:
    """Rest x of the parting; its sign is the side."""
    if style.comb != "side" and person.seed % 2:
        return 0.0
    return 0.42 if person.seed % 4 < 2 else -0.42


def comb(style: Hairstyle, rest: Array, parting: float) -> tuple[Array, Array]:
    """Comb the hair.

    Args:
        style: The hairstyle.
        rest: (n, 3) rest positions of the roots.
        parting: Rest x of the parting.

    Returns:
        Direction (n, 3) of any length and share of the style's length (n,).
    """
    if style.comb == "back":
        direction, share = _back(rest)
    elif style.comb == "side":
        direction, share = _side(rest, parting)
    elif style.comb == "centre":
        direction, share = _centre(rest, parting)
    elif style.comb == "fringe":
        direction, share = _fringe(rest, parting)
    elif style.comb == "tail":
        direction = np.array(KNOT, np.float32) - rest
        share = np.linalg.norm(direction, axis=1) / style.length
    else:
        direction, share = _around_crown(rest, parting)
    over_forehead = 1 - smoothsteps(0.2, 1.0, rest[:, 1])
    return direction.astype(np.float32), (share * (1 - (1 - style.front) * over_forehead)).astype(np.float32)


def _falling(rest: Array) -> Array:
    """Downward pull of the comb at the sides, (n,): −1 below the temples to 0 on top."""
    return smoothsteps(0.2, 1.4, rest[:, 2]) - 1


def _back(rest: Array) -> tuple[Array, Array]:
    x, z = rest[:, 0], rest[:, 2]
    direction = np.stack([0.35 * x, np.ones_like(x), 0.25 + 0.9 * _falling(rest)], 1)
    return direction, 0.45 + 0.55 * smoothsteps(0.2, 1.2, z)


def _side(rest: Array, parting: float) -> tuple[Array, Array]:
    x, y, z = rest.T
    sideways = np.tanh((x - parting) * 5) * smoothsteps(0.3, 1.2, z) + 0.2 * x
    forward = -0.55 * (1 - smoothsteps(-0.2, 1.0, y)) + 0.35 * smoothsteps(0.5, 2, y)
    direction = np.stack([sideways, forward, 0.75 * _falling(rest)], 1)
    return direction, 0.35 + 0.65 * smoothsteps(0.3, 1.3, z)


def _centre(rest: Array, parting: float) -> tuple[Array, Array]:
    x, y, z = rest.T
    front = 1 - smoothsteps(-0.2, 0.9, y)
    sideways = np.tanh((x - parting) * 4) * (0.5 + 0.6 * smoothsteps(0.5, 1.5, z))
    direction = np.stack([sideways, 0.15 + 0.35 * front + 0.1 * y, 0.15 * front + 0.8 * _falling(rest)], 1)
    return direction, np.ones_like(x)


def _fringe(rest: Array, parting: float) -> tuple[Array, Array]:
    """A centre parting whose front falls over the forehead, cut above the brows."""
    direction, share = _centre(rest, parting)
    x, y = rest[:, 0], rest[:, 1]
    front = (1 - smoothsteps(0.3, 0.7, y)) * (1 - smoothsteps(0.55, 0.85, np.abs(x)))
    forward = np.stack([0.25 * x, np.full_like(x, -0.9), np.full_like(x, -0.35)], 1)
    direction = direction * (1 - front[:, None]) + forward * front[:, None]
    return direction, share * (1 - front) + 0.17 * front


def _around_crown(rest: Array, parting: float) -> tuple[Array, Array]:
    direction = rest - np.array(CROWN, np.float32)
    direction[:, 0] += 0.5 * np.sin(3 * rest[:, 2] + parting)  # tufts
    return direction, 0.55 + 0.45 * smoothsteps(0.2, 1.3, rest[:, 2])
