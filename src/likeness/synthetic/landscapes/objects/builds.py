"""The measures of people, and the colours of their skin, hair and clothes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likeness.synthetic.landscapes.objects.tints import tint, varied
from likeness.synthetic.vectors import Vector


class Build(NamedTuple):
    """A body's measures in metres.

    Attributes:
        tall: From the ground to the crown.
        head: Height of the head.
        hips: Height of the hips, where the legs begin.
        shoulders: Height of the shoulders.
        broad: Half the breadth of the shoulders.
        waist: Half the breadth of the waist.
        pelvis: Half the breadth of the hips.
        limb: Radius of an upper arm; legs are thicker.
        child: Whether it is one.
        female: Girl or woman.
    """

    tall: float
    head: float
    hips: float
    shoulders: float
    broad: float
    waist: float
    pelvis: float
    limb: float
    child: bool
    female: bool


BUILDS = {
    "boy": Build(1.16, 0.265, 0.50, 0.86, 0.145, 0.115, 0.12, 0.040, True, False),
    "girl": Build(1.14, 0.265, 0.50, 0.84, 0.130, 0.105, 0.12, 0.036, True, True),
    "man": Build(1.82, 0.255, 0.90, 1.50, 0.240, 0.170, 0.17, 0.060, False, False),
    "woman": Build(1.68, 0.245, 0.85, 1.38, 0.175, 0.120, 0.17, 0.046, False, True),
}


SKINS = ((0.93, 0.74, 0.62), (0.87, 0.66, 0.52), (0.72, 0.51, 0.38), (0.50, 0.34, 0.25), (0.36, 0.24, 0.18))


HAIRS = ((0.10, 0.08, 0.07), (0.26, 0.17, 0.11), (0.42, 0.28, 0.16), (0.78, 0.61, 0.34), (0.55, 0.24, 0.12))


BRIGHT = (
    (0.85, 0.16, 0.14),
    (0.95, 0.78, 0.15),
    (0.16, 0.38, 0.72),
    (0.20, 0.58, 0.36),
    (0.95, 0.50, 0.15),
    (0.92, 0.50, 0.62),
    (0.95, 0.94, 0.90),
    (0.45, 0.25, 0.58),
    (0.25, 0.68, 0.75),
)


SOBER = (
    (0.16, 0.20, 0.34),
    (0.30, 0.28, 0.27),
    (0.45, 0.36, 0.26),
    (0.62, 0.56, 0.46),
    (0.22, 0.32, 0.24),
    (0.12, 0.12, 0.13),
)


SHOES = ((0.14, 0.11, 0.10), (0.36, 0.22, 0.14), (0.86, 0.84, 0.80), (0.65, 0.14, 0.12))


def one_of(colours: tuple[Vector, ...], rng: np.random.Generator) -> Vector:
    """One of the colours, linear, a little changed."""
    return varied(tint(colours[int(rng.integers(len(colours)))]), rng)
