"""What lies about: bushes and rocks."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.finishes import BARK, PLASTER
from likeness.synthetic.landscapes.objects.foliage import clumps
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.solids import sheet, tubes
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import tint, varied

_LEAVES = {
    "spring": ((0.36, 0.56, 0.18), (0.46, 0.64, 0.24)),
    "summer": ((0.20, 0.40, 0.12), (0.28, 0.46, 0.14)),
    "autumn": ((0.72, 0.30, 0.10), (0.80, 0.52, 0.14), (0.46, 0.42, 0.14)),
    "winter": ((0.36, 0.30, 0.22), (0.30, 0.26, 0.20)),
}
_FLOWERS = ((0.95, 0.50, 0.66), (0.97, 0.94, 0.90), (0.95, 0.82, 0.20), (0.62, 0.42, 0.82))
_ROCKS = ((0.50, 0.48, 0.46), (0.58, 0.53, 0.47), (0.42, 0.43, 0.45))

_EYE = Eye(distance=12.0, height=1.6)


def bush(season: str, height: float, light: Illumination, rng: np.random.Generator) -> Sprite:
    """A bush, in spring perhaps in flower, in winter nearly bare.

    Args:
        season: "spring", "summer", "autumn" or "winter".
        height: Pixels.
        light: What lights it.
        rng: Source of randomness.
    """
    finer = supersampling(height)
    pixel = 1 / (height * finer)
    count = 26
    wide = float(rng.uniform(0.6, 1.1))
    angle, out = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    y = 0.22 + 0.58 * rng.random(count) * np.sqrt(1 - 0.75 * out**2)
    centres = np.stack([np.cos(angle) * out * wide * 0.75, y, np.sin(angle) * out * wide * 0.6], axis=1).astype(
        np.float32
    )
    shades = _LEAVES[season]
    if season == "spring" and rng.random() < 0.5:
        shades = (*shades, _FLOWERS[int(rng.integers(len(_FLOWERS)))])
    colours = np.array([tint(colour) for colour in shades], np.float32)
    share = 0.3 if season == "winter" else 1.0
    leaves = int(np.clip(14 * height, 160, 1600) * share)
    crown = np.array([0, 0.35, 0], np.float32), np.array([wide, 0.62, wide], np.float32)
    foliage = clumps(centres, 0.22, leaves, 4.5 * share, colours, crown, rng)
    twigs = tubes(
        centres * np.array([0.1, 0, 0.1], np.float32),
        centres,
        (max(0.015, 0.4 * pixel), 0.4 * pixel),
        tint((0.32, 0.25, 0.2)),
        BARK,
        sides=3,
    )
    return portray(merged([twigs, foliage]), height, light, _EYE, finer=finer)


def _stone(size: tuple[float, float, float], rng: np.random.Generator) -> Mesh:
    """A boulder: a ball cut flat by planes, half in the ground."""
    up, around = np.linspace(-0.15, np.pi / 2, 12)[:, None], np.linspace(2 * np.pi, 0, 33)[None]
    way = np.stack(np.broadcast_arrays(np.cos(up) * np.sin(around), np.sin(up), np.cos(up) * np.cos(around)), axis=2)
    planes = rng.standard_normal((14, 3))
    planes /= np.linalg.norm(planes, axis=1, keepdims=True)
    reach = rng.uniform(0.66, 0.95, 14)
    facing = np.maximum(way @ planes.T, 0.05)
    radius = np.minimum(1.0, (reach / facing).min(axis=2))
    points = way * radius[..., None] * np.array(size)
    points[:, -1] = points[:, 0]
    points[-1] = points[-1].mean(axis=0)
    return sheet(points, varied(tint(_ROCKS[int(rng.integers(len(_ROCKS)))]), rng), PLASTER)


def rock(height: float, light: Illumination, rng: np.random.Generator) -> Sprite:
    """A boulder, perhaps with a smaller one beside it.

    Args:
        height: Pixels.
        light: What lights it; ``snow`` lies on top.
        rng: Source of randomness.
    """
    mesh = _stone((float(rng.uniform(0.9, 1.5)), 1.0, 0.9), rng)
    if rng.random() < 0.5:
        small = _stone((0.5, 0.45, 0.45), rng)
        beside = np.array([float(rng.choice((-1, 1))) * 1.1, 0, 0.6], np.float32)
        mesh = merged([mesh, small._replace(position=small.position + beside)])
    return portray(mesh, height / float(mesh.position[:, 1].max()), light, _EYE, finer=supersampling(height))
