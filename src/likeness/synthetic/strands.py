"""Strands: hair, and whatever else is drawn as thick lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from likeness.synthetic.vectors import Array


class Brush(NamedTuple):
    """How lines are drawn.

    Attributes:
        width: Pixels at the root, for a head of usual size in a picture of 512.
        taper: Width at the tip as a share of the root's.
        shine: Strength of the highlight.
        bias: Eye distances by which a line may lie behind the surface and still show.
    """

    width: float
    taper: float
    shine: float
    bias: float


@dataclass(frozen=True)
class Strands:
    """Lines in space.

    Attributes:
        nodes: (n, k, 3) world, from root to tip.
        colour: (n, 3) linear RGB.
        ambient: (n, k) share of the light from all around that arrives.
        brush: Their looks.
    """

    nodes: Array
    colour: Array
    ambient: Array
    brush: Brush


def bent(root: Array, direction: Array, length: Array, droop: float) -> Array:
    """Short hairs of three segments that bend down (up when ``droop`` is negative): (n, 4, 3).

    Args:
        root: (n, 3) world.
        direction: (n, 3) any length.
        length: (n,) metres.
        droop: How far the tip sinks, in lengths.
    """
    unit = direction / (np.linalg.norm(direction, axis=1, keepdims=True) + 1e-9)
    t = np.linspace(0, 1, 4)[None, :, None]
    sag = np.array([0.0, 0.0, -droop])
    return np.asarray(root[:, None] + (unit[:, None] * t + sag * t**2) * length[:, None, None], np.float32)
