"""What of the land each pixel shows."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from likeness.synthetic.compiled import compiled
from likeness.synthetic.landscapes.terrain import NO_WATER, Terrain, canopy, ground_height
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Array

NEAREST, FARTHEST = 1.2, 24_000.0
"""Metres between which the land is drawn."""


class Seen(NamedTuple):
    """What each pixel shows of the land; (size, size) float32 each, where there is land.

    Attributes:
        depth: Metres away; infinite in the sky.
        slope_x: Rise to the right, metres a metre.
        slope_depth: Rise with depth.
        water: 1 where water is seen, else 0.
        wooded: 1 where a forest's trees are seen, else 0.
    """

    depth: Array
    slope_x: Array
    slope_depth: Array
    water: Array
    wooded: Array


@compiled
def _heights(view: View, t: Terrain, depths: Array, heights: Array, trees: Array) -> None:
    """Height of the ground and of the trees on it, on every column's ray and at every depth.

    ``heights`` and ``trees`` are (n, size + 2), a column more on both sides, and filled in place.
    """
    last = view.size + 1
    for k in range(len(depths)):
        depth = float(depths[k])
        # the ground is smooth, most of all near by: a few columns are worked out, those between lie on straight lines
        stride = 8 if depth < 120.0 and t.water == NO_WATER else 2
        for left in range(0, last + stride, stride):
            column = min(left, last)
            heights[k, column] = ground_height(t, (column - 0.5 - view.size * 0.5) * depth / view.focal, depth)
            start = max(left - stride, 0)
            for between in range(start + 1, column):
                share = (between - start) / (column - start)
                heights[k, between] = heights[k, start] * (1 - share) + heights[k, column] * share
        if t.forest > 0 and depth > t.forest_from:
            for column in range(last + 1):
                if heights[k, column] > t.level:
                    tall = canopy(t, (column - 0.5 - view.size * 0.5) * depth / view.focal, depth)
                    trees[k, column] = tall


@compiled
def _march(view: View, t: Terrain, depths: Array, heights: Array, trees: Array, seen: Seen) -> None:
    """Walk each column from near to far and fill the rows that the land rises above what was nearer."""
    size = view.size
    for column in range(size):
        filled = size  # rows from here down are taken
        last_row, last_height, last_x, last_d, was_wet = size + 2.0, 0.0, 0.0, 0.0, False
        side = (column + 0.5 - size * 0.5) / view.focal
        for k in range(len(depths)):
            depth = float(depths[k])
            h = float(heights[k, column + 1])
            wet = h < t.level
            shown = max(h, t.level) + float(trees[k, column + 1])
            row = view.horizon - view.focal * (shown - view.eye) / depth
            before = float(depths[k - 1]) if k > 0 else depth * 0.98
            slope_x = (heights[k, column + 2] - heights[k, column]) * 0.5 * view.focal / depth
            slope_d = (h - last_height) / (depth - before) - slope_x * side if k > 0 else 0.0
            if row < filled - 0.5 and filled > 0:
                top = max(math.ceil(row - 0.5), 0)
                # where the shore crosses from the last step to this one
                crossing = (t.level - last_height) / (h - last_height) if k > 0 and was_wet != wet else -1.0
                for r in range(top, filled):
                    # between two steps the land is straight; 1 / depth is, too, along the rows of a level plane
                    share = min(max((last_row - (r + 0.5)) / max(last_row - row, 1e-6), 0.0), 1.0)
                    seen.depth[r, column] = 1.0 / ((1 - share) / before + share / depth)
                    watery = wet if share > crossing else was_wet
                    seen.slope_x[r, column] = 0.0 if watery else last_x * (1 - share) + slope_x * share
                    seen.slope_depth[r, column] = 0.0 if watery else last_d * (1 - share) + slope_d * share
                    seen.water[r, column] = 1.0 if watery else 0.0
                    seen.wooded[r, column] = min(float(trees[k, column + 1]) * 0.4, 1.0)
                filled = top
            last_row, last_height, last_x, last_d, was_wet = row, h, slope_x, slope_d, wet


def look(view: View, terrain: Terrain) -> Seen:
    """What a view shows of a land."""
    farthest = FARTHEST if terrain.mountains > 0 else 0.5 * FARTHEST
    near = np.geomspace(NEAREST, 120.0, 190, endpoint=False)
    depths = np.concatenate([near, np.geomspace(120.0, farthest, 310)]).astype(np.float32)
    heights, trees = (np.zeros((len(depths), view.size + 2), np.float32) for _ in range(2))
    _heights(view, terrain, depths, heights, trees)
    shape = (view.size, view.size)
    seen = Seen(np.full(shape, np.inf, np.float32), *(np.zeros(shape, np.float32) for _ in range(4)))
    _march(view, terrain, depths, heights, trees, seen)
    return seen
