"""Glasses, and what may hide a face: dark glasses and a scarf pulled up; all drawn as thick strands."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.body import Body
from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.strands import Brush, Strands
from likeness.synthetic.vectors import Array, Floats

_FRAME_COLOURS = ((0.06, 0.05, 0.05), (0.28, 0.16, 0.08), (0.55, 0.52, 0.48), (0.10, 0.14, 0.30))
_NODES = 49
_FORWARD = -0.52
"""Rest y of the bridge of the glasses."""
_SIDES = (-1, 1)


def glasses(body: Body, rng: np.random.Generator, *, dark: bool) -> list[Strands]:
    """Rims, bridge and temples; dark lenses are strands side by side."""
    width, height = rng.uniform(0.36, 0.44), rng.uniform(0.28, 0.36)
    exponent = float(rng.choice([2.0, 3.2, 4.5]))
    frame_colour = srgb_to_linear(_FRAME_COLOURS[int(rng.integers(len(_FRAME_COLOURS)))])
    frame = _frame(width, height, exponent)
    drawn = [_plain(_in_world(body, frame), np.tile(frame_colour, (len(frame), 1)), 4.6)]
    if dark:
        lens_colour = srgb_to_linear((0.07, 0.06, 0.07))
        for side in _SIDES:
            lens = _lens(side, width, height, exponent)
            drawn.append(_plain(_in_world(body, lens), np.tile(lens_colour, (len(lens), 1)), 3.4))
    return drawn


def scarf(body: Body, rng: np.random.Generator) -> Strands:
    """A scarf over mouth and nose, as bands around the lower face."""
    height = np.linspace(-2.6, -0.42, 110)[:, None]
    turn = np.linspace(-2.0, 2.0, 40)[None]
    wave = 0.03 * np.sin(height * 9 + 3 * turn + rng.uniform(0, 6))
    x, y, z = 1.32 * np.sin(turn), 1.0 - (1.95 + wave) * np.cos(turn), height + 0.12 * np.cos(turn)
    bands = np.stack(np.broadcast_arrays(x, y, z), -1)
    colour = srgb_to_linear(rng.uniform(0.1, 0.7, 3)) * (0.75 + 0.25 * np.sin(height * 9))
    return _plain(_in_world(body, bands), colour, 5.0)


def _bow(x: Floats, y: Floats) -> Floats:
    """Rest y of lenses at x: glasses bend back towards the temples."""
    return y + 0.10 * np.abs(x)


def _frame(width: float, height: float, exponent: float) -> Floats:
    """Two rims, the bridge and two temples: (5, nodes, 3) from the point between the eyes.

    Args:
        width: Half of a lens, eye distances.
        height: Half of a lens, eye distances.
        exponent: Of the superellipse (Lamé): 2 round to 4.5 nearly square.
    """
    angle = np.linspace(0, 2 * np.pi, _NODES)
    cos, sin = np.cos(angle), np.sin(angle)
    x = width * np.sign(cos) * np.abs(cos) ** (2 / exponent)
    z = height * np.sign(sin) * np.abs(sin) ** (2 / exponent)
    level, along = np.full(_NODES, _FORWARD), np.linspace(0, 1, _NODES)
    across = np.linspace(-0.5 + width, 0.5 - width, _NODES)
    lines = [np.stack([side * 0.5 + x, _bow(side * 0.5 + x, level), z - 0.06], 1) for side in _SIDES]
    lines.append(np.stack([across, level, 0.06 + 0.04 * np.cos(across * 20)], 1))
    for side in _SIDES:
        outward = side * (0.5 + width + 0.42 * np.sqrt(along))
        lines.append(np.stack([outward, level + 0.1 + 1.7 * along, np.full(_NODES, 0.02)], 1))
    return np.stack(lines)


def _lens(side: int, width: float, height: float, exponent: float) -> Floats:
    """A lens as 90 level strands, (90, 9, 3); arguments as in ``_frame``, ``side`` is −1 or 1."""
    rows = np.linspace(-0.97, 0.97, 90)[:, None]
    reach = width * (1 - np.abs(rows) ** exponent) ** (1 / exponent)
    x = side * 0.5 + reach * np.linspace(-1, 1, 9)
    return np.stack([x, _bow(x, np.full_like(x, _FORWARD)), np.broadcast_to(rows * height - 0.06, x.shape)], -1)


def _in_world(body: Body, lines: Floats) -> Array:
    """Lines (n, k, 3) in eye distances from the point between the eyes, in the world."""
    turned = body.to_world(lines.reshape(-1, 3).astype(np.float32)).reshape(lines.shape)
    return np.asarray(body.between_eyes() + turned * body.unit, np.float32)


def _plain(nodes: Array, colour: Floats, width: float) -> Strands:
    """Strands of even width that hide what is behind them; ``width`` as in ``Brush``."""
    ambient = np.full(nodes.shape[:2], 0.8, np.float32)
    return Strands(nodes, colour.astype(np.float32), ambient, Brush(width, taper=1.0, shine=0.3, bias=0.0))
