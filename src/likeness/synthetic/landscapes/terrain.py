"""The shape of the land: a height for every place."""

from __future__ import annotations

import math
from typing import NamedTuple

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.plane_noise import cell, fractal, plane_noise, ridged

NO_WATER, RIVER, LAKE, SEA = 0, 1, 2, 3
"""Kinds of water."""


class Terrain(NamedTuple):
    """The parameters of a land; metres unless said otherwise.

    Attributes:
        seed: Of everything irregular.
        rolling: Height of the near ground's swell, and its length.
        rolling_length: See ``rolling``.
        drop: How far the land falls from the viewer's hill to the valley.
        drop_from: Depth where it begins to fall, and where it has fallen.
        drop_to: See ``drop_from``.
        knolls: Height of the swell of the middle ground.
        hills: Height of the hills, their length and the depth where they begin.
        hill_length: See ``hills``.
        hills_from: See ``hills``.
        mountains: Height of the mountains, their length and the depth where they begin.
        mountain_length: See ``mountains``.
        mountains_from: See ``mountains``.
        peak_x: Where the highest mountain stands.
        peak_depth: See ``peak_x``.
        peak_radius: Radius of its foot; 0 for none.
        spires: Share of rock needles in the mountains, for lands of fantasy, 0 to 1.
        water: One of the kinds of water.
        level: Height of the water.
        bank: Width of its banks.
        water_x: A river's distance to the right at depth 0; a lake's middle.
        water_slope: How a river moves right with depth; how a shore slants.
        water_bend: Swing of a river's bends.
        water_length: Length of a river's bends.
        water_width: A river's width; a lake's half width.
        shore_near: Depth of the near and of the far shore.
        shore_far: See ``shore_near``.
        headland: Side (−1, 1) on which land juts into the sea, 0 for none.
        path_width: 0 for no path.
        path_x: Where a path begins, how it moves right with depth, swings, and how long its bends are.
        path_slope: See ``path_x``.
        path_bend: See ``path_x``.
        path_length: See ``path_x``.
        path_end: Depth where it ends.
        forest: Share of the far land under forest, 0 to 1.
        forest_from: Depth where forest may begin.
        conifers: Share of firs in the forest, 0 to 1.
        road: Half the width of a street's roadway, 0 for none.
    """

    seed: int
    rolling: float
    rolling_length: float
    drop: float
    drop_from: float
    drop_to: float
    knolls: float
    hills: float
    hill_length: float
    hills_from: float
    mountains: float
    mountain_length: float
    mountains_from: float
    peak_x: float
    peak_depth: float
    peak_radius: float
    spires: float
    water: int
    level: float
    bank: float
    water_x: float
    water_slope: float
    water_bend: float
    water_length: float
    water_width: float
    shore_near: float
    shore_far: float
    headland: float
    path_width: float
    path_x: float
    path_slope: float
    path_bend: float
    path_length: float
    path_end: float
    forest: float
    forest_from: float
    conifers: float
    road: float


@compiled
def inland(t: Terrain, x: float, depth: float) -> float:
    """Metres to the nearest shore, below 0 in the water, far inland where there is none; roughly true near shores."""
    if t.water == RIVER:
        centre = t.water_x + t.water_slope * depth
        centre += t.water_bend * math.sin(depth / t.water_length) * min(depth / t.water_length, 1.0)
        wobble = 0.30 * t.water_width * plane_noise(x / 40.0, depth / 40.0, t.seed + 60)
        source = max(depth - 1500.0, 0.0) * 0.1  # it comes out of the hills, not through the mountains behind them
        return abs(x - centre) - 0.5 * t.water_width + wobble + source
    if t.water == LAKE:
        middle = 0.5 * (t.shore_near + t.shore_far)
        half = 0.5 * (t.shore_far - t.shore_near)
        r = math.hypot((x - t.water_x) / t.water_width, (depth - middle) / half)
        r += 0.10 * plane_noise(x / 110.0, depth / 160.0, t.seed + 61)
        return (r - 1.0) * half
    if t.water == SEA:
        shore = t.shore_near + t.water_slope * x + 0.16 * t.shore_near * plane_noise(x / 25.0, 0.5, t.seed + 62)
        away = shore - depth
        if t.headland != 0:
            edge = 0.16 * depth + 70.0 * plane_noise(depth / 300.0, 1.5, t.seed + 63)
            jut = x * t.headland - edge
            reach = min(depth - 350.0, 4200.0 - depth)
            away = max(away, min(jut, reach) * 0.5)
        return away
    return 1e6


@compiled
def off_path(t: Terrain, x: float, depth: float) -> float:
    """Metres from the path's middle; far off where there is none."""
    if t.path_width <= 0 or depth > t.path_end:
        return 1e6
    middle = t.path_x + t.path_slope * depth + t.path_bend * math.sin(depth / t.path_length)
    return abs(x - middle)


@inlined
def forest_share(t: Terrain, x: float, depth: float) -> float:
    """How much of a place is under forest, 0 to 1."""
    if t.forest <= 0 or depth < t.forest_from:
        return 0.0
    woods = fractal(x / 260.0, depth / 260.0, t.seed + 40, 3.0) + 0.62 * t.forest - 0.25
    woods -= 0.35 * smoothstep(t.forest_from * 2.0, t.forest_from, depth)
    return smoothstep(-0.02, 0.06, woods)


@compiled
def relief(t: Terrain, x: float, depth: float) -> float:
    """Height of the bare land, metres, without trees and before water has cut into it."""
    swell = min(max(3.6 - 0.5 * math.log(1.0 + depth / 120.0), 1.5), 4.0)
    h = (
        t.rolling
        * fractal(x / t.rolling_length, depth / t.rolling_length, t.seed, swell)
        * smoothstep(3.0, 45.0, depth)
    )
    h -= t.drop * smoothstep(t.drop_from, t.drop_to, depth)
    if t.knolls > 0 and depth > 40.0:
        grown = smoothstep(40.0, 190.0, depth) * smoothstep(1500.0, 700.0, depth)
        h += t.knolls * grown * (0.15 + 1.6 * fractal(x / 210.0, depth / 170.0, t.seed + 15, 2.5))
    if t.water == RIVER:
        h += (
            0.05
            * max(inland(t, x, depth) - 12.0, 0.0)
            * smoothstep(20.0, 160.0, depth)
            * smoothstep(2500.0, 700.0, depth)
        )
    if t.hills > 0 and depth > t.hills_from:
        grown = smoothstep(t.hills_from, 3.0 * t.hills_from, depth)
        n = fractal(x / t.hill_length, depth / t.hill_length, t.seed + 10, 4.0)
        h += t.hills * grown * (0.30 + 1.7 * n + 0.14 * math.log(depth / t.hills_from))
    if t.mountains > 0 and depth > t.mountains_from:
        grown = smoothstep(t.mountains_from, 2.6 * t.mountains_from, depth)
        lx, ld = x / t.mountain_length, depth / t.mountain_length
        warp = 0.22 * plane_noise(lx * 1.3, ld * 1.3, t.seed + 21)
        crests = ridged(lx + warp, ld - warp, t.seed + 20, 6.0)
        mass = 0.50 + 1.6 * fractal(lx * 0.35, ld * 0.35, t.seed + 22, 2.0)
        rise = max(mass, 0.05) * (0.10 + 1.05 * crests)
        if t.peak_radius > 0:
            r = math.hypot(x - t.peak_x, depth - t.peak_depth) / t.peak_radius
            if r < 1:
                rise = max(rise, (1 - r) ** 1.25 * (1.05 + 0.55 * crests) + 0.55 * rise * r)
        if t.spires > 0:
            near, _, owner = cell(lx * 1.5 + 0.6 * warp, ld * 0.6, t.seed + 23)
            tall = ((owner >> 7) & 255) / 255.0
            needle = max(1.0 - 2.4 * near, 0.0) ** 1.5 * tall**2
            rise += t.spires * needle * (1.9 + 0.8 * crests)
        h += t.mountains * grown * rise
    return h


@compiled
def ground_height(t: Terrain, x: float, depth: float) -> float:
    """Height of the ground, metres; the bed of the water lies below its level."""
    h = relief(t, x, depth)
    if t.water != NO_WATER:
        shore = inland(t, x, depth)
        if shore < t.bank:
            dry = smoothstep(-0.35 * t.bank, t.bank, shore)
            h = (t.level - 1.6) * (1 - dry) + max(h, t.level + 0.35) * dry
        else:
            h = max(h, t.level + 0.35)
    return h


@compiled
def canopy(t: Terrain, x: float, depth: float) -> float:
    """Height of the trees of a forest over the ground, metres."""
    share = forest_share(t, x, depth)
    if share <= 0:
        return 0.0
    if t.water != NO_WATER:
        share *= smoothstep(2.0, 14.0, inland(t, x, depth))
    share *= smoothstep(3.0, 9.0, off_path(t, x, depth))
    if share <= 0:
        return 0.0
    # far trees stand wider apart, lest a crown be smaller than a pixel
    spacing = max(7.0, depth / 130.0)
    near, _, owner = cell(x / spacing, depth / spacing, t.seed + 41)
    tall = 0.6 + 0.6 * ((owner >> 9) & 255) / 255.0
    fir = ((owner >> 18) & 255) / 255.0 < t.conifers
    crown = max(1.0 - 1.5 * near, 0.0) if fir else math.sqrt(max(1.0 - 1.6 * near * near, 0.0))
    height = 13.0 if fir else 9.5
    return float(share * tall * height * max(spacing / 10.0, 1.0) ** 0.55 * (0.45 + 0.55 * crown))
