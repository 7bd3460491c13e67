"""A street between two rows of houses: walls in perspective, their shadows, lamps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from likeness.synthetic.landscapes.canvas import Canvas
from likeness.synthetic.landscapes.daylight import linear
from likeness.synthetic.landscapes.objects.facades import facade
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.terrain import Terrain
from likeness.synthetic.landscapes.view import View, column_of, row_of
from likeness.synthetic.vectors import Array, Vector

_NEAREST_WALL = 3.0
_DESIGNS = 2
"""Different houses a side."""


@dataclass(frozen=True)
class Row:
    """The houses of one side of a street.

    Attributes:
        side: −1 left, 1 right.
        x: Metres to the right of their fronts.
        edges: (n + 1,) depths between which they stand.
        heights: (n,) metres.
        designs: (n,) which of the designs each one is.
    """

    side: int
    x: float
    edges: Array
    heights: Array
    designs: tuple[int, ...]


def rows_of(terrain: Terrain, rng: np.random.Generator) -> tuple[Row, Row]:
    """Two rows of houses along the pavements; few of them alike."""

    def row(side: int) -> Row:
        lengths = rng.uniform(10, 16, 14)
        heights = lengths * rng.uniform(0.85, 1.05, 14)
        edges = _NEAREST_WALL + np.concatenate([[0.0], np.cumsum(lengths)])
        designs = tuple(int(design) for design in rng.integers(0, _DESIGNS, 14))
        x = side * (terrain.road + float(rng.uniform(2.2, 3.8)))
        return Row(side, x, edges.astype(np.float32), heights.astype(np.float32), designs)

    return row(-1), row(1)


def facing(light: Illumination, side: int) -> Illumination:
    """The light as a wall sees it that faces the street: as if the viewer had turned towards the wall.

    Turned to the left the viewer's right is the old depth and what points to him is the old right; turned to the
    right both are reversed.
    """
    x, y, z = light.sun
    return replace(light, sun=(-z, y, x) if side < 0 else (z, y, -x))


def shade_street(sunlit: Array, depth: Array, rows: tuple[Row, Row], view: View, sun: Vector) -> None:
    """Lay the shadow of the houses on the sun's side over the street, in place."""
    if abs(sun[0]) < 0.02:
        return
    row = rows[1] if sun[0] > 0 else rows[0]
    columns = np.arange(view.size, dtype=np.float32) + 0.5 - view.size * 0.5
    far = np.where(np.isfinite(depth), depth, 1e6)
    x = columns * far / view.focal
    run = np.maximum((row.x - x) / sun[0], 0)  # along the ray until it meets the wall
    block = np.clip(np.searchsorted(row.edges, far - run * sun[2]) - 1, 0, len(row.heights) - 1)
    hidden = np.clip((row.heights[block] - run * sun[1]) / 0.6 + 0.5, 0, 1)
    sunlit *= (1 - 0.9 * hidden).astype(np.float32)


def draw_rows(canvas: Canvas, rows: tuple[Row, Row], light: Illumination, *, lit_windows: bool, seed: int) -> None:
    """Draw both rows on the canvas, far houses first."""
    size = canvas.view.size
    for row in rows:
        turned = facing(light, row.side)
        designs: dict[int, Sprite] = {}
        for k in reversed(range(len(row.heights))):
            near, far = float(row.edges[k]), float(row.edges[k + 1]) + 0.2  # lest a slit be left
            if abs(column_of(canvas.view, row.x, far) - 0.5 * size) > 0.5 * size:
                continue
            design = row.designs[k]
            if design not in designs:
                tall = 0.62 * size
                rng = np.random.default_rng((seed, design, row.side + 1))
                designs[design] = _trimmed(facade(1.05 * tall, tall, turned, rng, lit_windows=lit_windows))
            _draw_wall(canvas, designs[design], row, near, far, float(row.heights[k]))


def _trimmed(front: Sprite) -> Sprite:
    """A front without its margins, so that houses join."""
    rows = np.nonzero(front.alpha.max(axis=1) > 0.5)[0]
    columns = np.nonzero(front.alpha[len(front.alpha) // 2] > 0.9)[0]
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Sprite(front.colour[part], front.alpha[part], (0.5 * len(columns), float(len(rows))))


def _draw_wall(canvas: Canvas, front: Sprite, row: Row, near: float, far: float, height: float) -> None:
    """One house's front, seen aslant."""
    view, depth = canvas.view, canvas.depth
    tall, wide = front.alpha.shape
    left, right = (near, far) if row.side < 0 else (far, near)
    corners = [(0, 0, left, height), (wide, 0, right, height), (wide, tall, right, 0.0), (0, tall, left, 0.0)]
    source = np.array([(u, v) for u, v, _, _ in corners], np.float32)
    target = np.array([(column_of(view, row.x, d), row_of(view, h, d)) for _, _, d, h in corners], np.float32)
    low = np.maximum(np.floor(target.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(target.max(axis=0)).astype(int) + 1, view.size)
    if (low >= high).any():
        return
    matrix = cv2.getPerspectiveTransform(source, target - low.astype(np.float32))
    size = tuple(int(value) for value in high - low)
    flags = cv2.INTER_AREA if wide > 2 * size[0] else cv2.INTER_LINEAR
    shrink = min(max(size[0], 4) * 2.0 / wide, 1.0)  # a far wall is made narrower first, lest its windows flicker
    colour, alpha = front.colour * front.alpha[..., None], front.alpha
    if shrink < 0.7:
        small = (max(int(wide * shrink), 2), max(int(tall * min(shrink * 1.6, 1.0)), 2))
        scaling = np.diag([wide / small[0], tall / small[1], 1.0])
        colour = cv2.resize(colour, small, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(alpha, small, interpolation=cv2.INTER_AREA)
        matrix = matrix @ scaling
    colour = cv2.warpPerspective(colour, matrix, size, flags=flags)
    alpha = cv2.warpPerspective(alpha, matrix, size, flags=flags)
    there = np.s_[low[1] : high[1], low[0] : high[0]]
    columns = np.arange(low[0], high[0]) + 0.5 - view.size * 0.5
    away = (view.focal * row.x / np.where(np.abs(columns) < 0.5, np.sign(row.x) * 0.5, columns)).astype(np.float32)
    away = np.clip(away, near, far)
    alpha = alpha * (depth[there] > 0.9 * away - 0.5)
    clear = np.exp(-away / canvas.visibility)[:, None]
    colour = colour * clear + canvas.horizon[low[0] : high[0]] * (1 - clear) * alpha[..., None]
    canvas.image[there] = canvas.image[there] * (1 - alpha[..., None]) + colour
    depth[there] = np.where(alpha > 0.5, np.minimum(depth[there], away), depth[there])


def draw_lamps(canvas: Canvas, terrain: Terrain, *, lit: bool, rng: np.random.Generator) -> None:
    """Lamp posts along one kerb; by night they shine and light the ground."""
    view, image, depth = canvas.view, canvas.image, canvas.depth
    side, start = float(rng.choice((-1.0, 1.0))), float(rng.uniform(9, 14))
    iron = np.array(linear(0.16, 0.17, 0.19)) * float(np.clip(image.mean() * 2.0, 0.05, 1.0))
    glow = np.array(linear(1.0, 0.80, 0.48))
    for away in reversed([start * 1.75**k for k in range(5)]):
        x, tall = side * (terrain.road + 0.5), 4.6
        column, foot, head = column_of(view, x, away), row_of(view, 0.0, away), row_of(view, tall, away)
        width = max(1, round(0.11 * view.focal / away))
        mask = np.zeros(image.shape[:2], np.float32)
        cv2.line(mask, (round(column), round(foot)), (round(column), round(head)), 1.0, width, cv2.LINE_AA)
        mask *= depth > 0.9 * away
        image += mask[..., None] * (iron.astype(np.float32) - image)
        radius = max(0.19 * view.focal / away, 1.2)
        bulb = np.zeros_like(mask)
        cv2.circle(bulb, (round(column * 8), round(head * 8)), round(radius * 8), 1.0, -1, cv2.LINE_AA, 3)
        bulb *= depth > 0.9 * away
        image += bulb[..., None] * ((glow * 3.0 if lit else glow * image.mean() * 2.2).astype(np.float32) - image)
        if lit:
            reach = 3.4 * view.focal / away
            pool = np.zeros_like(mask)
            cv2.ellipse(pool, ((column, foot), (2 * reach, 0.5 * reach), 0.0), 1.0, -1, cv2.LINE_AA)
            pool = cv2.GaussianBlur(cv2.resize(pool, None, fx=0.25, fy=0.25), (0, 0), max(reach * 0.10, 0.5))
            pool = cv2.resize(pool, (view.size, view.size))
            halo = cv2.resize(
                cv2.GaussianBlur(cv2.resize(bulb, None, fx=0.25, fy=0.25), (0, 0), max(radius, 0.6)), mask.shape
            )
            image += (image * pool[..., None] * 3.2 + halo[..., None] * 0.8) * glow.astype(np.float32)
