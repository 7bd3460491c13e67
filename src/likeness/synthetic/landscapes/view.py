"""Where the viewer stands and what the picture takes in: a camera held level, its lens shifted to place the horizon."""

from __future__ import annotations

from typing import NamedTuple

from likeness.synthetic.compiled import inlined


class View(NamedTuple):
    """A picture's perspective.

    The world: x to the right, y up, depth away from the viewer, in metres; the viewer stands at height 0.

    Attributes:
        size: Pixels a side.
        horizon: Row of the horizon.
        focal: Focal length, pixels.
        eye: Height of the eye, metres.
    """

    size: int
    horizon: float
    focal: float
    eye: float


@inlined
def column_of(view: View, x: float, depth: float) -> float:
    """Column that shows a point ``x`` metres to the right at ``depth``."""
    return view.size * 0.5 + view.focal * x / depth


@inlined
def row_of(view: View, height: float, depth: float) -> float:
    """Row that shows a point at ``height`` metres and ``depth``."""
    return view.horizon - view.focal * (height - view.eye) / depth


@inlined
def across(view: View, column: float, depth: float) -> float:
    """Metres to the right that a column shows at ``depth``."""
    return (column - view.size * 0.5) * depth / view.focal
