"""People seen from afar: children and grown-ups, standing or playing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from likeness.synthetic.landscapes.objects.builds import BRIGHT, BUILDS, HAIRS, SHOES, SKINS, SOBER, Build, one_of
from likeness.synthetic.landscapes.objects.finishes import MATT
from likeness.synthetic.landscapes.objects.heads import head
from likeness.synthetic.landscapes.objects.limbs import arm_of, ellipses, leg_of
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, moved, turned
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.poses import Pose, draw_pose
from likeness.synthetic.landscapes.objects.solids import ball, quads, tubes, turned_profile
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.vectors import Array

_EYE = Eye(distance=14.0, height=1.5)


def _kite(hand: Array, rng: np.random.Generator) -> Mesh:
    """A kite in the air, its tail and its string."""
    size, side = 0.42, float(rng.choice((-1, 1)))
    at = hand + np.array([side * rng.uniform(0.7, 1.3), rng.uniform(1.0, 1.7), 0.2], np.float32)
    tilt = 0.5 * side
    turn = np.array([[math.cos(tilt), math.sin(tilt), 0], [-math.sin(tilt), math.cos(tilt), 0], [0, 0, 1]])
    top, left, low, right, middle = (
        np.array(p) @ turn * size + at
        for p in ((0, 0.6, 0), (-0.5, 0.1, 0), (0, -0.9, 0), (0.5, 0.1, 0), (0, 0.1, 0.08))
    )
    bright, other = one_of(BRIGHT, rng), one_of(BRIGHT, rng)
    sails = quads(
        [[middle, top, left, left], [middle, left, low, low], [middle, low, right, right], [middle, right, top, top]],
        [bright, other, bright, other],
        MATT,
    )
    knots = np.stack([low + np.array([0.09 * math.sin(2.2 * i) - side * 0.05 * i, -0.13 * i, 0]) for i in range(6)])
    tail = tubes(knots[:-1], knots[1:], (0.012, 0.012), other, MATT, sides=3)
    string = tubes(hand, middle, (0.006, 0.006), (0.8, 0.8, 0.78), MATT, sides=3)
    return merged([sails, tail, string])


def _body(build: Build, pose: Pose, rng: np.random.Generator) -> Mesh:
    """Someone who stands on the origin and faces as the pose says."""
    skin, hair, shoe = one_of(SKINS, rng), one_of(HAIRS, rng), one_of(SHOES, rng)
    bright = build.child or build.female
    top, below = one_of(BRIGHT if bright or rng.random() < 0.5 else SOBER, rng), one_of(SOBER, rng)
    dressed = build.female and bool(rng.random() < 0.75)
    if build.female:
        below = top if dressed else one_of(BRIGHT, rng)
    bare = (0.5 if build.child and rng.random() < 0.6 else 1.0) if not build.female else 0.0
    long_sleeves = bool(rng.random() < 0.5)
    hips, lean = build.hips, pose.lean
    shoulder_z = (build.shoulders - hips) * math.sin(lean)
    parts = []
    for limb, side in ((pose.left_leg, -1.0), (pose.right_leg, 1.0)):
        hip = np.array([side * build.pelvis * 0.52, hips, 0], np.float32)
        parts.append(leg_of(build, limb, side, hip, below, skin, shoe, bare_from=bare))
    hands = []
    for limb, side in ((pose.left_arm, -1.0), (pose.right_arm, 1.0)):
        shoulder = np.array([side * build.broad * 0.92, build.shoulders - build.limb, shoulder_z], np.float32)
        arm, hand = arm_of(build, limb, side, shoulder, top, skin, long=long_sleeves)
        parts.append(arm)
        hands.append(hand)
    low, high = hips - 0.03 * build.tall, build.shoulders
    chest = low + 0.72 * (high - low)
    waist = low + 0.38 * (high - low)
    deep = 0.62
    parts.append(
        ellipses(
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
        parts.append(
            ellipses(
                [
                    (low - 0.02, 0, 0),
                    (low - 0.01, build.pelvis * 0.95, build.pelvis * 0.66),
                    (low + 0.1 * build.tall, build.pelvis * 1.02, build.pelvis * 0.66),
                ],
                below,
                0.0,
            )
        )
    if build.female:
        hem = hips * (0.42 if build.child else float(rng.uniform(0.25, 0.5)))
        wide = build.pelvis * (1.9 if build.child else float(rng.uniform(1.45, 1.9)))
        stride = 0.25 * abs(pose.left_leg.swing)
        skirt = [
            (0.0, waist + 0.01),
            (build.waist * 1.04, waist),
            (build.pelvis * 1.12, hips),
            (wide + stride * 0.3, hem),
            (wide + stride * 0.3 - 0.02, hem - 0.01),
            (0, hem + 0.05),
        ]
        cloth = turned_profile(skirt[::-1], below, MATT, sides=20)
        parts.append(cloth._replace(position=cloth.position * np.array([1, 1, 0.72], np.float32)))
    neck = np.array([0, build.tall - build.head * 0.5, shoulder_z * 1.2], np.float32)
    parts.append(tubes((0, high - 0.02, shoulder_z), neck, (0.17 * build.head, 0.17 * build.head), skin, MATT, sides=9))
    parts.append(head(build, neck, skin, hair, rng))
    if pose.plays_with == "ball":
        middle = (hands[0] + hands[1]) / 2 + np.array([0, rng.uniform(0.10, 0.35), 0.06], np.float32)
        parts.append(ball(middle, 0.13, one_of(BRIGHT, rng), MATT, sides=14))
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
    build = BUILDS[kind]
    body = _body(build, draw_pose(build.child, rng), rng)
    grounded = moved(body, (0, -body.position[:, 1].min(), 0))
    return portray(grounded, height / build.tall, replace(light, snow=0.0), _EYE, finer=supersampling(height))
