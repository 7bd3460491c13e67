"""Growth of strands: from the root along the comb, under gravity, around the skull."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.noise import noise
from likeness.synthetic.skull import Skull, surface_radius
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, minus, norm, normalised, times, vector_at


class Seedlings(NamedTuple):
    """What grows.

    Attributes:
        roots: (n, 3) world.
        normals: (n, 3) unit, out of the skin.
        comb: (n, 3) direction of the comb, any length.
        lengths: (n,) metres.
        layer: (n,) 0 next to the skin to 1 on top.
    """

    roots: Array
    normals: Array
    comb: Array
    lengths: Array
    layer: Array


class Habit(NamedTuple):
    """How it grows.

    Attributes:
        seed: Of curls and clumps.
        steps: Segments a strand.
        lift: How much strands stand up at the root, 0 to 1.
        gravity: Downward pull, 0 to 1.
        curl: Radius of curls, eye distances.
        turns: Of a curl over a strand.
        clump: How much neighbours gather, 0 to 1.
        body: Height of the hair's body over the skin, metres.
        tied: How much strands bend towards the knot all the way, 0 to 1.
        knot: Where they are tied, world.
    """

    seed: int
    steps: int
    lift: float
    gravity: float
    curl: float
    turns: float
    clump: float
    body: float
    tied: float
    knot: Vector


class FaceWindow(NamedTuple):
    """The space before the face that hair leaves free.

    Attributes:
        origin: The point between the eyes, world.
        left: Unit direction of the head, world, and likewise ``back`` and ``up``.
        back: Backwards.
        up: Upwards.
        half_width: Eye distances; 0 lets strands fall over the face.
        top: How far above the eyes it closes, eye distances.
    """

    origin: Vector
    left: Vector
    back: Vector
    up: Vector
    half_width: float
    top: float


@inlined
def _scatter(at: Vector, seed: int, clump: float) -> float:
    """Deviation of one coordinate of the comb: much the same among neighbours, plus something of each strand's own."""
    together = noise(at[0] * 2.6, at[1] * 2.6, at[2] * 2.6, seed)
    alone = noise(at[0] * 50, at[1] * 50, at[2] * 50, seed + 1)
    return clump * together + 0.30 * alone


@inlined
def _sprout(at: Vector, normal: Vector, comb: Vector, layer: float, habit: Habit) -> Vector:
    """Direction at the root; ``at`` is the root in eye distances."""
    raised = times(normal, habit.lift * (0.6 + 0.8 * layer))
    scatter = (
        _scatter(at, habit.seed, habit.clump),
        _scatter(at, habit.seed + 2, habit.clump),
        _scatter(at, habit.seed + 4, habit.clump),
    )
    return add_scaled(add_scaled(raised, comb, 1 - habit.lift), scatter, 0.35)


@inlined
def _beside_face(point: Vector, window: FaceWindow, unit: float) -> Vector:
    """The point, moved half of the way out of the face's window if it is inside."""
    offset = minus(point, window.origin)
    side, back, high = dot(offset, window.left) / unit, dot(offset, window.back) / unit, dot(offset, window.up) / unit
    free = window.half_width * min(1.0, max(0.0, (window.top - high) / 0.9))  # it narrows towards its top
    if back >= 0.9 or abs(side) >= free:
        return point
    return add_scaled(point, window.left, math.copysign((free - abs(side)) * 0.5 * unit, side))


@inlined
def _outside(point: Vector, direction: Vector, clearance: float, skull: Skull) -> tuple[Vector, Vector]:
    """Point and direction, turned along the skull if the point is nearer to it than the clearance in metres."""
    offset = minus(point, skull.centre)
    distance = norm(offset) + 1e-9
    least = surface_radius(offset, skull) + clearance
    if distance >= least:
        return point, direction
    outward = times(offset, 1 / distance)
    return add_scaled(skull.centre, outward, least), add_scaled(direction, outward, -min(0.0, dot(direction, outward)))


@compiled
def grow(seedlings: Seedlings, habit: Habit, skull: Skull, window: FaceWindow, unit: float) -> Array:
    """Grow strands from their roots.

    Args:
        seedlings: What grows, n of them.
        habit: How.
        skull: What strands stay out of.
        window: Where they leave the face free.
        unit: Eye distance, metres.

    Returns:
        (n, steps + 1, 3) world.
    """
    count = len(seedlings.roots)
    nodes = np.zeros((count, habit.steps + 1, 3), np.float32)
    for i in range(count):
        point = vector_at(seedlings.roots, i)
        nodes[i, 0, 0], nodes[i, 0, 1], nodes[i, 0, 2] = point
        at, comb, layer = times(point, 1 / unit), normalised(vector_at(seedlings.comb, i)), seedlings.layer[i]
        direction = _sprout(at, vector_at(seedlings.normals, i), comb, layer, habit)
        phase = 6.28 * noise(at[0] * 4.0, at[1] * 4.0, at[2] * 4.0, habit.seed + 6)
        for k in range(habit.steps):
            along = (k + 1) / habit.steps
            direction = add_scaled(direction, comb, 0.22 * (1 - habit.lift) * (1 - along) ** 2)
            if habit.tied > 0:
                direction = add_scaled(direction, normalised(minus(habit.knot, point)), habit.tied)
            direction = normalised((direction[0], direction[1], direction[2] - habit.gravity * 0.55))
            point = add_scaled(point, direction, seedlings.lengths[i] / habit.steps)
            if window.half_width > 0:
                point = _beside_face(point, window, unit)
            clearance = habit.body * (0.12 + 0.88 * layer) * min(1.0, 2.5 * along)
            point, direction = _outside(point, direction, clearance, skull)
            turn = phase + 2 * math.pi * habit.turns * along
            bend = habit.curl * unit * min(1.0, 3 * along)
            nodes[i, k + 1, 0] = point[0] + bend * math.cos(turn)
            nodes[i, k + 1, 1] = point[1] + bend * math.sin(turn)
            nodes[i, k + 1, 2] = point[2] + 0.5 * bend * math.sin(turn + 1.0)
    return nodes
