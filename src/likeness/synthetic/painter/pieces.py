"""Geometry of strokes: their straight pieces, the pixels that these can touch and how far they cover them."""

from __future__ import annotations

import math
from typing import NamedTuple

from likeness.synthetic.compiled import inlined
from likeness.synthetic.painter.bristles import Bristles
from likeness.synthetic.painter.strokes import Strokes


class Piece(NamedTuple):
    """One straight piece of a stroke.

    Attributes:
        x: Of its beginning, pixels.
        y: Of its beginning, pixels.
        ux: Unit direction.
        uy: Unit direction.
        length: Pixels.
        start_radius: Half of the width where it begins, pixels.
        end_radius: Half of the width where it ends, pixels.
        is_first: Whether the stroke begins here.
        is_last: Whether it ends here.
    """

    x: float
    y: float
    ux: float
    uy: float
    length: float
    start_radius: float
    end_radius: float
    is_first: bool
    is_last: bool


class Reach(NamedTuple):
    """Pixels by which a piece's paint can go beyond its line: across, before its beginning and after its end."""

    across: float
    before: float
    after: float


@inlined
def piece_of(strokes: Strokes, i: int, k: int) -> Piece:
    """The piece of stroke i that begins at node k; a stroke of a single node has one piece without length."""
    end = min(k + 1, strokes.last[i])
    x, y = strokes.nodes[i, k, 0], strokes.nodes[i, k, 1]
    dx, dy = strokes.nodes[i, end, 0] - x, strokes.nodes[i, end, 1] - y
    length = math.sqrt(dx * dx + dy * dy)
    ux, uy = (dx / length, dy / length) if length > 1e-6 else (1.0, 0.0)
    radii = strokes.radii
    return Piece(x, y, ux, uy, length, radii[i, k], radii[i, end], k == strokes.first[i], end == strokes.last[i])


@inlined
def reach_of(piece: Piece, brush: Bristles) -> Reach:
    """How far the paint of a piece goes; at a joint half a radius fills the outside of the bend."""
    radius = max(piece.start_radius, piece.end_radius)
    tip = radius * (brush.roundness + 1.3 * brush.ragged + 0.5 * brush.softness) + 1
    before = tip if piece.is_first else 0.5 * radius
    after = tip if piece.is_last else 0.5 * radius
    return Reach(radius + 0.5 + 0.5 * brush.softness * radius, before, after)


@inlined
def rows_of(piece: Piece, reach: Reach, height: int) -> tuple[int, int]:
    """First and last row that a piece can touch."""
    beyond = reach.across * abs(piece.ux) + max(reach.before, reach.after) * abs(piece.uy) + 0.5
    end = piece.y + piece.length * piece.uy
    return max(int(min(piece.y, end) - beyond), 0), min(int(max(piece.y, end) + beyond) + 1, height - 1)


@inlined
def columns_of(piece: Piece, row: int, reach: Reach, width: int) -> tuple[int, int]:
    """First and last column that a piece can touch in a row."""
    py = row + 0.5 - piece.y
    high = piece.length + reach.across + reach.before + reach.after
    low = -high
    if abs(piece.uy) > 1e-3:
        a, b = (py * piece.ux - reach.across) / piece.uy, (py * piece.ux + reach.across) / piece.uy
        low, high = max(low, min(a, b)), min(high, max(a, b))
    if abs(piece.ux) > 1e-3:
        a = (-reach.before - py * piece.uy) / piece.ux
        b = (piece.length + reach.after - py * piece.uy) / piece.ux
        low, high = max(low, min(a, b)), min(high, max(a, b))
    return max(math.floor(piece.x + low - 0.5), 0), min(math.ceil(piece.x + high - 0.5), width - 1)


@inlined
def radius_at(piece: Piece, along: float) -> float:
    """Half of the width beside a place on the piece's line."""
    share = min(max(along / (piece.length + 1e-6), 0.0), 1.0)
    return piece.start_radius + (piece.end_radius - piece.start_radius) * share


@inlined
def coverage(piece: Piece, brush: Bristles, along: float, across: float, radius: float, bristle: float) -> float:
    """Share of a pixel that a piece covers, by the distance of its centre from the rim.

    Args:
        piece: The piece.
        brush: Shape of the ends and softness of the rim.
        along: Of the pixel's centre from the piece's beginning, pixels.
        across: Of the pixel's centre from the piece's line, pixels.
        radius: Half of the width there, pixels.
        bristle: Paint that the bristle leaves, 0 to 1: those with more run on farther at the ends.
    """
    inside = radius - abs(across)
    beyond = max(-along, along - piece.length)
    if beyond > 0:
        if (piece.is_first and along < 0) or (piece.is_last and along > 0):
            tip = brush.roundness * math.sqrt(max(0.0, radius * radius - across * across))
            inside = min(inside, tip + 2 * brush.ragged * (bristle - 0.35) * radius - beyond)
        else:
            inside = radius - math.sqrt(across * across + beyond * beyond)
    return min(max(inside / (1 + brush.softness * radius) + 0.5, 0.0), min(1.0, 2 * radius))
