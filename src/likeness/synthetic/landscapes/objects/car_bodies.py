"""The shapes of cars: profiles, cabins and wheels of an old car, a sports car and a plain saloon, in metres.

A car stands along x with its bonnet to the right, its wheels on y = 0, its side towards the viewer at +z.
"""

from __future__ import annotations

from typing import NamedTuple

Curve = tuple[tuple[float, float], ...]
"""Points (x, value) that a smooth curve runs through."""


class Cabin(NamedTuple):
    """The part of a car above its shoulders.

    Attributes:
        base: x of its rear and front ends at the shoulders.
        roof: The same at the roof's edge.
        sill: Height of the shoulders there, rear and front.
        top: Height of the roof's edge.
        crown: How much higher the roof's middle is.
        half_base: Half its width at the shoulders.
        half_roof: Half its width at the roof's edge.
        round: How round its corners are in plan: 2 is an ellipse, more is squarer.
        pillars: Where along the side a pillar stands, 0 rear to 1 front.
    """

    base: tuple[float, float]
    roof: tuple[float, float]
    sill: tuple[float, float]
    top: float
    crown: float
    half_base: float
    half_roof: float
    round: float
    pillars: tuple[float, ...]


class Body(NamedTuple):
    """A car's shape.

    Attributes:
        top: Height of the body without the cabin along x: boot, shoulders, bonnet.
        half_width: Half the body's width along x, at its widest height.
        bottom: Height of the body's lower edge.
        widest: Height where it is widest, as a share from bottom to top.
        flat: How boxy its section is: 2 is an ellipse, more is squarer.
        cabin: What stands on it.
        wheels: x of the rear and the front axle.
        wheel: Radius of the tyres.
        arch: Radius of the openings above the wheels.
        track: Half the distance between the tyres' outer sides.
        fenders: Whether the wheels have wings of their own, as old cars do.
        spokes: Of a wheel; 0 for a plain disc with a cap.
    """

    top: Curve
    half_width: Curve
    bottom: float
    widest: float
    flat: float
    cabin: Cabin
    wheels: tuple[float, float]
    wheel: float
    arch: float
    track: float
    fenders: bool
    spokes: int


BODIES = {
    "plain": Body(
        top=(
            (-2.25, 0.62),
            (-2.18, 0.84),
            (-1.9, 0.93),
            (-1.2, 0.95),
            (0.0, 0.93),
            (0.8, 0.92),
            (1.5, 0.84),
            (2.05, 0.74),
            (2.22, 0.58),
        ),
        half_width=((-2.25, 0.70), (-2.1, 0.80), (-1.4, 0.87), (0.0, 0.89), (1.4, 0.87), (2.0, 0.79), (2.22, 0.66)),
        bottom=0.24,
        widest=0.55,
        flat=4.2,
        cabin=Cabin((-1.68, 1.05), (-0.98, 0.30), (0.93, 0.91), 1.38, 0.06, 0.80, 0.62, 5.0, (0.02, 0.30, 0.62, 0.98)),
        wheels=(-1.35, 1.38),
        wheel=0.33,
        arch=0.39,
        track=0.86,
        fenders=False,
        spokes=7,
    ),
    "sports": Body(
        top=(
            (-2.15, 0.66),
            (-2.08, 0.84),
            (-1.7, 0.90),
            (-1.1, 0.90),
            (-0.3, 0.80),
            (0.6, 0.78),
            (1.3, 0.80),
            (1.8, 0.66),
            (2.15, 0.44),
        ),
        half_width=(
            (-2.15, 0.80),
            (-1.95, 0.90),
            (-1.3, 0.97),
            (-0.2, 0.89),
            (0.6, 0.89),
            (1.35, 0.95),
            (1.9, 0.86),
            (2.15, 0.62),
        ),
        bottom=0.17,
        widest=0.5,
        flat=3.2,
        cabin=Cabin((-1.75, 0.95), (-0.72, 0.02), (0.90, 0.74), 1.13, 0.04, 0.74, 0.52, 4.0, (0.02, 0.38, 0.98)),
        wheels=(-1.28, 1.36),
        wheel=0.32,
        arch=0.36,
        track=0.94,
        fenders=False,
        spokes=5,
    ),
    "old": Body(
        top=(
            (-2.20, 0.42),
            (-2.12, 0.72),
            (-1.8, 0.98),
            (-1.2, 1.10),
            (-0.3, 1.10),
            (0.5, 1.09),
            (1.2, 1.06),
            (1.75, 0.99),
            (1.95, 0.86),
            (2.02, 0.60),
        ),
        half_width=(
            (-2.20, 0.35),
            (-2.0, 0.52),
            (-1.5, 0.68),
            (-0.6, 0.76),
            (0.3, 0.72),
            (0.9, 0.56),
            (1.5, 0.44),
            (1.9, 0.36),
            (2.02, 0.26),
        ),
        bottom=0.32,
        widest=0.6,
        flat=2.8,
        cabin=Cabin((-1.80, 0.62), (-0.92, 0.28), (1.05, 1.08), 1.56, 0.13, 0.69, 0.52, 3.2, (0.06, 0.42, 0.70, 0.97)),
        wheels=(-1.32, 1.38),
        wheel=0.37,
        arch=0.43,
        track=0.80,
        fenders=True,
        spokes=0,
    ),
}

RUBBER, DARK, STEEL, SILVER = (0.018, 0.018, 0.019), (0.012, 0.012, 0.013), (0.75, 0.76, 0.78), (0.48, 0.49, 0.51)
"""Colours that all cars share, linear RGB."""
