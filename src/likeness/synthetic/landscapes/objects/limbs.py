"""Arms, legs and trunks as joined tubes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from likeness.synthetic.landscapes.objects.builds import Build
from likeness.synthetic.landscapes.objects.finishes import MATT
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.poses import Limb
from likeness.synthetic.landscapes.objects.solids import ball, sheet, tubes
from likeness.synthetic.vectors import Array, Vector


def _way(limb: Limb, side: float, bend: float = 0.0) -> Array:
    """Direction of a limb that hangs from a body facing the viewer; its lower part has ``bend`` more swing."""
    swing, level = limb.swing + bend, math.cos(limb.raised)
    return np.array([side * math.sin(limb.raised), -level * math.cos(swing), level * math.sin(swing)], np.float32)


def joined(points: ArrayLike, radii: tuple[float, ...], colour: Vector) -> Mesh:
    """A limb through points (n, 3), round at its joints."""
    knots = np.asarray(points, np.float32)
    pairs = np.stack([radii[:-1], radii[1:]], axis=1)
    balls = [ball(knot, radius, colour, MATT, sides=8) for knot, radius in zip(knots, radii, strict=True)]
    return merged([tubes(knots[:-1], knots[1:], pairs, colour, MATT, sides=10), *balls])


def arm_of(
    build: Build, limb: Limb, side: float, shoulder: Array, sleeve: Vector, skin: Vector, *, long: bool
) -> tuple[Mesh, Array]:
    """An arm, and where its hand is."""
    length = 0.19 * build.tall
    elbow = shoulder + _way(limb, side) * length
    if limb.raised > 1.2:  # a raised arm bends inwards
        lower = _way(limb._replace(raised=limb.raised + 0.6 * limb.bend), side)
    else:
        lower = _way(limb, side, limb.bend)
    hand = elbow + lower * length * 0.95
    r = build.limb
    middle = elbow if long else shoulder + _way(limb, side) * length * 0.55
    upper = joined([shoulder, middle], (r * 1.25, r * 1.1), sleeve)
    fore = joined([middle, elbow, hand], (r * 0.9, r * 0.85, r * 0.7), sleeve if long else skin)
    return merged([upper, fore, ball(hand + lower * r, r * 1.05, skin, MATT, sides=8)]), hand


def leg_of(
    build: Build, limb: Limb, side: float, hip: Array, cloth: Vector, skin: Vector, shoe: Vector, *, bare_from: float
) -> Mesh:
    """A leg, its cloth ending ``bare_from`` of the way down, 0 to 1."""
    length = build.hips * 0.49
    knee = hip + _way(limb, side) * length
    lower = _way(limb, side, -limb.bend)
    ankle = knee + lower * length * 0.93
    r = build.limb * 1.45
    toe = ankle + np.array([0.0, -0.02 * build.tall, 0.045 * build.tall], np.float32)
    thigh = joined([hip, knee], (r * 1.25, r), cloth if bare_from > 0.4 else skin)
    shin = joined([knee, ankle], (r * 0.95, r * (0.85 if bare_from >= 1 else 0.6)), cloth if bare_from >= 1 else skin)
    foot = ball((ankle + toe) / 2, (r * 0.85, r * 0.75, 0.062 * build.tall), shoe, MATT, sides=10)
    return merged([thigh, shin, foot])


def ellipses(levels: list[tuple[float, float, float]], colour: Vector, lean: float) -> Mesh:
    """A trunk from (height, half breadth, half depth), leaning forward above its first level."""
    angle = np.linspace(0, 2 * np.pi, 17)
    y, breadth, depth = (np.array(values)[:, None] for values in zip(*levels, strict=True))
    forward = (y - y[0]) * math.sin(lean)
    points = np.stack(
        [-breadth * np.sin(angle), np.broadcast_to(y, (len(y), 17)), depth * np.cos(angle) + forward], axis=2
    )
    points[:, -1] = points[:, 0]
    return sheet(points, colour, MATT)
