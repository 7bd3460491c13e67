"""Where hair grows: densities over the head's vertices."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.curves import smoothsteps
from likeness.synthetic.head import HEAD, HeadModel
from likeness.synthetic.vectors import Array

_AZIMUTH = (0, 30, 48, 62, 78, 92, 120, 150, 180)
_HAIRLINE = (1.13, 1.10, 0.86, 0.60, 0.02, 0.30, -0.35, -0.95, -1.05)
"""Rest height of the hairline by azimuth, in degrees from the middle of the forehead: temples, ears, nape."""


def scalp_density(head: HeadModel, *, recession: float) -> Array:
    """Where the hair of the head grows: (vertices,), 0 to 1.

    Args:
        head: The head.
        recession: 0 a full hairline to 1 bald from forehead to crown.
    """
    x, y, z = np.abs(head.rest[:, 0]), head.rest[:, 1], head.rest[:, 2]
    azimuth = np.degrees(np.arctan2(x, 1.0 - y))
    density = smoothsteps(-0.07, 0.07, z - np.interp(azimuth, _AZIMUTH, _HAIRLINE))
    reach = 2.6 * recession
    bare = np.exp(-((x / 0.95) ** 2)) * (1 - smoothsteps(0.3 + reach, 0.9 + reach, y)) * smoothsteps(0.7, 1.1, z)
    density *= 1 - bare * min(1.0, 1.6 * recession)
    density *= 1 - smoothsteps(0.2, 0.5, head.ears)
    return _on_head(head, density)


def beard_density(head: HeadModel, *, whole: bool) -> Array:
    """Where the beard grows: (vertices,), 0 to 1; on the upper lip alone unless it is ``whole``."""
    x, y, z = np.abs(head.rest[:, 0]), head.rest[:, 1], head.rest[:, 2]
    density = np.exp(-(((z + 0.92) / 0.11) ** 2)) * (1 - smoothsteps(0.36, 0.5, x)) * (y < 0.3)
    if whole:
        edge = z - 0.55 * smoothsteps(0.55, 1.15, x) + 0.12 * (1 - smoothsteps(0.0, 0.3, x))
        jaw = 1 - smoothsteps(-1.12, -0.95, edge)
        jaw *= smoothsteps(-2.35, -2.05, z) * (1 - smoothsteps(0.9, 1.3, y))
        density = np.maximum(density, jaw)
    return _on_head(head, density * (1 - smoothsteps(0.04, 0.20, head.lips)))


def _on_head(head: HeadModel, density: Array) -> Array:
    """A density without the body, the eyes and the mouth."""
    on_head = np.zeros(len(head.rest), bool)
    on_head[np.unique(head.faces[head.parts == HEAD])] = True
    return np.where(on_head, density, 0).astype(np.float32)
