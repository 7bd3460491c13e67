"""How trees branch: limbs that wander, bend to the light or hang, and part into thinner ones."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled
from likeness.synthetic.vectors import Array, add_scaled, cross, normalised, times


class Habit(NamedTuple):
    """How a kind of tree grows; lengths are shares of its parent's length.

    Attributes:
        levels: Times that limbs part.
        pieces: Segments of a limb.
        forks: Limbs that grow from one.
        first_fork: How far up a limb the first of them grows, 0 to 1.
        spread: Angle between a limb and its fork, radians.
        limb: Length of a limb that grows from the trunk.
        length: Of one that grows from another limb.
        wander: How crooked limbs are, radians a segment.
        rise: How much limbs turn upwards at each segment; hanging ones are negative.
        girth: Radius of a fork where it grows, as a share of its parent's there.
        taper: Radius at a limb's end, as a share of its radius at the start.
    """

    levels: int
    pieces: int
    forks: int
    first_fork: float
    spread: float
    limb: float
    length: float
    wander: float
    rise: float
    girth: float
    taper: float


@compiled
def _grow(habit: Habit, height: float, radius: float, lean: float, dice: Array, most: int) -> tuple[Array, int]:
    """Segments (most, 9) as start, end, two radii and level, and how many there are; ``dice`` in 0 to 1."""
    grown = np.zeros((most, 9), np.float32)
    waiting = np.zeros((most, 9))  # of a limb: where it starts, its direction, length, radius and level
    waiting[0, 3:] = math.sin(lean), math.cos(lean), 0.0, height, radius, 0.0
    count, first, last, die = 0, 0, 1, 0
    while first < last:
        limb = waiting[first]
        first += 1
        place, way = (limb[0], limb[1], limb[2]), normalised((limb[3], limb[4], limb[5]))
        length, thick, level = limb[6], limb[7], int(limb[8])
        turn = dice[die % dice.size] * 2 * math.pi
        die += 1
        forked = 0
        for piece in range(habit.pieces):
            if count == most:
                return grown, count
            bend = (
                dice[(die + 1) % dice.size] - 0.5,
                dice[(die + 2) % dice.size] - 0.5,
                dice[(die + 3) % dice.size] - 0.5,
            )
            die += 3
            way = add_scaled(way, bend, 2 * habit.wander * (0.5 if level == 0 else 1.0))
            way = normalised((way[0], way[1] + habit.rise * (level > 0), way[2]))
            if place[1] < 0.25 * height and level > 0:  # limbs keep off the ground
                way = normalised((way[0], abs(way[1]) + 0.1, way[2]))
            end = add_scaled(place, way, length / habit.pieces)
            low = 1 - (1 - habit.taper) * piece / habit.pieces
            high = 1 - (1 - habit.taper) * (piece + 1) / habit.pieces
            grown[count, :3], grown[count, 3:6] = place, end
            grown[count, 6], grown[count, 7], grown[count, 8] = thick * low, thick * high, level
            count += 1
            place = end
            if level >= habit.levels:
                continue
            along = (piece + 1) / habit.pieces
            wanted = habit.forks * (along - habit.first_fork) / (1 - habit.first_fork) + 0.001
            while forked < wanted and forked < habit.forks and last < most:
                turn += 2.4 + 0.7 * (dice[die % dice.size] - 0.5)  # about the golden angle
                angle = habit.spread * (0.7 + 0.6 * dice[(die + 1) % dice.size])
                size = (
                    (habit.limb if level == 0 else habit.length)
                    * (0.75 + 0.5 * dice[(die + 2) % dice.size])
                    * (1.15 - 0.4 * along)
                )
                die += 3
                side = normalised(cross(way, (0.0, 0.0, 1.0) if abs(way[2]) < 0.9 else (1.0, 0.0, 0.0)))
                other = cross(way, side)
                out = add_scaled(times(side, math.cos(turn)), other, math.sin(turn))
                waiting[last, :3] = place
                waiting[last, 3:6] = add_scaled(times(way, math.cos(angle)), out, math.sin(angle))
                waiting[last, 6], waiting[last, 7] = length * size, thick * high * habit.girth
                waiting[last, 8] = level + 1
                last += 1
                forked += 1
    return grown, count


class Branches(NamedTuple):
    """Segments of a tree's limbs.

    Attributes:
        start: (n, 3) metres.
        end: (n, 3).
        radii: (n, 2) at the start and at the end, metres.
        level: (n,) 0 for the trunk.
    """

    start: Array
    end: Array
    radii: Array
    level: Array


def grow(
    habit: Habit, height: float, radius: float, rng: np.random.Generator, *, lean: float = 0.0, most: int = 4000
) -> Branches:
    """Grow a tree from the origin.

    Args:
        habit: How it grows.
        height: Length of the trunk, metres.
        radius: Of the trunk at the ground.
        rng: Source of randomness.
        lean: Of the trunk to the right, radians.
        most: Segments after which growth ends, the trunk's first.
    """
    segments, count = _grow(habit, height, radius, lean, rng.random(4096, np.float32), most)
    kept = segments[:count]
    return Branches(kept[:, :3], kept[:, 3:6], kept[:, 6:8], kept[:, 8])
