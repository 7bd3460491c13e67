"""The wheels of a car, and the dark in their arches."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.objects.car_bodies import DARK, RUBBER, SILVER, STEEL, Body
from likeness.synthetic.landscapes.objects.finishes import CHROME, MATT
from likeness.synthetic.landscapes.objects.mesh import Mesh, merged, moved, with_mirror_image
from likeness.synthetic.landscapes.objects.solids import boxes, quads, turned_profile


def _wheel(radius: float, spokes: int, whitewall: bool) -> Mesh:
    """A tyre with its rim, its axle along z, its outer side towards the viewer."""
    rim = radius * 0.64
    tread = [
        (radius * 0.9, -0.2),
        (radius, -0.16),
        (radius, 0.0),
        (radius * 0.93, 0.035),
        (rim * 1.02, 0.03),
        (rim, 0.0),
    ]
    parts = [turned_profile(tread, RUBBER, MATT, sides=36)]
    if whitewall:
        parts.append(turned_profile([(radius * 0.86, 0.040), (rim, 0.036)], (0.8, 0.79, 0.75), MATT, sides=36))
    if spokes:
        parts.append(turned_profile([(rim * 0.98, -0.05), (0.0, -0.05)], DARK, MATT, sides=24))
        edge = [(rim, 0.028), (rim * 0.94, 0.03), (rim * 0.88, 0.012)]
        parts.append(turned_profile(edge, SILVER, CHROME, sides=36))
        angle = np.arange(spokes) * (2 * np.pi / spokes) + 0.3
        out = np.stack([np.sin(angle), np.zeros(spokes), np.cos(angle)], axis=1)
        flat = np.stack([np.cos(angle), np.zeros(spokes), -np.sin(angle)], axis=1)
        inner, outer = 0.12 * rim, 0.92 * rim
        w = 0.16 * rim
        up = np.array([0, 0.02, 0])
        bars = np.stack(
            [
                out * inner - flat * w + up,
                out * outer - flat * w * 0.8 + up,
                out * outer + flat * w * 0.8 + up,
                out * inner + flat * w + up,
            ],
            axis=1,
        )
        parts.append(quads(bars, SILVER, CHROME, normal=np.broadcast_to(np.array([0, 1.0, 0]), (spokes, 3))))
        parts.append(turned_profile([(0.2 * rim, 0.02), (0.17 * rim, 0.035), (0.0, 0.04)], SILVER, CHROME, sides=20))
    else:
        parts.append(
            turned_profile(
                [(rim, 0.01), (rim * 0.97, 0.025), (rim * 0.80, 0.005), (rim * 0.72, 0.0)],
                (0.30, 0.29, 0.27),
                MATT,
                sides=36,
            )
        )
        parts.append(
            turned_profile(
                [(rim * 0.74, 0.0), (rim * 0.66, 0.035), (rim * 0.4, 0.065), (0.0, 0.08)], STEEL, CHROME, sides=32
            )
        )
    wheel = merged(parts)
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float32)  # the profile's axis towards the viewer
    return moved(wheel._replace(position=wheel.position @ upright.T, normal=wheel.normal @ upright.T), (0, radius, 0))


def wheels(body: Body) -> Mesh:
    """Four wheels, and the dark under the car."""
    parts = []
    for x in body.wheels:
        wheel = moved(_wheel(body.wheel, body.spokes, body.fenders), (x, 0, body.track - 0.04))
        parts.append(with_mirror_image(wheel))
    rear, front = body.top[0][0] + 0.25, body.top[-1][0] - 0.25
    half = 0.52 if body.fenders else 0.66
    parts.append(boxes((rear, 0.16, -half), (front, body.bottom + 0.25, half), DARK, MATT))
    angle = np.array([0.3, 0.6, 0.9, 1.2, 1.4])
    steps = body.arch * np.stack([np.cos(angle), np.sin(angle)], axis=1)  # boxes that fill the arch, a round hole
    for x in body.wheels:
        for reach, rise in steps:
            parts.append(boxes((x - reach, 0.16, -half), (x + reach, body.wheel + rise, half), DARK, MATT))
    return merged(parts)
