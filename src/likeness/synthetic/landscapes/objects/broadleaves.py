"""Trees with limbs: oak, banyan, and one that is always bare."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.branches import Branches, Habit, grow
from likeness.synthetic.landscapes.objects.finishes import BARK
from likeness.synthetic.landscapes.objects.foliage import clumps
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.solids import tubes
from likeness.synthetic.landscapes.objects.tints import tint, tints
from likeness.synthetic.vectors import Array

_OAK = Habit(
    levels=3,
    pieces=5,
    forks=6,
    first_fork=0.42,
    spread=0.95,
    limb=1.05,
    length=0.52,
    wander=0.20,
    rise=0.03,
    girth=0.62,
    taper=0.5,
)


_BARE = Habit(
    levels=5,
    pieces=4,
    forks=4,
    first_fork=0.34,
    spread=0.72,
    limb=0.80,
    length=0.62,
    wander=0.26,
    rise=0.03,
    girth=0.72,
    taper=0.5,
)


_BANYAN = Habit(
    levels=3,
    pieces=6,
    forks=7,
    first_fork=0.40,
    spread=1.15,
    limb=1.30,
    length=0.50,
    wander=0.18,
    rise=0.045,
    girth=0.50,
    taper=0.45,
)


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


_BARK = {"oak": (0.37, 0.29, 0.22), "banyan": (0.52, 0.45, 0.38), "bare": (0.30, 0.25, 0.22)}


def _wood(branches: Branches, kind: str, pixel: float, *, leafy: bool = False) -> Mesh:
    """Limbs, none thinner than is seen, the thin ones of fewer sides; those that leaves hide are left out."""
    if leafy:
        branches = Branches(*(values[branches.radii[:, 0] > 0.35 * pixel] for values in branches))
    colour, radii = tint(_BARK[kind]), np.maximum(branches.radii, 0.42 * pixel)
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
    return tubes(start, end, (radius * 0.55, radius * 0.2), tint(_BARK[kind]), BARK)


def _leaves(
    tips: Array, crown: tuple[Array, Array], share: float, height: float, colours: Array, rng: np.random.Generator
) -> Mesh:
    """The leaves of a crown; at a share of 1 they cover what the viewer sees of it three times over."""
    count = int(np.clip(30.0 * height, 900, 6500) * min(share, 1.0))
    outline = float(np.pi * crown[1][0] * crown[1][1])
    return clumps(tips, 0.85, count, 3.0 * share * outline, colours, crown, rng)


def _crown(branches: Branches, above: int) -> tuple[Array, tuple[Array, Array]]:
    """Where leaves grow: the ends of limbs from level ``above`` on; and the crown's centre and radii."""
    tips = branches.end[branches.level >= above]
    low, high = np.percentile(tips, (3, 97), axis=0).astype(np.float32)
    return tips, ((low + high) / 2, (high - low) / 2 + np.float32(0.6))


def _rounded(crown: tuple[Array, Array], count: int, rng: np.random.Generator) -> Array:
    """Points (count, 3) near the crown's hull, more of them above, that round it off."""
    way = rng.standard_normal((count, 3)) + np.array([0, 0.35, 0])
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    reach = rng.uniform(0.45, 0.88, (count, 1))
    return np.asarray(crown[0] + way * reach * crown[1] * np.array([0.92, 1, 0.92]), np.float32)


def oak(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """An oak's round crown: in spring perhaps in blossom, in winter bare; arguments as of ``conifers.pine``."""
    branches = grow(_OAK, 4.2, 0.40, rng, lean=float(rng.normal(0, 0.05)), most=min(900, 200 + int(5 * height)))
    blooming, colour = bool(rng.random() < 0.45), ("white", "pink")[int(rng.integers(2))]
    parts = [_wood(branches, "oak", pixel, leafy=season != "winter"), _root_flare(0.42, "oak", rng)]
    share = {"winter": 0.0, "spring": 0.85, "autumn": 0.9}.get(season, 1.0)
    if share:
        shades = (
            _BLOSSOM[colour] + _OAK_LEAVES["spring"][:1] if season == "spring" and blooming else _OAK_LEAVES[season]
        )
        tips, crown = _crown(branches, 2)
        tips = np.concatenate([tips, _rounded(crown, len(tips) // 2, rng)])
        parts.append(_leaves(tips, crown, share, height, tints(shades), rng))
    return merged(parts)


def bare(_season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """A tree that has no leaves in any season; arguments as of ``conifers.pine``."""
    lean = float(rng.normal(0, 0.12))
    branches = grow(_BARE, 4.6, 0.32, rng, lean=lean, most=min(2600, 60 + int(11 * height)))
    return merged([_wood(branches, "bare", pixel), _root_flare(0.34, "bare", rng)])


def banyan(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """A banyan's wide crown over roots that hang to the ground; arguments as of ``conifers.pine``."""
    branches = grow(_BANYAN, 3.6, 0.80, rng, most=min(900, 240 + int(5 * height)))
    parts = [_wood(branches, "banyan", pixel, leafy=True), _root_flare(0.8, "banyan", rng)]
    bark = tint(_BARK["banyan"])
    # the trunk is a bundle of roots grown together
    angle = rng.uniform(0, 2 * np.pi, 11)
    away = rng.uniform(0.45, 1.05, 11)
    foot = np.stack([np.cos(angle) * away, np.zeros(11), np.sin(angle) * away * 0.8], axis=1).astype(np.float32)
    top = foot * 0.45 + np.array([0, 3.2, 0], np.float32) + rng.normal(0, 0.25, (11, 3)).astype(np.float32)
    parts.append(
        tubes(foot, top, np.stack([rng.uniform(0.16, 0.30, 11), rng.uniform(0.1, 0.2, 11)], axis=1), bark, BARK)
    )
    limbs = branches.end[
        (branches.level >= 1)
        & (branches.level <= 2)
        & (np.abs(branches.end[:, 1] - 3.8) < 1.6)
        & (np.hypot(branches.end[:, 0], branches.end[:, 2]) > 1.6)
    ]
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
    tips = np.concatenate([tips, _rounded(crown, len(tips) // 3, rng)])
    tips = tips[tips[:, 1] > min(3.0, 0.5 * crown[0][1])]  # the trunk and the hanging roots are seen
    share = 0.4 if season == "winter" else 1.0
    parts.append(_leaves(tips, crown, share, height, tints(_BANYAN_LEAVES[season]), rng))
    return merged(parts)
