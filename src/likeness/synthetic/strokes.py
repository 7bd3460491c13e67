"""Brows and lashes as strokes: where each hair is rooted on the face seen from the front, and where it points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.front_view import FrontView, LidRim
from likeness.synthetic.person import Person
from likeness.synthetic.vectors import Array


@dataclass(frozen=True)
class Strokes:
    """Hairs in rest space.

    Attributes:
        x: (n,) of the roots.
        z: (n,) of the roots.
        direction: (n, 3) any length.
    """

    x: Array
    z: Array
    direction: Array


@dataclass(frozen=True)
class Lashes(Strokes):
    """Lashes; ``length`` (n,) is in eye distances."""

    length: Array


def brow_strokes(person: Person, rng: np.random.Generator, *, fullness: float) -> Strokes:
    """Draw the hairs of both brows.

    Args:
        person: Whose brows.
        rng: Source of randomness.
        fullness: 0 none to 1.
    """
    count = int(520 * fullness * (0.6 + 0.4 * person.brow_thickness))
    along = rng.beta(1.15, 1.25, count).astype(np.float32)  # 0 at the nose to 1 at the temple, thinner at both
    side = np.where(rng.random(count) < 0.5, -1.0, 1.0).astype(np.float32)
    arch = np.interp(along, [0, 0.35, 0.68, 1], [0, 0.6, 1, 0.15]) * (0.04 + person.brow_arch)
    thick = 0.35 + 0.65 * np.sin(np.pi * np.clip(0.22 + 0.75 * (1 - along), 0, 1))
    z = person.brow_height + 0.31 + arch + rng.uniform(-1, 1, count) * (0.052 * person.brow_thickness * thick)
    outward = side * (0.30 + 0.95 * along)
    direction = np.stack([outward, np.full(count, -0.25), 0.75 - 0.95 * along], 1) + rng.normal(0, 0.15, (count, 3))
    x = side * (0.20 + 0.62 * along)
    return Strokes(x.astype(np.float32), z.astype(np.float32), direction.astype(np.float32))


def lash_strokes(front: FrontView, rng: np.random.Generator, *, upper: int, lower: int) -> Lashes:
    """Draw the lashes of all four lids.

    Args:
        front: The rest head from the front.
        rng: Source of randomness.
        upper: Lashes an upper lid.
        lower: Lashes a lower lid.
    """
    lids = [_lid_lashes(rim, rng, upper if rim.upper else lower) for rim in front.lid_rims()]
    return Lashes(
        x=np.concatenate([lid.x for lid in lids]),
        z=np.concatenate([lid.z for lid in lids]),
        direction=np.concatenate([lid.direction for lid in lids]),
        length=np.concatenate([lid.length for lid in lids]),
    )


def _lid_lashes(rim: LidRim, rng: np.random.Generator, count: int) -> Lashes:
    """Lashes along one rim, longer towards the temple."""
    x = np.interp(rng.random(count), np.linspace(0, 1, len(rim.x)), rim.x)
    z = np.interp(x, rim.x, rim.z)
    outer = np.sign(x) * (x - rim.x.mean()) / (np.ptp(rim.x) / 2)  # −1 at the nose, 1 at the temple
    sideways, rise = np.sign(x) * (0.15 + 0.55 * outer), 0.55 if rim.upper else -0.5
    direction = np.stack([sideways, np.full(count, -1.0), np.full(count, rise)], 1)
    length = (0.085 if rim.upper else 0.045) * (0.75 + 0.35 * outer) * rng.uniform(0.7, 1.1, count)
    direction = direction + rng.normal(0, 0.08, (count, 3))
    return Lashes(x.astype(np.float32), z.astype(np.float32), direction.astype(np.float32), length.astype(np.float32))
