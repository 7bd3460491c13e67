"""Cars in a street: lacquer that mirrors the sky, glass, chrome, wheels, lamps."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from likeness.synthetic.landscapes.objects.car_bodies import BODIES
from likeness.synthetic.landscapes.objects.car_details import modern_details, old_details
from likeness.synthetic.landscapes.objects.car_shells import cabin, shell
from likeness.synthetic.landscapes.objects.car_wheels import wheels
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, mirrored, turned
from likeness.synthetic.landscapes.objects.portray import Eye, portray, shaded_below
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.landscapes.objects.tints import tint, varied

_PAINTS = {
    "yellow": (0.98, 0.78, 0.08),
    "red": (0.78, 0.06, 0.06),
    "blue": (0.10, 0.26, 0.66),
    "white": (0.93, 0.93, 0.91),
    "black": (0.055, 0.055, 0.06),
}


_UNPAINTED = (-1.0, -1.0, -1.0)


_EYE = Eye(distance=9.0, height=1.75)


@lru_cache(maxsize=8)
def _assembled(kind: str, lamps: bool) -> Mesh:
    """A car on the origin, its bonnet to the right, unpainted: where its lacquer comes the colour is below 0."""
    body = BODIES[kind]
    details = old_details(body, _UNPAINTED, lamps) if kind == "old" else modern_details(body, kind, _UNPAINTED, lamps)
    return merged([shell(body, _UNPAINTED), cabin(body.cabin, _UNPAINTED), wheels(body), *details])


def car(colour: str, kind: str, width: float, light: Illumination, rng: np.random.Generator, *, lamps: bool) -> Sprite:
    """A car seen from the side or from before.

    Args:
        colour: "yellow", "red", "blue", "white" or "black".
        kind: "old" of the 1940s, "sports" or "plain", a saloon.
        width: Pixels of the sprite.
        light: What lights it, and what it mirrors.
        rng: Source of randomness: where it heads, and its paint's shade.
        lamps: Whether they are lit.
    """
    paint = np.asarray(varied(tint(_PAINTS[colour]), rng, 0.05), np.float32)
    mesh = _assembled(kind, lamps)
    mesh = mesh._replace(colour=np.where(mesh.colour < 0, paint, mesh.colour))
    angle = float(rng.uniform(0.10, 0.85))
    mesh = turned(mesh, -angle)
    if rng.random() < 0.5:  # it heads to the left
        mesh = mirrored(mesh, 0)
    near = _EYE.distance / (_EYE.distance - mesh.position[:, 2])
    wide = float(np.ptp(mesh.position[:, 0] * near))
    swept = replace(light, snow=0.6 * light.snow)  # it was driven
    sprite = portray(mesh, width / wide, swept, _EYE, finer=3 if width < 110 else 2)
    under = mesh.position[mesh.position[:, 1] < 0.3] * np.array([1, 0, 1], np.float32)
    return shaded_below(sprite, under, width / wide, _EYE)
