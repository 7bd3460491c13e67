"""Windows and doors, set into walls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likeness.synthetic.landscapes.objects.finishes import GLASS, GLOW, MATT, PLANKS
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.solids import boxes, quads
from likeness.synthetic.vectors import Vector, times

_DARK_ROOM: Vector = (0.035, 0.045, 0.055)


class WindowStyle(NamedTuple):
    """How a house's windows look; colours are linear RGB.

    Attributes:
        frame: Colour of the frame.
        shutters: Colour of the shutters, or none.
        bars: Upright and level bars between the panes.
        sill: Colour of the sill.
    """

    frame: Vector
    shutters: Vector | None
    bars: tuple[int, int]
    sill: Vector


def window(
    x: float, y: float, width: float, height: float, style: WindowStyle, glow: Vector | None, z: float = 0.0
) -> Mesh:
    """A window in a wall that faces the viewer at depth ``z``.

    Args:
        x: Middle, metres.
        y: Lower edge.
        width: Metres, without the shutters.
        height: Metres.
        style: How it looks.
        glow: Light of the room behind, linear RGB; by day none.
        z: Of the wall.
    """
    left, right, top = x - width / 2, x + width / 2, y + height
    edge = min(0.09, 0.1 * width)
    pane = np.array([[left, y, z + 0.02], [right, y, z + 0.02], [right, top, z + 0.02], [left, top, z + 0.02]])
    colour = np.array([[_DARK_ROOM] * 4]) if glow is None else np.array([[glow] * 2 + [times(glow, 0.72)] * 2])
    parts = [quads(pane, colour, GLASS if glow is None else GLOW)]
    bars = [
        ((left - edge, y - edge, z), (left, top + edge, z + 0.07)),
        ((right, y - edge, z), (right + edge, top + edge, z + 0.07)),
        ((left, top, z), (right, top + edge, z + 0.07)),
        ((left, y - edge, z), (right, y, z + 0.07)),
    ]
    upright, level = style.bars
    for i in range(upright):
        middle = left + width * (i + 1) / (upright + 1)
        bars.append(((middle - edge * 0.35, y, z), (middle + edge * 0.35, top, z + 0.05)))
    for i in range(level):
        middle = y + height * (i + 1) / (level + 1)
        bars.append(((left, middle - edge * 0.35, z), (right, middle + edge * 0.35, z + 0.05)))
    low, high = np.array([bar[0] for bar in bars]), np.array([bar[1] for bar in bars])
    parts.append(boxes(low, high, style.frame, MATT))
    parts.append(
        boxes((left - edge * 1.6, y - edge * 2, z), (right + edge * 1.6, y - edge, z + 0.16), style.sill, MATT)
    )
    if style.shutters is not None:
        half = width * 0.48
        lows = np.array([(left - edge - half, y - edge, z), (right + edge, y - edge, z)])
        highs = np.array([(left - edge, top + edge, z + 0.06), (right + edge + half, top + edge, z + 0.06)])
        parts.append(boxes(lows, highs, style.shutters, PLANKS))
    return merged(parts)


def door(
    x: float,
    y: float,
    width: float,
    height: float,
    colour: Vector,
    style: WindowStyle,
    glow: Vector | None,
    z: float = 0.0,
) -> Mesh:
    """A panelled door with a light above and a step before it; arguments as of ``window``."""
    left, right, top = x - width / 2, x + width / 2, y + height
    low, high = [(left, y, z)], [(right, top, z + 0.03)]
    for side in (-1, 1):
        for bottom, tall in ((0.08, 0.34), (0.50, 0.42)):
            middle = x + side * width * 0.23
            low.append((middle - width * 0.16, y + bottom * height, z))
            high.append((middle + width * 0.16, y + (bottom + tall) * height, z + 0.05))
    shade = np.array([colour] + [times(colour, 0.7)] * 4)
    frame_low = np.array([(left - 0.13, y, z), (right, y, z), (left - 0.13, top, z)])
    frame_high = np.array([(left, top, z + 0.10), (right + 0.13, top, z + 0.10), (right + 0.13, top + 0.16, z + 0.12)])
    light = np.array(
        [
            [left, top - 0.34, z + 0.06],
            [right, top - 0.34, z + 0.06],
            [right, top - 0.06, z + 0.06],
            [left, top - 0.06, z + 0.06],
        ]
    )
    return merged(
        [
            boxes(np.array(low), np.array(high), shade, MATT),
            boxes(frame_low, frame_high, style.frame, MATT),
            quads(light, _DARK_ROOM if glow is None else glow, GLASS if glow is None else GLOW),
            boxes((left - 0.25, y - 0.20, z), (right + 0.25, y, z + 0.55), (0.28, 0.27, 0.25), MATT),
        ]
    )
