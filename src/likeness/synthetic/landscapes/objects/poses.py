"""How people stand and play: angles of the limbs, and what they play with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Limb(NamedTuple):
    """Angles of an arm or a leg, radians.

    Attributes:
        swing: Forward from hanging down.
        raised: Out to the side.
        bend: Of the elbow forward and up, or of the knee back.
    """

    swing: float
    raised: float
    bend: float


class Pose(NamedTuple):
    """A whole pose; left and right as the viewer sees someone who faces him.

    Attributes:
        left_arm: The arm on the viewer's left.
        right_arm: See ``left_arm``.
        left_leg: See ``left_arm``.
        right_leg: See ``left_arm``.
        lean: Of the trunk forward.
        turn: Of the whole body to the viewer's right, radians; 0 faces him.
        plays_with: "", "ball" or "kite".
    """

    left_arm: Limb
    right_arm: Limb
    left_leg: Limb
    right_leg: Limb
    lean: float
    turn: float
    plays_with: str = ""


def _standing(rng: np.random.Generator) -> Pose:
    arm, stance = float(rng.uniform(0.10, 0.28)), float(rng.uniform(0.05, 0.12))
    swing = float(rng.normal(0, 0.15))
    return Pose(
        Limb(swing, arm, 0.25),
        Limb(-swing, arm, 0.25),
        Limb(0, stance, 0),
        Limb(0, stance, 0),
        0.0,
        float(rng.uniform(-0.8, 0.8)),
    )


def _walking(rng: np.random.Generator) -> Pose:
    step, turn = float(rng.uniform(0.35, 0.5)), float(rng.choice((-1, 1))) * float(rng.uniform(0.9, 1.4))
    return Pose(
        Limb(-step, 0.12, 0.4), Limb(step, 0.12, 0.5), Limb(step, 0.03, 0.1), Limb(-step, 0.03, 0.45), 0.05, turn
    )


def _running(rng: np.random.Generator) -> Pose:
    step, turn = float(rng.uniform(0.7, 0.95)), float(rng.choice((-1, 1))) * float(rng.uniform(0.8, 1.4))
    return Pose(
        Limb(-step, 0.25, 1.3), Limb(step, 0.25, 1.4), Limb(step, 0.05, 0.7), Limb(-0.55 * step, 0.05, 1.2), 0.22, turn
    )


def _cheering(rng: np.random.Generator) -> Pose:
    high, wide = float(rng.uniform(2.2, 2.7)), float(rng.uniform(0.15, 0.3))
    return Pose(
        Limb(0.1, high, 0.15),
        Limb(0.1, high - 0.15, 0.15),
        Limb(0.1, wide, 0.05),
        Limb(-0.1, wide, 0.05),
        0.0,
        float(rng.uniform(-0.6, 0.6)),
    )


def _waving(rng: np.random.Generator) -> Pose:
    calm = _standing(rng)
    return calm._replace(right_arm=Limb(0.1, float(rng.uniform(2.1, 2.6)), 0.3))


def _throwing(rng: np.random.Generator) -> Pose:
    wide = float(rng.uniform(0.12, 0.25))
    return Pose(
        Limb(0.4, 2.5, 0.45),
        Limb(0.4, 2.5, 0.45),
        Limb(0.15, wide, 0.1),
        Limb(-0.15, wide, 0.1),
        -0.05,
        float(rng.uniform(-0.8, 0.8)),
        "ball",
    )


def _flying_a_kite(rng: np.random.Generator) -> Pose:
    return _running(rng)._replace(
        right_arm=Limb(1.6, 0.9, 0.5), lean=0.08, turn=float(rng.uniform(-1.0, 1.0)), plays_with="kite"
    )


_PLAYING = (_running, _cheering, _throwing, _flying_a_kite, _waving)
_GROWN_UP = (_standing, _walking, _waving, _standing)


def draw_pose(child: bool, rng: np.random.Generator) -> Pose:
    """A pose: children play, two times in three; grown-ups stand, walk or wave, seldom play."""
    plays = rng.random() < (0.70 if child else 0.15)
    choices = _PLAYING if plays else _GROWN_UP
    return choices[int(rng.integers(len(choices)))](rng)
