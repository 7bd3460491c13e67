"""Paint laid down stroke by stroke."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.painter.bristles import Bristles, bristle_at
from likeness.synthetic.painter.pieces import columns_of, coverage, piece_of, radius_at, reach_of, rows_of
from likeness.synthetic.painter.strokes import Strokes
from likeness.synthetic.vectors import Array

_STREAK = 14.0
"""L* between the bristles that leave most and least paint."""
_RIM = 12.0
"""L* by which pigment darkens the rim of a wet stroke."""


class Canvas(NamedTuple):
    """What is painted on, changed in place.

    Attributes:
        colour: (h, w, 3) CIE L*a*b*.
        intended: (h, w, 3) the same without what varies from stroke to stroke: what the painter takes for painted, lest
            finer brushes mend broken colour.
        paint: (h, w) thickness of the paint.
        relief: (h, w) of the ground, 0 in the valleys to 1 on the peaks.
    """

    colour: Array
    intended: Array
    paint: Array
    relief: Array


@inlined
def _left_by(brush: Bristles, bristle: float, relief: float, gone: float) -> float:
    """Share of the ground that paint hides between the bristles and on the grain, 0 to 1.

    Args:
        brush: The brush.
        bristle: Paint that the bristle leaves.
        relief: Of the ground.
        gone: Share of the stroke that is done: the brush dries.
    """
    dried = brush.drying * min(max(gone, 0.0), 1.0)
    left = 1 - min(max((brush.bristles * (0.15 + dried) - bristle) * 5, 0.0), 1.0)
    caught = min(max((relief - brush.grain) * 2.5 + 1.0 - dried, 0.0), 1.0)
    return left * (1 - brush.grain + brush.grain * caught)


@inlined
def _deposit(
    canvas: Canvas,
    row: int,
    column: int,
    strokes: Strokes,
    i: int,
    brush: Bristles,
    bristle: float,
    rim: float,
    share: float,
) -> None:
    """Mix a share of a stroke's colour into a pixel, and of its thickness."""
    streak = _STREAK * brush.bristles * (bristle - 0.5) - _RIM * rim
    for channel in range(3):
        aim = strokes.colours[i, channel]
        laid = aim + strokes.shift[i, channel] + (streak if channel == 0 else 0.3 * rim * aim)
        canvas.colour[row, column, channel] += (laid - canvas.colour[row, column, channel]) * share
        canvas.intended[row, column, channel] += (aim - canvas.intended[row, column, channel]) * share
    thickness = brush.load * (0.3 + 0.7 * bristle)
    canvas.paint[row, column] += (thickness - canvas.paint[row, column]) * share


@compiled
def lay(canvas: Canvas, strokes: Strokes, brush: Bristles, places: NDArray[np.int32]) -> None:
    """Paint strokes one after the other.

    A pixel that several pieces of one stroke touch takes the largest coverage among them, so that translucent
    strokes do not darken at their joints.

    Args:
        canvas: Changed in place.
        strokes: What to paint.
        brush: With what.
        places: (n, 2) lane and tick at which each stroke's pattern of bristles begins.
    """
    height, width = canvas.paint.shape
    owner = np.full((height, width), -1, np.int32)
    covered = np.zeros((height, width), np.float32)
    first, last = strokes.first, strokes.last
    for i in range(first.shape[0]):
        whole = 1e-6
        for k in range(first[i], last[i]):
            whole += piece_of(strokes, i, k).length
        gone = 0.0
        for k in range(first[i], max(last[i], first[i] + 1)):
            piece = piece_of(strokes, i, k)
            reach = reach_of(piece, brush)
            top, bottom = rows_of(piece, reach, height)
            for row in range(top, bottom + 1):
                left, right = columns_of(piece, row, reach, width)
                for column in range(left, right + 1):
                    px, py = column + 0.5 - piece.x, row + 0.5 - piece.y
                    along, across = px * piece.ux + py * piece.uy, py * piece.ux - px * piece.uy
                    radius = radius_at(piece, along)
                    bristle = bristle_at(brush, across, gone + along, radius, places[i, 0], places[i, 1])
                    cover = coverage(piece, brush, along, across, radius, bristle)
                    if cover < 0.01:
                        continue
                    left_by = _left_by(brush, bristle, canvas.relief[row, column], (gone + along) / whole)
                    cover *= left_by * strokes.opacity[i]
                    before = covered[row, column] if owner[row, column] == i else 0.0
                    if cover <= before:
                        continue
                    owner[row, column], covered[row, column] = i, cover
                    rim = brush.wet_edge * min(max(2 * abs(across) / (radius + 1e-3) - 1, 0.0), 1.0)
                    share = (cover - before) / (1.001 - before)
                    _deposit(canvas, row, column, strokes, i, brush, bristle, rim, share)
            gone += piece.length
