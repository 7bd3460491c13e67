"""The colour of every pixel that shows the sitter: skin, eyes, mouth or cloth, in linear RGB."""

from __future__ import annotations

import math

import numpy as np

from likeness.synthetic.appearance import Appearance
from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.eyes import Eyes, eye_colour, lid_shadow
from likeness.synthetic.garments import Garment, cover_at, fold_slope, garment_colour
from likeness.synthetic.head import HEAD, LEFT_EYE_BACK, RIGHT_EYE_BACK
from likeness.synthetic.lights import Light
from likeness.synthetic.mouth import mouth_colour
from likeness.synthetic.reflection import HIGHLIGHT, Finish, Material, half_way, reflected
from likeness.synthetic.skin import Skin, relief_slope, skin_colour
from likeness.synthetic.surface import Sample, Surface, sample_at
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, minus, normalised, times

_EYE, _MOUTH, _CLOTH = Finish((0.25, 0.2, 0.2)), Finish((0.0, 0.0, 0.0), gloss=0.05), Finish((0.1, 0.1, 0.1))


@inlined
def _shade_eye(sample: Sample, side: int, eyes: Eyes, light: Light, to_camera: Vector) -> Vector:
    """An eyeball: shaded by the lids, and wet."""
    colour, cornea = eye_colour(sample.position, side, eyes)
    outward = minus(sample.position, eyes.centres[side])
    normal = (outward[0] * (1 + 0.3 * cornea), outward[1], outward[2] * (1 + 0.3 * cornea))  # the cornea bulges
    shadow, lit = lid_shadow(normal, eyes.radius), 0.25 + 0.75 * sample.lit
    openness = 0.80 * max(sample.openness, 0.62) * shadow
    matt = reflected(Material(times(colour, shadow), normal, lit, openness, _EYE), to_camera, light)
    half = max(0.0, dot(normalised(normal), half_way(to_camera, light)))
    glint = lit * (2.6 * half**260 + 0.10 * half**24) * (0.4 + 0.6 * cornea)
    return add_scaled(matt, light.key_colour, HIGHLIGHT * glint)


@inlined
def _shade_mouth(sample: Sample, teeth: float, light: Light, to_camera: Vector) -> Vector:
    """Inside the mouth."""
    x, y, z = sample.rest
    material = Material(mouth_colour(x, y, z, teeth), sample.normal, sample.lit, sample.openness, _MOUTH)
    return reflected(material, to_camera, light)


@inlined
def _shade_cloth(sample: Sample, cover: float, garment: Garment, light: Light, to_camera: Vector) -> Vector:
    """The garment, darker along its hem."""
    x, y, z = sample.rest
    along_x, along_z = fold_slope(x, y, z, garment.seed)
    normal = (sample.normal[0] - along_x, sample.normal[1], sample.normal[2] - along_z)
    albedo = times(garment_colour(x, y, z, garment), 1 - 0.45 * (1 - smoothstep(0.5, 0.72, cover)))
    return reflected(Material(albedo, normal, sample.lit, sample.openness, _CLOTH), to_camera, light)


@inlined
def _shade_skin(sample: Sample, skin: Skin, light: Light, to_camera: Vector) -> Vector:
    """Skin: its relief bends the normal (bump mapping, Blinn 1978), and its middle shines most."""
    x, y, z = sample.rest
    lips, scalp = sample.lips, min(1.0, sample.scalp)
    shine = skin.gloss * (0.6 + 0.6 * math.exp(-((x / 0.3) ** 2)) * (1 - smoothstep(0.2, 0.6, y)))
    along_x, along_z = relief_slope(x, y, z, skin)
    normal = (sample.normal[0] - along_x, sample.normal[1], sample.normal[2] - along_z)
    finish = Finish(
        wrap=(0.38, 0.20, 0.14),
        gloss=(0.16 + 0.25 * lips) * shine * (1 - 0.8 * scalp),
        sharp_gloss=(0.05 + 0.35 * lips) * shine * (1 - scalp),
        bleed=0.10,
        sheen=0.06,
    )
    material = Material(
        skin_colour(x, y, z, lips, sample.ears, scalp, skin), normal, sample.lit, sample.openness, finish
    )
    return reflected(material, to_camera, light)


@inlined
def _shade(sample: Sample, light: Light, appearance: Appearance, camera: Vector) -> Vector:
    """Light that one pixel receives from the sitter."""
    to_camera = normalised(minus(camera, sample.position))
    if sample.part > RIGHT_EYE_BACK:
        return _shade_mouth(sample, appearance.teeth, light, to_camera)
    if sample.part > HEAD:
        return _shade_eye(sample, 0 if sample.part <= LEFT_EYE_BACK else 1, appearance.eyes, light, to_camera)
    x, y, z = sample.rest
    cover = cover_at(x, y, z, appearance.garment.neckline)
    if cover > 0.5:
        return _shade_cloth(sample, cover, appearance.garment, light, to_camera)
    return _shade_skin(sample, appearance.skin, light, to_camera)


@compiled
def shade(surface: Surface, light: Light, appearance: Appearance, camera: Vector) -> Array:
    """Light every visible pixel.

    Args:
        surface: What the camera sees.
        light: The lamps.
        appearance: The sitter's colours.
        camera: Its position, world.

    Returns:
        (height, width, 3) linear RGB, zero where the sitter is not seen.
    """
    height, width = surface.face.shape
    image = np.zeros((height, width, 3), np.float32)
    for row in range(height):
        for column in range(width):
            if surface.face[row, column] >= 0:
                red, green, blue = _shade(sample_at(surface, row, column), light, appearance, camera)
                image[row, column, 0], image[row, column, 1], image[row, column, 2] = red, green, blue
    return image
