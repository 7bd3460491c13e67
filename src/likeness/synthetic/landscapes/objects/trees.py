"""Trees of five kinds, through the year, from a forest far away to one that fills the picture."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.landscapes.objects.branches import Branches, Habit, grow
from likeness.synthetic.landscapes.objects.finishes import BARK
from likeness.synthetic.landscapes.objects.foliage import blades, clumps
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, tubes
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.vectors import Array

_OAK = Habit(levels=3, pieces=5, forks=6, first_fork=0.42, spread=0.95, limb=1.05, length=0.52, wander=0.20, rise=0.03, girth=0.62, taper=0.5)
_BARE = Habit(levels=5, pieces=4, forks=4, first_fork=0.34, spread=0.72, limb=0.80, length=0.62, wander=0.26, rise=0.03, girth=0.72, taper=0.5)
_BANYAN = Habit(levels=3, pieces=6, forks=7, first_fork=0.40, spread=1.15, limb=1.30, length=0.50, wander=0.18, rise=0.045, girth=0.50, taper=0.45)

_OAK_LEAVES = {
    "spring": ((0.48, 0.66, 0.20), (0.58, 0.72, 0.28), (0.40, 0.58, 0.16)),
    "summer": ((0.22, 0.42, 0.10), (0.30, 0.48, 0.13), (0.17, 0.35, 0.09)),
    "autumn": ((0.85, 0.38, 0.07), (0.76, 0.20, 0.07), (0.90, 0.60, 0.12), (0.66, 0.28, 0.08)),
    "winter": ((0.45, 0.32, 0.20), (0.40, 0.28, 0.18)),
}
_BLOSSOM = {"white": ((0.97, 0.92, 0.92), (0.95, 0.86, 0.88)), "pink": ((0.96, 0.72, 0.80), (0.93, 0.62, 0.74))}
_BANYAN_LEAVES = {
    "spring": ((0.34, 0.56, 0.16), (0.44, 0.62, 0.20)),
    "summer": ((0.18, 0.38, 0.12), (0.24, 0.44, 0.13), (0.14, 0.31, 0.10)),
    "autumn": ((0.56, 0.48, 0.12), (0.42, 0.44, 0.12), (0.68, 0.48, 0.12)),
    "winter": ((0.36, 0.36, 0.18), (0.30, 0.33, 0.17)),
}
_NEEDLES = {
    "spring": ((0.20, 0.40, 0.20), (0.30, 0.50, 0.24)),
    "summer": ((0.12, 0.30, 0.17), (0.17, 0.36, 0.19)),
    "autumn": ((0.14, 0.29, 0.16), (0.20, 0.32, 0.16)),
    "winter": ((0.12, 0.27, 0.19), (0.16, 0.31, 0.20)),
}
_CYPRESS_LEAVES = {
    "spring": ((0.19, 0.36, 0.15), (0.25, 0.42, 0.17)),
    "summer": ((0.11, 0.26, 0.12), (0.16, 0.31, 0.13)),
    "autumn": ((0.13, 0.26, 0.12), (0.18, 0.29, 0.12)),
    "winter": ((0.11, 0.24, 0.14), (0.15, 0.27, 0.15)),
}
_BARKS = {
    "pine": (0.42, 0.29, 0.21),
    "banyan": (0.52, 0.45, 0.38),
    "cypress": (0.40, 0.32, 0.25),
    "bare": (0.30, 0.25, 0.22),
    "oak": (0.37, 0.29, 0.22),
}

_TALL = 10.0  # metres: every tree is built this high, and scaled as it is drawn
_EYE = Eye(distance=60.0, height=3.0)


def _linear(colours: tuple[tuple[float, float, float], ...]) -> Array:
    """Colours (n, 3) in linear light."""
    return np.asarray(srgb_to_linear(colours), np.float32)


def _wood(branches: Branches, kind: str, pixel: float, *, leafy: bool = False) -> Mesh:
    """Limbs, none thinner than is seen, the thin ones of fewer sides; those that leaves hide are left out."""
    if leafy:
        branches = Branches(*(values[branches.radii[:, 0] > 0.35 * pixel] for values in branches))
    colour, radii = _linear((_BARKS[kind],))[0], np.maximum(branches.radii, 0.42 * pixel)
    thick = branches.radii[:, 0] > 3 * pixel
    return merged(
        [
            tubes(branches.start[some], branches.end[some], radii[some], colour, BARK, sides=sides)
            for some, sides in ((thick, 9), (~thick, 3))
            if some.any()
        ]
    )


def _root_flare(radius: float, kind: str, rng: np.random.Generator) -> Mesh:
    """Roots that spread from a trunk's foot."""
    angle = np.arange(6) * (np.pi / 3) + rng.uniform(0, 1, 6)
    out = np.stack([np.cos(angle), np.zeros(6), np.sin(angle)], axis=1).astype(np.float32)
    start = out * radius * 0.35 + np.array([0, radius * 1.9, 0], np.float32)
    end = out * radius * rng.uniform(1.7, 2.4, (6, 1)).astype(np.float32)
    return tubes(start, end, (radius * 0.55, radius * 0.2), _linear((_BARKS[kind],))[0], BARK)


def _leaf_count(height: float, share: float) -> int:
    """Leaves that a tree ``height`` pixels high needs to look full without any wasted."""
    return int(np.clip(22.0 * height, 700, 5200) * share)


def _crown(branches: Branches, above: int) -> tuple[Array, tuple[Array, Array]]:
    """Where leaves grow: the ends of limbs from level ``above`` on; and the crown's centre and radii."""
    tips = branches.end[branches.level >= above]
    low, high = np.percentile(tips, 3, axis=0), np.percentile(tips, 97, axis=0)
    return tips, ((low + high).astype(np.float32) / 2, (high - low).astype(np.float32) / 2 + 0.6)


def _rounded(crown: tuple[Array, Array], count: int, rng: np.random.Generator) -> Array:
    """Points (count, 3) near the crown's hull, more of them above, that round it off."""
    way = rng.standard_normal((count, 3)) + np.array([0, 0.35, 0])
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    reach = rng.uniform(0.45, 0.88, (count, 1))
    return np.asarray(crown[0] + way * reach * crown[1] * np.array([0.92, 1, 0.92]), np.float32)


def _oak(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    branches = grow(_OAK, 4.2, 0.40, rng, lean=float(rng.normal(0, 0.05)), most=min(900, 200 + int(5 * height)))
    blooming, colour = bool(rng.random() < 0.45), ("white", "pink")[int(rng.integers(2))]
    parts = [_wood(branches, "oak", pixel, leafy=season != "winter"), _root_flare(0.42, "oak", rng)]
    share = {"winter": 0.0, "spring": 0.85, "autumn": 0.9}.get(season, 1.0)
    if share:
        shades = _BLOSSOM[colour] + _OAK_LEAVES["spring"][:1] if season == "spring" and blooming else _OAK_LEAVES[season]
        tips, crown = _crown(branches, 2)
        tips = np.concatenate([tips, _rounded(crown, len(tips) // 2, rng)])
        parts.append(clumps(tips, 0.85, _leaf_count(height, share), 70.0 * share, _linear(shades), crown, rng))
    return merged(parts)


def _bare(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    lean = float(rng.normal(0, 0.12))
    branches = grow(_BARE, 4.6, 0.32, rng, lean=lean, most=min(2600, 60 + int(11 * height)))
    return merged([_wood(branches, "bare", pixel), _root_flare(0.34, "bare", rng)])


def _banyan(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    branches = grow(_BANYAN, 3.6, 0.80, rng, most=min(900, 240 + int(5 * height)))
    parts = [_wood(branches, "banyan", pixel, leafy=True), _root_flare(0.8, "banyan", rng)]
    bark = _linear((_BARKS["banyan"],))[0]
    # the trunk is a bundle of roots grown together
    angle = rng.uniform(0, 2 * np.pi, 11)
    away = rng.uniform(0.45, 1.05, 11)
    foot = np.stack([np.cos(angle) * away, np.zeros(11), np.sin(angle) * away * 0.8], axis=1).astype(np.float32)
    top = foot * 0.45 + np.array([0, 3.2, 0], np.float32) + rng.normal(0, 0.25, (11, 3)).astype(np.float32)
    parts.append(tubes(foot, top, np.stack([rng.uniform(0.16, 0.30, 11), rng.uniform(0.1, 0.2, 11)], axis=1), bark, BARK))
    limbs = branches.end[(branches.level >= 1) & (branches.level <= 2) & (np.abs(branches.end[:, 1] - 3.8) < 1.6) & (np.hypot(branches.end[:, 0], branches.end[:, 2]) > 1.6)]
    if len(limbs):
        count = int(np.clip(height * 0.28, 10, 56))
        hung = limbs[rng.integers(0, len(limbs), count)] + rng.normal(0, 0.25, (count, 3)).astype(np.float32)
        drop = rng.uniform(0.35, 1.0, count) < 0.72
        below = hung + rng.normal(0, 0.12, (count, 3)).astype(np.float32)
        below[:, 1] = np.where(drop, 0.0, hung[:, 1] * rng.uniform(0.3, 0.7, count))
        near = np.clip(1.5 - np.hypot(hung[:, 0], hung[:, 2]) / 5.0, 0.25, 1.0)
        thick = np.where(drop, 0.025 + 0.12 * near * rng.random(count) ** 2, 0.015)
        radii = np.maximum(np.stack([thick, thick * 1.3], axis=1), 0.42 * pixel)
        parts.append(tubes(hung, below, radii, bark, BARK, sides=5))
    tips, crown = _crown(branches, 2)
    tips = tips[tips[:, 1] > min(3.0, 0.5 * crown[0][1])]
    share = 0.5 if season == "winter" else 1.35
    leaves = _leaf_count(height, share)
    parts.append(clumps(tips, 0.85, leaves, 75.0 * share, _linear(_BANYAN_LEAVES[season]), crown, rng))
    return merged(parts)


def _pine(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """Boughs in tiers: longest low down, each a drooping spray of needles."""
    tiers = int(np.clip(height * 0.35, 14, 18))
    width, shape = float(rng.uniform(2.1, 3.1)), float(rng.uniform(0.75, 1.05))
    low = float(rng.uniform(0.8, 1.7))
    level = np.repeat(np.arange(tiers), 9)
    count = len(level)
    up = (level + rng.uniform(-0.25, 0.25, count)) / tiers
    y = low + (_TALL - low) * up
    reach = width * np.maximum(1 - up, 0.03) ** shape * rng.uniform(0.72, 1.12, count)
    angle = level * 0.7 + np.tile(np.arange(9), tiers) * (2 * np.pi / 9) + rng.normal(0, 0.12, count)
    sprays = int(np.clip(height * 0.10, 5, 18))
    bough, along = np.repeat(np.arange(count), sprays), np.tile((np.arange(sprays) + 0.6) / sprays, count)
    along = np.clip(along + rng.normal(0, 0.05, len(along)), 0.06, 1.02)
    r = reach[bough] * along
    droop = y[bough] - 0.42 * r + 0.16 * reach[bough] * along**3 + rng.normal(0, 0.05, len(r))
    sway = rng.normal(0, 0.10, len(r)) * (0.3 + along)
    theta = angle[bough] + sway
    place = np.stack([np.cos(theta) * r, droop, np.sin(theta) * r], axis=1).astype(np.float32)
    out = np.stack([np.cos(theta), np.full(len(r), -0.35), np.sin(theta)], axis=1).astype(np.float32)
    fan = np.stack([-np.sin(theta), np.zeros(len(r)), np.cos(theta)], axis=1) * rng.normal(0, 0.8, (len(r), 1))
    facing = np.stack([np.cos(theta) * 0.55, np.full(len(r), 0.85), np.sin(theta) * 0.55], axis=1)
    facing = (facing + rng.normal(0, 0.25, facing.shape)).astype(np.float32)
    across = np.stack([-np.sin(theta), rng.normal(0, 0.9, len(r)), np.cos(theta)], axis=1).astype(np.float32)
    shades = _linear(_NEEDLES[season])
    tone = (0.75 + 0.5 * rng.random((len(r), 1))).astype(np.float32) * (0.65 + 0.5 * along[:, None]).astype(np.float32)
    colour = shades[rng.integers(0, len(shades), len(r))] * tone
    openness = np.clip(0.15 + 0.85 * along, 0.1, 1).astype(np.float32)
    # the fewer sprays, the larger: together they cover the tree alike at every size
    length = 2.6 * (0.5 + 0.25 * reach[bough]) / np.sqrt(sprays) * rng.uniform(0.7, 1.3, len(r))
    needles = blades(place, (out + fan).astype(np.float32), facing, length, 0.5 * length, colour, openness, across=across)
    bark = _linear((_BARKS["pine"],))[0]
    trunk = tubes((0, 0, 0), (0, _TALL * 0.97, 0), (0.26, 0.03), bark, BARK, sides=9)
    inside = np.arange(0, count, 2)
    tip = np.stack([np.cos(angle) * reach, y - 0.30 * reach, np.sin(angle) * reach], axis=1) * 0.8
    tip[:, 1] = y - 0.25 * reach
    stem = np.stack([np.zeros(count), y, np.zeros(count)], axis=1)
    boughs = tubes(stem[inside], tip[inside], (max(0.05, 0.4 * pixel), 0.4 * pixel), bark, BARK, sides=3)
    return merged([trunk, boughs, needles])


def _cypress(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """A flame of upright sprays."""
    wide, belly = float(rng.uniform(0.85, 1.25)), float(rng.uniform(0.28, 0.40))
    count = int(np.clip(8 * height, 420, 2600))
    up = rng.random(count) ** 0.9
    profile = np.where(up < belly, np.sqrt(1 - 0.75 * np.maximum(1 - up / belly, 0) ** 2), np.cos(np.clip((up - belly) / (1 - belly), 0, 1) * np.pi / 2) ** 0.8)
    depth = 0.55 + 0.5 * rng.random(count) ** 0.6
    theta = rng.uniform(0, 2 * np.pi, count)
    lumps = 1 + 0.16 * np.sin(3 * theta + 9 * up + rng.uniform(0, 6)) + 0.08 * np.sin(5 * theta - 17 * up)
    r = wide * profile * depth * lumps
    y = 0.5 + (_TALL - 0.9) * up
    place = np.stack([np.cos(theta) * r, y, np.sin(theta) * r], axis=1).astype(np.float32)
    lean = np.stack([np.cos(theta) * 0.35, np.full(count, 1.0), np.sin(theta) * 0.35], axis=1) + rng.normal(0, 0.22, (count, 3))
    facing = np.stack([np.cos(theta), np.full(count, 0.35), np.sin(theta)], axis=1) + rng.normal(0, 0.3, (count, 3))
    shades = _linear(_CYPRESS_LEAVES[season])
    tone = (0.65 + 0.5 * rng.random((count, 1))) * (0.55 + 0.5 * depth[:, None]) * (0.75 + 0.45 * (lumps[:, None] - 0.8) / 0.4)
    colour = (shades[rng.integers(0, len(shades), count)] * tone).astype(np.float32)
    length = np.maximum(0.85, 3.2 * pixel) * rng.uniform(0.6, 1.2, count)
    openness = np.clip((depth - 0.5) * 1.9 + 0.1, 0.1, 1).astype(np.float32)
    leaves = blades(place, lean.astype(np.float32), facing.astype(np.float32), length.astype(np.float32), 0.34 * length * np.sqrt(1800 / count), colour, openness)
    trunk = tubes((0, 0, 0), (0, _TALL * 0.8, 0), (0.20, 0.05), _linear((_BARKS["cypress"],))[0], BARK, sides=7)
    return merged([trunk, leaves])


_GROWN = {"pine": _pine, "banyan": _banyan, "cypress": _cypress, "bare": _bare, "oak": _oak}


def tree(kind: str, season: str, height: float, light: Illumination, rng: np.random.Generator) -> Sprite:
    """A tree.

    Args:
        kind: "pine", "banyan", "cypress", "bare" or "oak".
        season: "spring", "summer", "autumn" or "winter".
        height: Pixels, 12 to 400.
        light: What lights it.
        rng: Source of randomness.
    """
    finer = supersampling(height)
    mesh = _GROWN[kind](season, height, _TALL / (height * finer), rng)
    tall = float(mesh.position[:, 1].max())
    return portray(mesh, height / tall, light, _EYE, finer=finer)
