"""What lies or grows at each place of the land, and its colour."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.palette import Palette
from likeness.synthetic.landscapes.plane_noise import cell, fractal, plane_noise
from likeness.synthetic.landscapes.terrain import NO_WATER, SEA, Terrain, inland, off_path
from likeness.synthetic.vectors import Vector, mix, times, vector_at


@inlined
def _fields(t: Terrain, p: Palette, x: float, depth: float, steep: float) -> Vector:
    """Grass of the season, parted into fields and hedges."""
    tone = 0.5 + 1.3 * fractal(x / 90.0, depth / 120.0, t.seed + 51, 4.0)
    colour = mix(p.grass, p.grass_bright, min(max(tone, 0.0), 1.0))
    gentle = smoothstep(0.62, 0.34, steep)
    if p.fields > 0 and gentle > 0:
        bent = 40.0 * plane_noise(x / 300.0, depth / 300.0, t.seed + 53)
        along, away = (0.94 * x + 0.34 * depth + bent) / 150.0, (0.94 * depth - 0.34 * x + bent) / 240.0
        _, edge, owner = cell(along, away, t.seed + 52)
        if (owner & 255) / 255.0 < p.fields:
            crop = vector_at(p.crops, (owner >> 8) % 5)
            turned = 0.4 * math.pi * ((owner >> 12) & 7)
            rows = math.sin((x * math.cos(turned) + depth * math.sin(turned)) * 0.9)
            crop = times(crop, 0.75 + 0.5 * tone + 0.10 * rows * min(250.0 / depth, 1.0) ** 2)
            colour = mix(colour, crop, 0.9 * gentle * smoothstep(60.0, 160.0, depth))
        hedge = gentle * smoothstep(0.075, 0.03, edge) * smoothstep(70.0, 200.0, depth)
        colour = mix(colour, times(p.firs, 1.3), 0.75 * hedge)
    return colour


@inlined
def _meadow(t: Terrain, p: Palette, x: float, depth: float, steep: float) -> Vector:
    """Near by what was asked for, farther off the fields."""
    afar = smoothstep(45.0, 170.0, depth)
    colour = _fields(t, p, x, depth, steep) if afar > 0 else p.near
    if afar < 1:
        patch = fractal(x / 14.0, depth / 14.0, t.seed + 50, 3.0)
        colour = mix(mix(p.near, p.near_bright, min(max(0.5 + 1.5 * patch, 0.0), 1.0)), colour, afar)
    if p.bloom > 0 and 8.0 < depth < 260.0:
        drift = smoothstep(-0.10, 0.35, fractal(x / 9.0, depth / 18.0, t.seed + 55, 3.0) + 0.16)
        tint = mix(p.flower, p.flower_other, smoothstep(-0.15, 0.15, fractal(x / 6.0, depth / 12.0, t.seed + 56, 2.0)))
        colour = mix(
            colour, tint, p.bloom * drift * 0.8 * smoothstep(8.0, 30.0, depth) * smoothstep(260.0, 90.0, depth)
        )
    return colour


@inlined
def _woods(t: Terrain, p: Palette, x: float, height: float, depth: float) -> Vector:
    """A forest's leaves, each crown a little different."""
    spacing = max(7.0, depth / 130.0)
    # a wall of trees at the forest's edge shows crown over crown
    near, _, owner = cell(x / spacing, (depth + 1.6 * height) / spacing, t.seed + 41)
    tone = 0.8 + 0.4 * ((owner >> 4) & 15) / 15.0
    if ((owner >> 18) & 255) / 255.0 < t.conifers:
        return times(p.firs, tone)
    pick = (owner >> 22) % 8  # the third colour is rarer
    colour = vector_at(p.leaves, 0 if pick < 4 else 1 if pick < 7 else 2)
    leaves = 1.0 + 0.7 * plane_noise(x * 6.0 / spacing, (height * 6.0 + depth * 3.0) / spacing, t.seed + 42)
    return times(colour, tone * (1.1 - 0.45 * near) * leaves)


@inlined
def _cliff(t: Terrain, p: Palette, x: float, height: float, depth: float, rough: float) -> Vector:
    """Rock in layers."""
    layers = plane_noise(height / 38.0 + 2.5 * rough, x / 900.0, t.seed + 71)
    grain = fractal(x / 60.0 + 7.1 * rough, height / 45.0 + depth / 200.0, t.seed + 72, 4.0)
    return mix(p.rock_dark, p.rock, min(max(0.55 + 0.35 * layers + 1.1 * grain, 0.0), 1.0))


@inlined
def _paving(t: Terrain, p: Palette, x: float, depth: float) -> tuple[Vector, float]:
    """A street: asphalt with its marks, kerbs, slabs; the wheels keep two tracks clear of snow."""
    grain = 1.0 + 0.35 * fractal(x * 1.3, depth * 0.5, t.seed + 90, 4.0)
    off = abs(x)
    fine = min(0.008 * depth, 0.5)  # marks blur with distance, and pale as they widen
    if off < t.road:
        tone = 0.052 * grain
        colour = (tone, tone, 1.06 * tone)
        dash = smoothstep(0.10 + fine, 0.06, off) * (1.0 if (depth / 5.0) % 1.0 < 0.55 else 0.0)
        side = smoothstep(0.10 + fine, 0.05, abs(off - t.road + 0.35))
        colour = mix(colour, (0.62, 0.62, 0.58), 0.85 * max(dash, side) * 0.10 / (0.10 + fine))
        wheel = smoothstep(0.42, 0.20, abs(abs(off - 0.5 * t.road) - 0.75))
        return colour, p.snow * (0.62 - 0.5 * wheel) * smoothstep(-0.35, 0.15, grain - 1.0 + 0.15)
    if off < t.road + 0.22:
        return (0.34 * grain, 0.33 * grain, 0.32 * grain), 0.5 * p.snow
    joint = min(abs((x * 1.1) % 1.0 - 0.5), abs((depth * 0.8) % 1.0 - 0.5) + fine)
    tone = 0.21 * grain * (0.75 + 0.25 * smoothstep(0.0, 0.06 + fine, joint))
    return (tone, 0.97 * tone, 0.92 * tone), p.snow * smoothstep(-0.5, 0.1, grain - 1.0 + 0.3)


@compiled
def surface(
    t: Terrain, p: Palette, x: float, height: float, depth: float, steep: float, wooded: float
) -> tuple[Vector, float]:
    """Colour of the dry land at a place, and how much of it snow covers."""
    on_mountain = smoothstep(0.9, 1.8, depth / t.mountains_from) if t.mountains > 0 else 0.0
    rough = (
        fractal(x / 220.0, depth / 220.0, t.seed + 70, 5.0)
        if on_mountain > 0 or steep > 1.0 or t.water != NO_WATER
        else 0.0
    )
    colour = _woods(t, p, x, height, depth) if wooded >= 1 else _meadow(t, p, x, depth, steep)
    if on_mountain > 0:
        high = height / t.mountains
        bare = smoothstep(0.50, 0.85, steep + 0.7 * rough) * on_mountain * smoothstep(0.02, 0.16, high + 0.1 * rough)
        bare = max(bare, on_mountain * smoothstep(0.08, 0.30, high + 0.3 * rough))
        colour = mix(mix(colour, times(p.firs, 1.5), 0.55 * on_mountain), _cliff(t, p, x, height, depth, rough), bare)
    elif steep > 1.1 and wooded < 1:
        colour = mix(colour, _cliff(t, p, x, height, depth, rough), 0.8 * smoothstep(1.1, 1.9, steep) * (1 - wooded))
    if t.water != NO_WATER:
        shore = inland(t, x, depth)
        wide = t.bank * (0.9 if t.water == SEA else 0.45)
        beach = smoothstep(wide * (1.3 + 0.8 * rough), wide * 0.5, shore) * smoothstep(1.4, 0.7, steep)
        sand = times(p.sand, (0.62 + 0.38 * smoothstep(0.0, 0.35 * wide, shore)) * (1.0 + 0.5 * rough))
        colour = mix(colour, sand, beach)
    if 0 < wooded < 1:
        colour = mix(colour, _woods(t, p, x, height, depth), wooded)
    if t.road > 0 and depth < 220.0:
        return _paving(t, p, x, depth)
    away = off_path(t, x, depth) / max(t.path_width, 0.1)
    ragged = 0.30 * plane_noise(x * 1.1, depth * 0.8, t.seed + 73)
    trodden = smoothstep(0.62, 0.46, away + ragged * 0.35) * (1 - wooded)
    if trodden > 0:
        ruts = 1.0 - 0.16 * smoothstep(0.12, 0.0, abs(away - 0.27)) + 0.10 * smoothstep(0.1, 0.0, away)
        dust = times(p.path, ruts * (1.0 + 0.5 * fractal(x * 1.7, depth * 0.9, t.seed + 74, 3.0)))
        colour = mix(colour, dust, trodden)
    snow = 0.0
    if p.snow > 0:
        bare_spots = fractal(x / 2.2, depth / 4.0, t.seed + 75, 5.0)
        snow = smoothstep(0.42, 0.12, bare_spots - 0.9 * (p.snow - 0.85)) * smoothstep(1.5, 0.85, steep - 0.4 * rough)
        snow *= 1 - 0.45 * wooded - 0.50 * trodden
    elif on_mountain > 0:
        reach = 0.12 * t.mountains
        snow = smoothstep(-reach, reach, height - p.snow_line + 1.9 * reach * rough * 2.0)
        snow *= smoothstep(1.75, 0.95, steep - 0.9 * rough) * on_mountain
    return colour, snow
