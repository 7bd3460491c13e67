"""Pines and cypresses."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.finishes import BARK
from likeness.synthetic.landscapes.objects.foliage import blades
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.solids import tubes
from likeness.synthetic.landscapes.objects.tints import tint, tints

TALL = 10.0  # metres: every tree is built this high, and scaled as it is drawn


_BARK = {"pine": (0.42, 0.29, 0.21), "cypress": (0.40, 0.32, 0.25)}


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


def pine(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """A pine's boughs in tiers: longest low down, each a drooping spray of needles.

    Args:
        season: "spring", "summer", "autumn" or "winter".
        height: Pixels of the sprite: the smaller, the fewer and larger the leaves.
        pixel: Metres a pixel drawn: no limb is thinner.
        rng: Source of randomness.
    """
    tiers = int(np.clip(height * 0.35, 14, 18))
    width, shape = float(rng.uniform(2.1, 3.1)), float(rng.uniform(0.75, 1.05))
    low = float(rng.uniform(0.8, 1.7))
    level = np.repeat(np.arange(tiers), 9)
    count = len(level)
    up = (level + rng.uniform(-0.25, 0.25, count)) / tiers
    y = low + (TALL - low) * up
    reach = width * np.maximum(1 - up, 0.03) ** shape * rng.uniform(0.72, 1.12, count)
    angle = level * 0.7 + np.tile(np.arange(9), tiers) * (2 * np.pi / 9) + rng.normal(0, 0.12, count)
    sprays = int(np.clip(height * 0.11, 5, 36))
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
    shades = tints(_NEEDLES[season])
    tone = (0.75 + 0.5 * rng.random((len(r), 1))).astype(np.float32) * (0.65 + 0.5 * along[:, None]).astype(np.float32)
    colour = shades[rng.integers(0, len(shades), len(r))] * tone
    openness = np.clip(0.15 + 0.85 * along, 0.1, 1).astype(np.float32)
    # the fewer sprays, the larger: together they cover the tree alike at every size
    length = 3.1 * (0.5 + 0.25 * reach[bough]) / np.sqrt(sprays) * rng.uniform(0.7, 1.3, len(r))
    needles = blades(
        place, (out + fan).astype(np.float32), facing, length, 0.35 * length, colour, openness, across=across
    )
    bark = tint(_BARK["pine"])
    trunk = tubes((0, 0, 0), (0, TALL * 0.97, 0), (0.26, 0.03), bark, BARK, sides=9)
    inside = np.arange(0, count, 2)
    tip = np.stack([np.cos(angle) * reach, y - 0.30 * reach, np.sin(angle) * reach], axis=1) * 0.8
    tip[:, 1] = y - 0.25 * reach
    stem = np.stack([np.zeros(count), y, np.zeros(count)], axis=1)
    boughs = tubes(stem[inside], tip[inside], (max(0.05, 0.4 * pixel), 0.4 * pixel), bark, BARK, sides=3)
    return merged([trunk, boughs, needles])


def cypress(season: str, height: float, pixel: float, rng: np.random.Generator) -> Mesh:
    """A cypress, a flame of upright sprays; arguments as of ``pine``."""
    wide, belly = float(rng.uniform(0.85, 1.25)), float(rng.uniform(0.28, 0.40))
    count = int(np.clip(8 * height, 420, 2600))
    up = rng.random(count) ** 0.9
    profile = np.where(
        up < belly,
        np.sqrt(1 - 0.75 * np.maximum(1 - up / belly, 0) ** 2),
        np.cos(np.clip((up - belly) / (1 - belly), 0, 1) * np.pi / 2) ** 0.8,
    )
    depth = 0.55 + 0.5 * rng.random(count) ** 0.6
    theta = rng.uniform(0, 2 * np.pi, count)
    lumps = 1 + 0.16 * np.sin(3 * theta + 9 * up + rng.uniform(0, 6)) + 0.08 * np.sin(5 * theta - 17 * up)
    r = wide * profile * depth * lumps
    y = 0.5 + (TALL - 0.9) * up
    place = np.stack([np.cos(theta) * r, y, np.sin(theta) * r], axis=1).astype(np.float32)
    lean = np.stack([np.cos(theta) * 0.35, np.full(count, 1.0), np.sin(theta) * 0.35], axis=1) + rng.normal(
        0, 0.22, (count, 3)
    )
    facing = np.stack([np.cos(theta), np.full(count, 0.35), np.sin(theta)], axis=1) + rng.normal(0, 0.3, (count, 3))
    shades = tints(_CYPRESS_LEAVES[season])
    tone = (
        (0.65 + 0.5 * rng.random((count, 1)))
        * (0.55 + 0.5 * depth[:, None])
        * (0.75 + 0.45 * (lumps[:, None] - 0.8) / 0.4)
    )
    colour = (shades[rng.integers(0, len(shades), count)] * tone).astype(np.float32)
    length = np.maximum(0.85, 3.2 * pixel) * rng.uniform(0.6, 1.2, count)
    openness = np.clip((depth - 0.5) * 1.9 + 0.1, 0.1, 1).astype(np.float32)
    leaves = blades(
        place,
        lean.astype(np.float32),
        facing.astype(np.float32),
        length.astype(np.float32),
        0.34 * length * np.sqrt(1800 / count),
        colour,
        openness,
    )
    trunk = tubes((0, 0, 0), (0, TALL * 0.8, 0), (0.20, 0.05), tint(_BARK["cypress"]), BARK, sides=7)
    return merged([trunk, leaves])
