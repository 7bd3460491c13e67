"""Drawn lines: contours along the ridges of what is dark or sharp, and hatching spaced evenly.

Lines keep a distance to each other by a map of the places already taken (cf. Jobard & Lefer 1997).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled
from likeness.synthetic.painter.clouds import clouds
from likeness.synthetic.painter.direction import structure
from likeness.synthetic.painter.style import Lines
from likeness.synthetic.painter.tracing import Strokes
from likeness.synthetic.vectors import Array


def contour_strength(lab: Array, scale: float) -> Array:
    """How much a place asks for a contour (h, w), in L*.

    That is the dark side of edges and dark lines (difference of Gaussians, cf. XDoG, Winnemöller et al. 2012), and
    edges between colours of one lightness.

    Args:
        lab: (h, w, 3) CIE L*a*b*.
        scale: Standard deviation of the finest detail seen, pixels.
    """
    lightness = np.ascontiguousarray(lab[..., 0])
    fine = cv2.GaussianBlur(lightness, (0, 0), scale)
    dark = cv2.GaussianBlur(lightness, (0, 0), 2.2 * scale) - fine
    _, roots = structure(lab * np.array([0, 1, 1], np.float32), 1.3 * scale, 0.3)
    return np.asarray(np.maximum(dark, 0) + 0.35 * scale * np.sqrt(roots), np.float32)


def contours(lab: Array, lines: Lines, rng: np.random.Generator) -> Strokes:
    """Contours of a picture (h, w, 3), the strongest first."""
    height, width = lab.shape[:2]
    side = min(height, width)
    scale = lines.scale * side
    strength = contour_strength(lab, scale)
    tangent, _ = structure(lab, scale, 2 * scale)
    return _drawn(strength, _half_angle(tangent), lines, rng, by_strength=True)


def hatching(lab: Array, field: Array, lines: Lines, rng: np.random.Generator) -> Strokes:
    """Hatching along a field of directions (h, w, 2) where a picture (h, w, 3) is dark."""
    return _drawn(1 - lab[..., 0] / 100, field, lines, rng, by_strength=False)


def _half_angle(double: Array) -> Array:
    half = np.arctan2(double[..., 1], double[..., 0]) / 2
    return np.stack([np.cos(half), np.sin(half)], -1).astype(np.float32)


def _drawn(strength: Array, field: Array, lines: Lines, rng: np.random.Generator, *, by_strength: bool) -> Strokes:
    """Lines where the strength is above the threshold."""
    height, width = strength.shape
    side = min(height, width)
    if lines.broken > 0:
        gate = clouds(height, width, 0.08 * side, 2, rng)
        strength = np.where(gate < np.quantile(gate, lines.broken), 0, strength)
    strength = np.ascontiguousarray(strength, np.float32)
    seeds = np.flatnonzero(strength > lines.threshold * (1.6 if by_strength else 1.0))
    seeds = seeds[np.argsort(-strength.flat[seeds], kind="stable")] if by_strength else rng.permutation(seeds)
    step = max(0.006 * side, 1.0)
    steps = max(1, round(lines.length * side / 2 / step))
    nodes, first, last, values = trace_lines(
        strength, field, seeds.astype(np.int64), lines.threshold, max(lines.gap * side, 1.0), step, steps, by_strength
    )
    share = np.clip((values - lines.threshold) / (lines.full - lines.threshold), 0, 1)
    count, k = share.shape
    index = np.arange(k)[None]
    along = np.minimum(index - first[:, None], last[:, None] - index)  # nodes to the nearer end
    taper = np.clip((along + 1) / 4, 0.25, 1)
    mean = np.where(along >= 0, share, 0).sum(1) / np.maximum((along >= 0).sum(1), 1)
    radii = 0.5 * lines.width * side * ((1 - lines.swell) + lines.swell * share) * taper
    if lines.tremor > 0:
        wave = clouds(count, k, 5, 1, rng) * lines.tremor * side
        nodes = nodes + wave[..., None]
    opacity = lines.opacity * (lines.swell + (1 - lines.swell) * (0.25 + 0.75 * mean))
    return Strokes(
        nodes.astype(np.float32),
        radii.astype(np.float32),
        first,
        last,
        np.tile(np.array(lines.colour, np.float32), (count, 1)),
        np.zeros((count, 3), np.float32),
        opacity.astype(np.float32),
    )


@compiled
def trace_lines(
    strength: Array,
    field: Array,
    seeds: NDArray[np.int64],
    threshold: float,
    gap: float,
    step: float,
    steps: int,
    on_ridge: bool,
) -> tuple[Array, NDArray[np.int32], NDArray[np.int32], Array]:
    """Lines from their seeds both ways while the place is strong and not yet taken by another line.

    Args:
        strength: (h, w).
        field: (h, w, 2) unit vectors.
        seeds: (n,) flat indices of pixels where lines may begin, the first first.
        threshold: A line ends below this strength.
        gap: Between lines, pixels.
        step: Pixels.
        steps: At most so many each way.
        on_ridge: Move each node sideways to where the strength is largest.

    Returns:
        nodes (m, 2 · steps + 1, 2), first and last (m,) node of each, strength (m, 2 · steps + 1) there.
    """
    height, width = strength.shape
    most = min(seeds.shape[0], int(height * width / gap) + 16)
    nodes = np.zeros((most, 2 * steps + 1, 2), np.float32)
    values = np.zeros((most, 2 * steps + 1), np.float32)
    first, last = np.full(most, steps, np.int32), np.full(most, steps, np.int32)
    room = np.full((height, width), 1e9, np.float32)
    n = 0
    for s in range(seeds.shape[0]):
        if n == most:
            break
        row, column = seeds[s] // width, seeds[s] % width
        if room[row, column] < gap * gap:
            continue
        nodes[n, steps, 0], nodes[n, steps, 1] = column + 0.5, row + 0.5
        values[n, steps] = strength[row, column]
        for way in (-1, 1):
            x, y = column + 0.5, row + 0.5
            dx, dy = way * field[row, column, 0], way * field[row, column, 1]
            for k in range(1, steps + 1):
                x, y = x + step * dx, y + step * dy
                if on_ridge and 2 <= x < width - 2 and 2 <= y < height - 2:
                    one, other = strength[int(y + dx), int(x - dy)], strength[int(y - dx), int(x + dy)]
                    here = strength[int(y), int(x)]
                    aside = 0.5 if one > max(here, other) else (-0.5 if other > max(here, one) else 0.0)
                    x, y = x - aside * dy, y + aside * dx
                if not (0 <= x < width and 0 <= y < height):
                    break
                r, c = int(y), int(x)
                if strength[r, c] < threshold or room[r, c] < gap * gap / 4:
                    break
                node = steps + way * k
                nodes[n, node, 0], nodes[n, node, 1], values[n, node] = x, y, strength[r, c]
                if way < 0:
                    first[n] = node
                else:
                    last[n] = node
                turned = 1.0 if dx * field[r, c, 0] + dy * field[r, c, 1] >= 0 else -1.0
                dx, dy = 0.4 * dx + 0.6 * turned * field[r, c, 0], 0.4 * dy + 0.6 * turned * field[r, c, 1]
                norm = math.sqrt(dx * dx + dy * dy) + 1e-9
                dx, dy = dx / norm, dy / norm
        reach = int(gap)
        for k in range(first[n], last[n] + 1):
            for r in range(max(int(nodes[n, k, 1]) - reach, 0), min(int(nodes[n, k, 1]) + reach + 1, height)):
                for c in range(max(int(nodes[n, k, 0]) - reach, 0), min(int(nodes[n, k, 0]) + reach + 1, width)):
                    apart = (r + 0.5 - nodes[n, k, 1]) ** 2 + (c + 0.5 - nodes[n, k, 0]) ** 2
                    room[r, c] = min(room[r, c], apart)
        if last[n] > first[n] + 1:
            n += 1
        else:
            first[n], last[n] = steps, steps
    return nodes[:n], first[:n], last[:n], values[:n]
