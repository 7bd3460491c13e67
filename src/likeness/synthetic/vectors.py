"""Vectors inside compiled loops: tuples, which stay in registers and need no counting of references as arrays do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import inlined

Array = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]
Vector = tuple[float, float, float]


def vector(array: Floats) -> Vector:
    """A (3,) array as a tuple of Python's floats."""
    x, y, z = array
    return float(x), float(y), float(z)


@inlined
def vector_at(array: Array, index: int) -> Vector:
    """Row ``index`` of an (n, 3) array."""
    return array[index, 0], array[index, 1], array[index, 2]


@inlined
def dot(a: Vector, b: Vector) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@inlined
def add_scaled(a: Vector, b: Vector, factor: float) -> Vector:
    """The sum a + factor · b."""
    return a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]


@inlined
def minus(a: Vector, b: Vector) -> Vector:
    """The difference a − b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


@inlined
def times(a: Vector, factor: float) -> Vector:
    """The product factor · a."""
    return a[0] * factor, a[1] * factor, a[2] * factor


@inlined
def mix(a: Vector, b: Vector, share: float) -> Vector:
    """From a at share 0 to b at share 1."""
    keep = 1 - share
    return a[0] * keep + b[0] * share, a[1] * keep + b[1] * share, a[2] * keep + b[2] * share


@inlined
def cross(a: Vector, b: Vector) -> Vector:
    """Vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@inlined
def norm(a: Vector) -> float:
    """Euclidean length."""
    return math.sqrt(dot(a, a))


@inlined
def normalised(a: Vector) -> Vector:
    """The vector at unit length; a null vector stays null."""
    return times(a, 1 / (norm(a) + 1e-12))
