"""One photograph of a person: age, pose, expression, light, place, clothes and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.places import PLACES

EXPRESSIONS: dict[str, dict[str, float]] = {
    "a neutral expression": {"mouthSmileLeft": 0.14, "mouthSmileRight": 0.14},
    "a smile": {
        "mouthSmileLeft": 0.75,
        "mouthSmileRight": 0.75,
        "cheekSquintLeft": 0.4,
        "cheekSquintRight": 0.4,
        "eyeSquintLeft": 0.25,
        "eyeSquintRight": 0.25,
        "mouthDimpleLeft": 0.2,
        "mouthDimpleRight": 0.2,
    },
    "a broad smile": {
        "mouthSmileLeft": 0.9,
        "mouthSmileRight": 0.9,
        "mouthUpperUpLeft": 0.35,
        "mouthUpperUpRight": 0.35,
        "jawOpen": 0.10,
        "cheekSquintLeft": 0.6,
        "cheekSquintRight": 0.6,
        "eyeSquintLeft": 0.35,
        "eyeSquintRight": 0.35,
    },
    "an open mouth": {"jawOpen": 0.45, "mouthFunnel": 0.15},
    "a frown": {
        "mouthFrownLeft": 0.45,
        "mouthFrownRight": 0.45,
        "browDownLeft": 0.8,
        "browDownRight": 0.8,
        "eyeSquintLeft": 0.25,
        "eyeSquintRight": 0.25,
    },
    "a surprised look": {
        "eyeWideLeft": 0.7,
        "eyeWideRight": 0.7,
        "browInnerUp": 0.8,
        "browOuterUpLeft": 0.7,
        "browOuterUpRight": 0.7,
        "jawOpen": 0.25,
    },
}
"""Named expressions as facial actions (ARKit's names) and strengths."""
_EXPRESSION_SHARES = (0.38, 0.26, 0.16, 0.06, 0.08, 0.06)

HARD = ("back of the head", "occluded", "blurred", "tiny", "dark", "profile")
"""What can make a face hard or impossible to find."""


@dataclass(frozen=True)
class Shot:
    """The circumstances of one photograph.

    Attributes:
        seed: Of whatever else is drawn for it: clothes, gaze, lamps, blur.
        age_years: 0 to 90.
        expression: A key of ``EXPRESSIONS``.
        expression_strength: Factor of its facial actions.
        yaw: Turn to the sitter's left, radians.
        pitch: Downwards, radians.
        roll: Towards the left shoulder, radians.
        place: A key of ``PLACES``.
        glasses: Whether the sitter wears them.
        light_azimuth: Of the key lamp, radians to the picture's right of the camera.
        light_elevation: Radians above the camera.
        exposure: Factor.
        head_height: Share of the picture's height.
        shift_x: Of the head to the picture's right, as a share of the side.
        shift_y: Downwards.
        hard: Empty, or one of ``HARD``.
    """

    seed: int
    age_years: float
    expression: str = "a neutral expression"
    expression_strength: float = 1.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    place: str = "studio"
    glasses: bool = False
    light_azimuth: float = 0.6
    light_elevation: float = 0.6
    exposure: float = 1.0
    head_height: float = 0.67
    shift_x: float = 0.0
    shift_y: float = 0.0
    hard: str = ""


def draw_shot(
    rng: np.random.Generator, age_years: float, *, hard: str = "", glasses_share: float = 0.12, turn: float = 0.20
) -> Shot:
    """Draw a photograph's circumstances.

    Args:
        rng: Source of randomness.
        age_years: 0 to 90.
        hard: Empty, or one of ``HARD``.
        glasses_share: Of the people over six who wear glasses; of the younger ones, a quarter of that.
        turn: Deviation of the head's turn to the side, radians; none is turned by more than two and a half times that.
    """
    yaw = float(np.clip(rng.normal(0, turn), -2.5 * turn, 2.5 * turn))
    if hard == "back of the head":
        yaw = float(np.pi + rng.normal(0, 0.4))
    elif hard == "profile":
        yaw = float(rng.choice([-1.0, 1.0]) * rng.uniform(1.25, 1.6))
    return Shot(
        seed=int(rng.integers(1 << 31)),
        age_years=age_years,
        expression=str(rng.choice(list(EXPRESSIONS), p=_EXPRESSION_SHARES)),
        expression_strength=float(rng.uniform(0.75, 1.05)),
        yaw=yaw,
        pitch=float(rng.normal(0, 0.08)),
        roll=float(rng.normal(0, 0.06)),
        place=str(rng.choice(list(PLACES))),
        glasses=bool(rng.random() < (glasses_share if age_years > 6 else glasses_share / 4)),
        light_azimuth=float(rng.uniform(-1.0, 1.0)),
        light_elevation=float(rng.uniform(0.15, 0.95)),
        exposure=float(rng.normal(1.0, 0.08)) * (0.045 if hard == "dark" else 1.0),
        head_height=float(rng.uniform(0.05, 0.09) if hard == "tiny" else np.clip(rng.normal(0.67, 0.05), 0.54, 0.78)),
        shift_x=float(rng.uniform(-0.3, 0.3) if hard == "tiny" else rng.normal(0, 0.035)),
        shift_y=float(rng.normal(0, 0.025)),
        hard=hard,
    )
