"""Paint laid down by a brush: coverage, bristles, rims and thickness of each stroke."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.painter.style import Brush
from likeness.synthetic.painter.tracing import Strokes
from likeness.synthetic.vectors import Array

_LANES, _TICKS = 64, 256
_LANES_A_WIDTH = 42


class Canvas(NamedTuple):
    """What is painted on, changed in place.

    Attributes:
        colour: (h, w, 3) CIE L*a*b*.
        intended: (h, w, 3) the same without the jitter from stroke to stroke: what the painter takes for painted, lest
            finer brushes mend broken colour.
        paint: (h, w) thickness of the paint.
        relief: (h, w) of the ground, 0 in the valleys to 1 on the peaks.
    """

    colour: Array
    intended: Array
    paint: Array
    relief: Array


class Bristles(NamedTuple):
    """A brush as machine code takes it: the constants are those of ``Brush``.

    Attributes:
        pattern: (lanes, ticks) 0 to 1: how much paint each bristle leaves along its way.
    """

    pattern: Array
    strength: float
    roundness: float
    ragged: float
    softness: float
    wet_edge: float
    grain: float
    load: float
    drying: float


class Piece(NamedTuple):
    """One straight piece of a stroke: where it begins, its unit direction, length and radii at both ends."""

    x: float
    y: float
    ux: float
    uy: float
    length: float
    start_radius: float
    end_radius: float
    is_first: bool
    is_last: bool


def bristles(brush: Brush, rng: np.random.Generator) -> Bristles:
    """A brush with bristles drawn at random: their streaks stay side by side and slowly come and go."""
    streaks = _smooth(rng.standard_normal((_LANES, 1)), 1.5, 0)
    spots = _smooth(rng.standard_normal((_LANES, _TICKS)), 1.2, 8)
    pattern = np.clip(0.5 + 0.22 * streaks / streaks.std() + 0.18 * spots / spots.std(), 0, 1)
    return Bristles(
        pattern.astype(np.float32),
        brush.bristles,
        brush.roundness,
        brush.ragged,
        brush.softness,
        brush.wet_edge,
        brush.grain,
        brush.load,
        brush.drying,
    )


def _smooth(values: NDArray[np.float64], across: float, along: float) -> NDArray[np.float64]:
    """Blurred, and wrapped around at the borders so that the pattern has no seam."""
    return np.asarray(ndimage.gaussian_filter(values, (across, along), mode="wrap"))


@inlined
def _piece(strokes: Strokes, i: int, k: int) -> Piece:
    """The piece of stroke i that begins at node k; a stroke of a single node has one piece without length."""
    end = min(k + 1, strokes.last[i])
    x, y = strokes.nodes[i, k, 0], strokes.nodes[i, k, 1]
    dx, dy = strokes.nodes[i, end, 0] - x, strokes.nodes[i, end, 1] - y
    length = math.sqrt(dx * dx + dy * dy)
    ux, uy = (dx / length, dy / length) if length > 1e-6 else (1.0, 0.0)
    radii = strokes.radii
    return Piece(x, y, ux, uy, length, radii[i, k], radii[i, end], k == strokes.first[i], end == strokes.last[i])


@inlined
def _rows(piece: Piece, reach: float, height: int) -> tuple[int, int]:
    """First and last row that a piece can touch."""
    low, high = min(piece.y, piece.y + piece.length * piece.uy), max(piece.y, piece.y + piece.length * piece.uy)
    return max(int(low - reach), 0), min(int(high + reach) + 1, height - 1)


@inlined
def _columns(piece: Piece, row: int, reach: float, before: float, after: float, width: int) -> tuple[int, int]:
    """First and last column of a row that lies within ``reach`` across and ``before``, ``after`` along a piece."""
    py = row + 0.5 - piece.y
    span = piece.length + reach + before + after
    low, high = -span, span
    if abs(piece.uy) > 1e-3:
        a, b = (py * piece.ux - reach) / piece.uy, (py * piece.ux + reach) / piece.uy
        low, high = max(low, min(a, b)), min(high, max(a, b))
    if abs(piece.ux) > 1e-3:
        a, b = (-before - py * piece.uy) / piece.ux, (piece.length + after - py * piece.uy) / piece.ux
        low, high = max(low, min(a, b)), min(high, max(a, b))
    return max(math.floor(piece.x + low - 0.5), 0), min(math.ceil(piece.x + high - 0.5), width - 1)


@inlined
def _coverage(brush: Bristles, piece: Piece, along: float, across: float, radius: float, bristle: float) -> float:
    """Share of a pixel that a piece of a stroke covers, by its distance from the rim."""
    soft = 1 + brush.softness * radius
    inside = radius - abs(across)
    beyond = max(-along, along - piece.length)
    if beyond > 0:
        if (piece.is_first and along < 0) or (piece.is_last and along > 0):
            cap = brush.roundness * math.sqrt(max(0.0, radius * radius - across * across))
            inside = min(inside, cap + 2 * brush.ragged * (bristle - 0.35) * radius - beyond)
        else:
            inside = radius - math.sqrt(across * across + beyond * beyond)
    return min(max(inside / soft + 0.5, 0.0), 1.0, 2 * radius)


@compiled
def lay(canvas: Canvas, strokes: Strokes, brush: Bristles, seeds: NDArray[np.int32]) -> None:
    """Paint strokes one after the other.

    A pixel that several pieces of one stroke touch takes the largest coverage among them, so that translucent
    strokes do not darken at their joints.

    Args:
        canvas: Changed in place.
        strokes: What to paint.
        brush: With what.
        seeds: (n, 2) where in the pattern of the bristles each stroke begins.
    """
    colour, intended, paint, relief = canvas
    _, _, first, last, colours, shift, opacity = strokes
    height, width = paint.shape
    owner = np.full((height, width), -1, np.int32)
    covered = np.zeros((height, width), np.float32)
    for i in range(first.shape[0]):
        whole = 0.0
        for k in range(first[i], last[i]):
            whole += _piece(strokes, i, k).length
        gone = 0.0
        for k in range(first[i], max(last[i], first[i] + 1) if last[i] >= first[i] else first[i]):
            piece = _piece(strokes, i, k)
            largest = max(piece.start_radius, piece.end_radius)
            cap = largest * (brush.roundness + brush.ragged) + 1
            before = cap if piece.is_first else 0.5 * largest
            after = cap if piece.is_last else 0.5 * largest
            reach = largest + 0.5 + 0.5 * brush.softness * largest
            top, bottom = _rows(piece, max(reach, cap), height)
            for row in range(top, bottom + 1):
                left, right = _columns(piece, row, reach, before, after, width)
                for column in range(left, right + 1):
                    px, py = column + 0.5 - piece.x, row + 0.5 - piece.y
                    along, across = px * piece.ux + py * piece.uy, py * piece.ux - px * piece.uy
                    share = min(max(along / (piece.length + 1e-6), 0.0), 1.0)
                    radius = piece.start_radius + (piece.end_radius - piece.start_radius) * share
                    v = across / (radius + 1e-3)
                    if abs(v) > 1.5 + 0.5 / (radius + 1e-3):
                        continue
                    lane = (int((v + 3.0) * (_LANES_A_WIDTH / 2)) + seeds[i, 0]) % _LANES
                    tick = int((gone + along + 100.0) * 6 / max(radius, 1.0) + seeds[i, 1]) % _TICKS
                    bristle = brush.pattern[lane, tick]
                    cover = _coverage(brush, piece, along, across, radius, bristle)
                    if cover < 0.01:
                        continue
                    dried = brush.drying * min(max((gone + along) / (whole + 1e-6), 0.0), 1.0)
                    cover *= 1 - min(max((brush.strength * (0.15 + dried) - bristle) * 5, 0.0), 1.0)
                    if brush.grain > 0:
                        caught = min(max((relief[row, column] - brush.grain) * 2.5 + 1.0 - dried, 0.0), 1.0)
                        cover *= 1 - brush.grain + brush.grain * caught
                    cover *= opacity[i]
                    already = covered[row, column] if owner[row, column] == i else 0.0
                    if cover <= already:
                        continue
                    owner[row, column], covered[row, column] = i, cover
                    share = (cover - already) / (1.001 - already)
                    rim = brush.wet_edge * min(max(abs(v) - 0.5, 0.0) * 2, 1.0)
                    streak = 14 * brush.strength * (bristle - 0.5) - 12 * rim
                    for channel in range(3):
                        aim = colours[i, channel]
                        laid = aim + shift[i, channel] + (streak if channel == 0 else 0.3 * rim * aim)
                        colour[row, column, channel] += (laid - colour[row, column, channel]) * share
                        intended[row, column, channel] += (aim - intended[row, column, channel]) * share
                    thickness = brush.load * (0.3 + 0.7 * bristle)
                    paint[row, column] += (thickness - paint[row, column]) * share
            gone += piece.length
