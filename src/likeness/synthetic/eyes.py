"""The eyes: white, iris and pupil."""

from __future__ import annotations

import math
from typing import NamedTuple

from likeness.synthetic.compiled import compiled
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.noise import noise
from likeness.synthetic.vectors import Vector, dot, minus, mix, norm, times

IRIS = 0.50
"""Angle from the gaze to the iris's rim as the eyeball's centre sees it, radians."""


class Eyes(NamedTuple):
    """Both eyes.

    Attributes:
        seed: Of the iris's streaks.
        centres: Left and right, world.
        radius: Metres.
        iris: Colour, linear RGB.
        gaze: Unit direction, world.
        pupil: Angle from the gaze to the pupil's rim, radians.
    """

    seed: int
    centres: tuple[Vector, Vector]
    radius: float
    iris: Vector
    gaze: Vector
    pupil: float


@compiled
def eye_colour(point: Vector, side: int, eyes: Eyes) -> tuple[Vector, float]:
    """Albedo of the eyeball, linear RGB, and whether the point lies under the cornea, 0 to 1.

    Args:
        point: World.
        side: 0 the left eye, 1 the right.
        eyes: The eyes.
    """
    outward = times(minus(point, eyes.centres[side]), 1 / eyes.radius)
    cosine = dot(outward, eyes.gaze) / (norm(outward) + 1e-6)
    angle = math.acos(min(1.0, max(-1.0, cosine)))
    veins = 0.02 * noise(outward[0] * 6, outward[1] * 6, outward[2] * 6, eyes.seed + 11)
    white = (0.80 + veins, 0.745 - veins, 0.715 - veins)
    if angle > IRIS + 0.05:
        return white, 0.0
    around = math.atan2(outward[2] - eyes.gaze[2], outward[0] - eyes.gaze[0])
    streaks = 1 + 0.35 * noise(around * 7, angle * 5, 0.0, eyes.seed + 12)
    limbus = smoothstep(IRIS - 0.14, IRIS - 0.01, angle)  # the dark ring around the iris
    brightness = (0.7 + 0.9 * (1 - angle / IRIS)) * streaks * (1 - 0.75 * limbus)
    brightness *= smoothstep(eyes.pupil - 0.03, eyes.pupil + 0.03, angle)
    iris = times(eyes.iris, brightness)
    outside = smoothstep(IRIS - 0.03, IRIS + 0.05, angle)
    return mix((iris[0] + 0.003, iris[1] + 0.003, iris[2] + 0.003), white, outside), 1 - outside


@compiled
def lid_shadow(outward: Vector, radius: float) -> float:
    """What the lids leave of the light on the eyeball, 0 to 1, at an offset from its centre in metres."""
    above, beside = outward[2] / radius, abs(outward[0]) / radius
    return 1 - 0.50 * smoothstep(0.14, 0.46, above) - 0.25 * smoothstep(0.28, 0.62, beside)
