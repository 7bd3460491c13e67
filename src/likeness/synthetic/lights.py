"""The lamps of a photograph: a key lamp, a rim lamp behind, and light from the sky and the floor."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likeness.synthetic.camera import Camera
from likeness.synthetic.places import PLACES
from likeness.synthetic.shot import Shot
from likeness.synthetic.vectors import Vector, vector


class Light(NamedTuple):
    """Lamps; directions point towards the lamp, unit length, world space; colours are linear RGB."""

    key: Vector
    key_colour: Vector
    sky: Vector
    floor: Vector
    rim: Vector
    rim_colour: Vector


def place_lights(shot: Shot, camera: Camera, rng: np.random.Generator) -> Light:
    """Light a photograph as its place does, with a tint, a strength and perhaps a rim lamp of its own.

    Args:
        shot: The direction of the key lamp as the camera sees it, and the place.
        camera: Lamps stand around the line of view.
        rng: Source of randomness.
    """
    place = PLACES[shot.place]
    right, up, forward = camera.basis
    azimuth, elevation = shot.light_azimuth, shot.light_elevation
    key = np.cos(elevation) * (np.sin(azimuth) * right - np.cos(azimuth) * forward) + np.sin(elevation) * up
    rim_side = -np.sign(azimuth or 1.0)
    rim = 0.75 * rim_side * right + 0.35 * up + 0.55 * forward
    tint = rng.normal(1, 0.025, 3)
    strength = place.strength * rng.uniform(0.8, 1.15)
    rim_strength = float(rng.choice([0.0, 0.25, 0.7]))
    return Light(
        key=vector(key / np.linalg.norm(key)),
        key_colour=vector(np.array(place.key) * tint * strength * 0.95),
        sky=vector(np.array(place.sky) * tint * 1.15),
        floor=vector(np.array(place.floor) * tint * 1.15),
        rim=vector(rim / np.linalg.norm(rim)),
        rim_colour=vector(np.array(place.sky) * 1.6 * rim_strength),
    )
