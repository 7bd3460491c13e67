"""Compilation of the renderer's loops to machine code.

Sums may be reordered (fastmath). Later processes read the code from ``__pycache__``. Numba compiles anew when a
function's own module changes, not when a function that it calls does: after changing one that other modules call,
delete the ``.nbi`` files there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function with numba when it is first called."""
    kernel: Callable[Parameters, Result] = njit(cache=True, fastmath=True)(function)
    return kernel


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function into those that call it: for what is short, or takes so much that a call would cost more."""
    kernel: Callable[Parameters, Result] = njit(cache=True, fastmath=True, forceinline=True)(function)
    return kernel
