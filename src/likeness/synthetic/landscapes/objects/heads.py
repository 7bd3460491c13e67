"""Heads: a face, and hair, a cap or a hat."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.builds import BRIGHT, SOBER, Build, one_of
from likeness.synthetic.landscapes.objects.finishes import MATT
from likeness.synthetic.landscapes.objects.limbs import joined
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, moved
from likeness.synthetic.landscapes.objects.solids import ball, turned_profile
from likeness.synthetic.vectors import Array, Vector, times


def head(build: Build, centre: Array, skin: Vector, hair: Vector, rng: np.random.Generator) -> Mesh:
    """Head, face and hair."""
    h = build.head
    parts = [ball(centre, (0.40 * h, 0.5 * h, 0.43 * h), skin, MATT)]
    for side in (-1, 1):
        parts.append(
            ball(
                centre + np.array([side * 0.15 * h, 0.02 * h, 0.395 * h]),
                0.048 * h,
                (0.02, 0.015, 0.015),
                MATT,
                sides=6,
            )
        )
        parts.append(ball(centre + np.array([side * 0.40 * h, -0.02 * h, 0.0]), 0.085 * h, skin, MATT, sides=6))
    parts.append(ball(centre + np.array([0, -0.08 * h, 0.43 * h]), 0.06 * h, skin, MATT, sides=6))
    lips = times(skin, 0.6)
    parts.append(
        ball(centre + np.array([0, -0.24 * h, 0.355 * h]), (0.11 * h, 0.025 * h, 0.05 * h), lips, MATT, sides=8)
    )
    cap = np.array([0, 0.10 * h, -0.07 * h], np.float32)
    parts.append(ball(centre + cap, (0.455 * h, 0.475 * h, 0.435 * h), hair, MATT))
    style = int(rng.integers(3))
    if build.female and build.child and style < 2:  # two bunches
        for side in (-1, 1):
            root = centre + np.array([side * 0.42 * h, 0.06 * h, -0.08 * h])
            end = root + np.array([side * 0.28 * h, -0.75 * h, 0.0])
            parts.append(
                joined(
                    [root, (root + end) / 2 + np.array([side * 0.10 * h, 0.08 * h, 0]), end],
                    (0.10 * h, 0.16 * h, 0.06 * h),
                    hair,
                )
            )
    elif build.female and style == 2 and not build.child:  # a knot
        parts.append(ball(centre + np.array([0, 0.46 * h, -0.30 * h]), 0.22 * h, hair, MATT, sides=10))
    elif build.female:  # long hair
        parts.append(ball(centre + np.array([0, -0.30 * h, -0.20 * h]), (0.47 * h, 0.85 * h, 0.30 * h), hair, MATT))
    elif build.child and style == 0:  # a cap
        colour = one_of(BRIGHT, rng)
        parts.append(ball(centre + np.array([0, 0.20 * h, -0.03 * h]), (0.49 * h, 0.40 * h, 0.49 * h), colour, MATT))
        parts.append(
            ball(centre + np.array([0, 0.22 * h, 0.42 * h]), (0.34 * h, 0.04 * h, 0.30 * h), colour, MATT, sides=10)
        )
    elif not build.child and style == 0:  # a hat
        colour = one_of(SOBER, rng)
        hat = turned_profile([(0.72, -0.05), (0.72, -0.02), (0.40, 0.02), (0.34, 0.28), (0, 0.30)], colour, MATT)
        parts.append(moved(hat._replace(position=hat.position * h), centre + np.array([0, 0.26 * h, -0.02 * h])))
    return merged(parts)
