"""People seen from afar: children and grown-ups, standing or playing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from likeness.synthetic.landscapes.objects.finishes import MATT
from likeness.synthetic.landscapes.objects.mesh import Mesh, ball, merged, moved, quads, sheet, tubes, turned, turned_profile
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.poses import Limb, Pose, draw_pose
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import tint, varied
from likeness.synthetic.vectors import Array, Vector


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


_BUILDS = {
    "boy": Build(1.16, 0.265, 0.50, 0.86, 0.145, 0.115, 0.12, 0.040, True, False),
    "girl": Build(1.14, 0.265, 0.50, 0.84, 0.130, 0.105, 0.12, 0.036, True, True),
    "man": Build(1.82, 0.255, 0.90, 1.50, 0.240, 0.170, 0.17, 0.060, False, False),
    "woman": Build(1.68, 0.245, 0.85, 1.38, 0.175, 0.120, 0.17, 0.046, False, True),
}
_SKINS = ((0.93, 0.74, 0.62), (0.87, 0.66, 0.52), (0.72, 0.51, 0.38), (0.50, 0.34, 0.25), (0.36, 0.24, 0.18))
_HAIRS = ((0.10, 0.08, 0.07), (0.26, 0.17, 0.11), (0.42, 0.28, 0.16), (0.78, 0.61, 0.34), (0.55, 0.24, 0.12))
_BRIGHT = (
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
_SOBER = ((0.16, 0.20, 0.34), (0.30, 0.28, 0.27), (0.45, 0.36, 0.26), (0.62, 0.56, 0.46), (0.22, 0.32, 0.24), (0.12, 0.12, 0.13))
_SHOES = ((0.14, 0.11, 0.10), (0.36, 0.22, 0.14), (0.86, 0.84, 0.80), (0.65, 0.14, 0.12))

_EYE = Eye(distance=14.0, height=1.5)


def _one(colours: tuple[Vector, ...], rng: np.random.Generator) -> Vector:
    """One of the colours, linear, a little changed."""
    return varied(tint(colours[int(rng.integers(len(colours)))]), rng)


def _way(limb: Limb, side: float, bend: float = 0.0) -> Array:
    """Direction of a limb that hangs from a body facing the viewer; its lower part has ``bend`` more swing."""
    swing, level = limb.swing + bend, math.cos(limb.raised)
    return np.array([side * math.sin(limb.raised), -level * math.cos(swing), level * math.sin(swing)], np.float32)


def _joined(points: ArrayLike, radii: tuple[float, ...], colour: Vector) -> Mesh:
    """A limb through points (n, 3), round at its joints."""
    knots = np.asarray(points, np.float32)
    pairs = np.stack([radii[:-1], radii[1:]], axis=1)
    balls = [ball(knot, radius, colour, MATT, sides=8) for knot, radius in zip(knots, radii, strict=True)]
    return merged([tubes(knots[:-1], knots[1:], pairs, colour, MATT, sides=10), *balls])


def _arm(build: Build, limb: Limb, side: float, shoulder: Array, sleeve: Vector, skin: Vector, *, long: bool) -> tuple[Mesh, Array]:
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
    upper = _joined([shoulder, middle], (r * 1.25, r * 1.1), sleeve)
    fore = _joined([middle, elbow, hand], (r * 0.9, r * 0.85, r * 0.7), sleeve if long else skin)
    return merged([upper, fore, ball(hand + lower * r, r * 1.05, skin, MATT, sides=8)]), hand


def _leg(build: Build, limb: Limb, side: float, hip: Array, cloth: Vector, skin: Vector, shoe: Vector, *, bare_from: float) -> Mesh:
    """A leg, its cloth ending ``bare_from`` of the way down, 0 to 1."""
    length = build.hips * 0.49
    knee = hip + _way(limb, side) * length
    lower = _way(limb, side, -limb.bend)
    ankle = knee + lower * length * 0.93
    r = build.limb * 1.45
    toe = ankle + np.array([0.0, -0.02 * build.tall, 0.045 * build.tall], np.float32)
    thigh = _joined([hip, knee], (r * 1.25, r), cloth if bare_from > 0.4 else skin)
    shin = _joined([knee, ankle], (r * 0.95, r * (0.85 if bare_from >= 1 else 0.6)), cloth if bare_from >= 1 else skin)
    foot = ball((ankle + toe) / 2, (r * 0.85, r * 0.75, 0.062 * build.tall), shoe, MATT, sides=10)
    return merged([thigh, shin, foot])


def _ellipses(levels: list[tuple[float, float, float]], colour: Vector, lean: float) -> Mesh:
    """A trunk from (height, half breadth, half depth), leaning forward above its first level."""
    angle = np.linspace(0, 2 * np.pi, 17)
    y, breadth, depth = (np.array(values)[:, None] for values in zip(*levels, strict=True))
    forward = (y - y[0]) * math.sin(lean)
    points = np.stack([-breadth * np.sin(angle), np.broadcast_to(y, (len(y), 17)), depth * np.cos(angle) + forward], axis=2)
    points[:, -1] = points[:, 0]
    return sheet(points, colour, MATT)


def _head(build: Build, centre: Array, skin: Vector, hair: Vector, rng: np.random.Generator) -> Mesh:
    """Head, face and hair."""
    h = build.head
    parts = [ball(centre, (0.40 * h, 0.5 * h, 0.43 * h), skin, MATT)]
    for side in (-1, 1):
        parts.append(ball(centre + np.array([side * 0.15 * h, 0.02 * h, 0.395 * h]), 0.048 * h, (0.02, 0.015, 0.015), MATT, sides=6))
        parts.append(ball(centre + np.array([side * 0.40 * h, -0.02 * h, 0.0]), 0.085 * h, skin, MATT, sides=6))
    parts.append(ball(centre + np.array([0, -0.08 * h, 0.43 * h]), 0.06 * h, skin, MATT, sides=6))
    lips = tuple(0.6 * c for c in skin)
    parts.append(ball(centre + np.array([0, -0.24 * h, 0.355 * h]), (0.11 * h, 0.025 * h, 0.05 * h), lips, MATT, sides=8))
    cap = np.array([0, 0.10 * h, -0.07 * h], np.float32)
    parts.append(ball(centre + cap, (0.455 * h, 0.475 * h, 0.435 * h), hair, MATT))
    style = int(rng.integers(3))
    if build.female and build.child and style < 2:  # two bunches
        for side in (-1, 1):
            root = centre + np.array([side * 0.42 * h, 0.06 * h, -0.08 * h])
            end = root + np.array([side * 0.28 * h, -0.75 * h, 0.0])
            parts.append(_joined([root, (root + end) / 2 + np.array([side * 0.10 * h, 0.08 * h, 0]), end], (0.10 * h, 0.16 * h, 0.06 * h), hair))
    elif build.female and style == 2 and not build.child:  # a knot
        parts.append(ball(centre + np.array([0, 0.46 * h, -0.30 * h]), 0.22 * h, hair, MATT, sides=10))
    elif build.female:  # long hair
        parts.append(ball(centre + np.array([0, -0.30 * h, -0.20 * h]), (0.47 * h, 0.85 * h, 0.30 * h), hair, MATT))
    elif build.child and style == 0:  # a cap
        colour = _one(_BRIGHT, rng)
        parts.append(ball(centre + np.array([0, 0.20 * h, -0.03 * h]), (0.49 * h, 0.40 * h, 0.49 * h), colour, MATT))
        parts.append(ball(centre + np.array([0, 0.22 * h, 0.42 * h]), (0.34 * h, 0.04 * h, 0.30 * h), colour, MATT, sides=10))
    elif not build.child and style == 0:  # a hat
        colour = _one(_SOBER, rng)
        parts.append(moved(turned_profile([(0, 0.30), (0.34, 0.28), (0.40, 0.02), (0.72, -0.02), (0.72, -0.05), (0, -0.06)], colour, MATT), (0, 0, 0))._replace())
        brim = parts.pop()
        parts.append(brim._replace(position=brim.position * h + centre + np.array([0, 0.26 * h, -0.02 * h], np.float32)))
    return merged(parts)


def _kite(hand: Array, rng: np.random.Generator) -> Mesh:
    """A kite in the air, its tail and its string."""
    size, side = 0.42, float(rng.choice((-1, 1)))
    at = hand + np.array([side * rng.uniform(0.7, 1.3), rng.uniform(1.0, 1.7), 0.2], np.float32)
    tilt = 0.5 * side
    turn = np.array([[math.cos(tilt), math.sin(tilt), 0], [-math.sin(tilt), math.cos(tilt), 0], [0, 0, 1]])
    top, left, low, right, middle = (np.array(p) @ turn * size + at for p in ((0, 0.6, 0), (-0.5, 0.1, 0), (0, -0.9, 0), (0.5, 0.1, 0), (0, 0.1, 0.08)))
    bright, other = _one(_BRIGHT, rng), _one(_BRIGHT, rng)
    sails = quads([[middle, top, left, left], [middle, left, low, low], [middle, low, right, right], [middle, right, top, top]], [bright, other, bright, other], MATT)
    knots = np.stack([low + np.array([0.09 * math.sin(2.2 * i) - side * 0.05 * i, -0.13 * i, 0]) for i in range(6)])
    tail = tubes(knots[:-1], knots[1:], (0.012, 0.012), other, MATT, sides=3)
    string = tubes(hand, middle, (0.006, 0.006), (0.8, 0.8, 0.78), MATT, sides=3)
    return merged([sails, tail, string])


def _body(build: Build, pose: Pose, rng: np.random.Generator) -> Mesh:
    """Someone who stands on the origin and faces as the pose says."""
    skin, hair, shoe = _one(_SKINS, rng), _one(_HAIRS, rng), _one(_SHOES, rng)
    bright = build.child or build.female
    top, below = _one(_BRIGHT if bright or rng.random() < 0.5 else _SOBER, rng), _one(_SOBER, rng)
    dressed = build.female and bool(rng.random() < 0.75)
    if build.female:
        below = top if dressed else _one(_BRIGHT, rng)
    bare = (0.5 if build.child and rng.random() < 0.6 else 1.0) if not build.female else 0.0
    long_sleeves = bool(rng.random() < 0.5)
    hips, lean = build.hips, pose.lean
    shoulder_z = (build.shoulders - hips) * math.sin(lean)
    parts = []
    for limb, side in ((pose.left_leg, -1.0), (pose.right_leg, 1.0)):
        hip = np.array([side * build.pelvis * 0.52, hips, 0], np.float32)
        parts.append(_leg(build, limb, side, hip, below, skin, shoe, bare_from=bare))
    hands = []
    for limb, side in ((pose.left_arm, -1.0), (pose.right_arm, 1.0)):
        shoulder = np.array([side * build.broad * 0.92, build.shoulders - build.limb, shoulder_z], np.float32)
        arm, hand = _arm(build, limb, side, shoulder, top, skin, long=long_sleeves)
        parts.append(arm)
        hands.append(hand)
    low, high = hips - 0.03 * build.tall, build.shoulders
    chest = low + 0.72 * (high - low)
    waist = low + 0.38 * (high - low)
    deep = 0.62
    parts.append(
        _ellipses(
            [
                (low, build.pelvis * 0.9, build.pelvis * deep),
                (low + 0.06 * build.tall, build.pelvis, build.pelvis * deep),
                (waist, build.waist, build.waist * deep * 1.05),
                (chest, 0.5 * (build.broad + build.waist) * 1.08, build.waist * deep * 1.15),
                (high - 0.01, build.broad * 0.92, build.waist * deep),
                (high + 0.02 * build.tall, build.broad * 0.45, build.waist * deep * 0.7),
                (high + 0.03 * build.tall, 0.0, 0.0),
            ],
            top,
            lean,
        )
    )
    if not dressed:
        parts.append(_ellipses([(low - 0.02, 0, 0), (low - 0.01, build.pelvis * 0.95, build.pelvis * 0.66), (low + 0.1 * build.tall, build.pelvis * 1.02, build.pelvis * 0.66)], below, 0.0))
    if build.female:
        hem = hips * (0.42 if build.child else float(rng.uniform(0.25, 0.5)))
        wide = build.pelvis * (1.9 if build.child else float(rng.uniform(1.45, 1.9)))
        stride = 0.25 * abs(pose.left_leg.swing)
        skirt = [(0.0, waist + 0.01), (build.waist * 1.04, waist), (build.pelvis * 1.12, hips), (wide + stride * 0.3, hem), (wide + stride * 0.3 - 0.02, hem - 0.01), (0, hem + 0.05)]
        cloth = turned_profile(skirt[::-1], below, MATT, sides=20)
        parts.append(cloth._replace(position=cloth.position * np.array([1, 1, 0.72], np.float32)))
    neck = np.array([0, build.tall - build.head * 0.5, shoulder_z * 1.2], np.float32)
    parts.append(tubes((0, high - 0.02, shoulder_z), neck, (0.17 * build.head, 0.17 * build.head), skin, MATT, sides=9))
    parts.append(_head(build, neck, skin, hair, rng))
    if pose.plays_with == "ball":
        middle = (hands[0] + hands[1]) / 2 + np.array([0, rng.uniform(0.10, 0.35), 0.06], np.float32)
        parts.append(ball(middle, 0.13, _one(_BRIGHT, rng), MATT, sides=14))
    body = turned(merged(parts), -pose.turn)
    if pose.plays_with == "kite":
        hand = turned(quads([hands[1]] * 4, skin, MATT), -pose.turn).position[0]
        body = merged([body, _kite(hand, rng)])
    return body


def figure(kind: str, height: float, light: Illumination, rng: np.random.Generator) -> Sprite:
    """Someone who stands or plays; a kite flies above the given height.

    Args:
        kind: "boy", "girl", "man" or "woman".
        height: Pixels from the ground to the crown of the head.
        light: What lights him or her.
        rng: Source of randomness: the pose, clothes, hair and skin.
    """
    build = _BUILDS[kind]
    body = _body(build, draw_pose(build.child, rng), rng)
    grounded = moved(body, (0, -body.position[:, 1].min(), 0))
    return portray(grounded, height / build.tall, replace(light, snow=0.0), _EYE, finer=supersampling(height))
