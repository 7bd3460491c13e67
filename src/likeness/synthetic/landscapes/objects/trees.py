"""Trees of five kinds, through the year, from a forest far away to one that fills the picture."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.broadleaves import banyan, bare, oak
from likeness.synthetic.landscapes.objects.conifers import TALL, cypress, pine
from likeness.synthetic.landscapes.objects.portray import Eye, portray, supersampling
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite

_EYE = Eye(distance=60.0, height=3.0)


_GROWN = {"pine": pine, "banyan": banyan, "cypress": cypress, "bare": bare, "oak": oak}


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
    mesh = _GROWN[kind](season, height, TALL / (height * finer), rng)
    tall = float(mesh.position[:, 1].max())
    return portray(mesh, height / tall, light, _EYE, finer=finer)
