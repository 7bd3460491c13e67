"""A cut-out picture of one thing, and the light that it was seen in."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.synthetic.vectors import Array, Vector


@dataclass(frozen=True)
class Sprite:
    """A thing without its surroundings.

    Attributes:
        colour: (h, w, 3) float32 linear RGB, not premultiplied, 0 where nothing is seen.
        alpha: (h, w) float32 coverage, 0 to 1.
        foot: Pixel coordinates x, y (y downwards) of the point where it stands on the ground.
    """

    colour: Array
    alpha: Array
    foot: tuple[float, float]


@dataclass(frozen=True)
class Illumination:
    """The light that falls on a thing; colours are linear RGB.

    Attributes:
        sun: Unit vector towards the sun or the moon: x right, y up, z towards the viewer.
        sun_colour: Its light on what faces it.
        sky_colour: The light of the whole sky on what faces up.
        ground_colour: The light that the ground sends up.
        snow: How thick the snow lies on what faces up, 0 to 1.
    """

    sun: Vector
    sun_colour: Vector
    sky_colour: Vector
    ground_colour: Vector
    snow: float = 0.0
