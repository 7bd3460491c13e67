"""How a point answers light.

Light falls from a key lamp with a shadow, from the sky and the floor dimmed by ambient occlusion, and from a rim lamp
behind. Diffuse light wraps around the terminator, widest in red, as light scattered in skin does (Green 2004);
highlights are Blinn's (1977) lobes with Schlick's (1994) Fresnel term. Strengths were chosen by eye.
"""

from __future__ import annotations

from typing import NamedTuple

from likeness.synthetic.compiled import inlined
from likeness.synthetic.lights import Light
from likeness.synthetic.vectors import Vector, add_scaled, dot, normalised

HIGHLIGHT = 0.8
"""Brightness of highlights beside the lamps' diffuse light."""
_OCCLUSION_POWER = (0.85, 1.0, 1.1)
"""Each channel's: light that bounces about a hollow takes on its colour, and skin is red."""


class Finish(NamedTuple):
    """How a material answers light, besides its colour.

    Attributes:
        wrap: How far diffuse light reaches around the terminator, each channel.
        gloss: Strength of the wide highlight.
        sharp_gloss: Strength of the narrow one.
        bleed: Red light that reaches shadows through flesh.
        sheen: Strength of the light that grazes the down on skin.
    """

    wrap: Vector
    gloss: float = 0.0
    sharp_gloss: float = 0.0
    bleed: float = 0.0
    sheen: float = 0.0


class Material(NamedTuple):
    """A point before light falls on it.

    Attributes:
        albedo: Linear RGB.
        normal: Any length.
        lit: Share of the key lamp's light that arrives.
        openness: Share of the light from all around that arrives.
        finish: The rest.
    """

    albedo: Vector
    normal: Vector
    lit: float
    openness: float
    finish: Finish


@inlined
def half_way(to_camera: Vector, light: Light) -> Vector:
    """Unit vector between the camera and the key lamp: a mirror that faces it shows the lamp."""
    return normalised(add_scaled(to_camera, light.key, 1.0))


@inlined
def _diffuse(channel: int, key: float, up: float, rim: float, material: Material, light: Light) -> float:
    """Light that leaves a matt point in one channel, before its albedo."""
    wrap = material.finish.wrap[channel]
    wrapped: float = max(0.0, (key + wrap) / (1 + wrap)) ** (1 + 0.5 * wrap)
    arriving = material.lit
    if channel == 0:
        arriving += (1 - material.lit) * material.finish.bleed
    occlusion: float = material.openness ** _OCCLUSION_POWER[channel]
    around = light.sky[channel] * up + light.floor[channel] * (1 - up)
    return (
        light.key_colour[channel] * wrapped * arriving
        + around * occlusion
        + light.rim_colour[channel] * rim * material.openness * 0.8
    )


@inlined
def reflected(material: Material, to_camera: Vector, light: Light) -> Vector:
    """Light that leaves a point towards the camera, linear RGB."""
    finish, normal = material.finish, normalised(material.normal)
    key, rim, up = dot(normal, light.key), max(0.0, dot(normal, light.rim)), 0.5 + 0.5 * normal[2]
    diffuse = (
        material.albedo[0] * _diffuse(0, key, up, rim, material, light),
        material.albedo[1] * _diffuse(1, key, up, rim, material, light),
        material.albedo[2] * _diffuse(2, key, up, rim, material, light),
    )
    facing, half = max(0.0, dot(normal, to_camera)), max(0.0, dot(normal, half_way(to_camera, light)))
    fresnel = 0.028 + 0.972 * (1 - facing) ** 5  # 0.028: reflectance of skin seen straight on
    highlight = (finish.gloss * half**14 + finish.sharp_gloss * half**70) * (0.6 + 6 * fresnel)
    highlight *= material.lit * max(0.0, min(1.0, key * 4))
    highlight += finish.sheen * (1 - facing) ** 3 * material.openness
    return add_scaled(diffuse, light.key_colour, HIGHLIGHT * highlight)
