"""The skin: its colour and its relief, painted in rest space so that they stay with the person at every age.

Lengths are eye distances from the point between the eyes; strengths were chosen by eye.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.noise import fractal_noise, noise
from likeness.synthetic.vectors import Array, Vector, mix, times


class Skin(NamedTuple):
    """How the skin looks at an age; colours linear RGB, strengths 0 to about 1.

    Attributes:
        seed: Of everything irregular.
        colour: Of the cheek without light.
        lips: Colour of the lips.
        hair: Colour of stubble and of the hair seen through at the roots.
        moles: (n, 4) rest x and z, radius and strength.
        freckles: Strength.
        blush: Of cheeks, nose, chin and ears.
        stubble: Strength.
        wrinkles: Forehead, crow's feet, frown lines, under the eyes.
        folds: From nose and mouth downwards.
        age_spots: Strength.
        scalp_cover: How much hair darkens the skin that it grows on.
        gloss: Strength of highlights.
    """

    seed: int
    colour: Vector
    lips: Vector
    hair: Vector
    moles: Array
    freckles: float
    blush: float
    stubble: float
    wrinkles: float
    folds: float
    age_spots: float
    scalp_cover: float
    gloss: float


@inlined
def _bump(x: float, z: float, at_x: float, at_z: float, wide: float, tall: float) -> float:
    """A Gaussian spot, 1 in the middle."""
    return math.exp(-(((x - at_x) / wide) ** 2) - ((z - at_z) / tall) ** 2)


@inlined
def _crease(x: float, z: float, from_x: float, from_z: float, to_x: float, to_z: float, width: float) -> float:
    """Depth of a crease along a segment, 0 to 1, shallow at its ends."""
    dx, dz = to_x - from_x, to_z - from_z
    t = min(max(((x - from_x) * dx + (z - from_z) * dz) / (dx * dx + dz * dz), 0.0), 1.0)
    distance = math.hypot(x - from_x - t * dx, z - from_z - t * dz)
    return math.exp(-((distance / width) ** 2)) * (0.35 + 0.65 * math.sin(math.pi * min(max(t, 0.12), 0.88)))


@inlined
def _wrinkles(x: float, y: float, z: float, seed: int) -> float:
    """Height of the wrinkles of upper face and eyes at full strength, not above 0.013."""
    side = abs(x)
    wave = 0.05 * noise(x * 3, 0.0, z * 3, seed + 7)
    on_forehead = smoothstep(0.42, 0.55, z) * (1 - smoothstep(0.85, 1.05, z)) * (1 - smoothstep(0.55, 0.95, side))
    height = -0.022 * on_forehead * max(0.0, math.sin((z + wave + 0.05 * side * side) * 42)) ** 3
    crows_x, crows_z = side - 0.74, z + 0.02  # from the eye's outer corner
    if crows_x > 0:
        angle = math.atan2(crows_z, crows_x)
        fan = math.exp(-(((math.hypot(crows_x, crows_z) - 0.2) / 0.13) ** 2)) * (1 - smoothstep(0.6, 1.0, abs(angle)))
        height -= 0.030 * fan * max(0.0, math.sin(angle * 11 + wave * 20)) ** 2
    height -= 0.028 * _crease(side, z, 0.10, 0.24, 0.12, 0.44, 0.035)  # frown lines
    height -= 0.030 * _crease(side, z, 0.22, -0.26, 0.70, -0.20, 0.05)  # under the eye
    return height + 0.013 * fractal_noise(x * 9, y * 9, z * 9, seed + 8, 2)


@compiled
def relief(x: float, y: float, z: float, skin: Skin) -> float:
    """Height of the skin at a rest position, eye distances: pores, wrinkles and folds."""
    if y > 0.9 or z < -2.4:
        return 0.0
    side = abs(x)
    height = 0.0035 * noise(x * 14, y * 14, z * 14, skin.seed + 6)
    if skin.wrinkles > 0.01:
        height += skin.wrinkles * _wrinkles(x, y, z, skin.seed)
    if skin.folds > 0 and z <= -0.5:
        height -= skin.folds * 0.070 * _crease(side, z, 0.34, -0.70, 0.60, -1.22, 0.065)  # nose to mouth
        height -= skin.folds * 0.05 * _crease(side, z, 0.50, -1.30, 0.54, -1.62, 0.05)  # mouth to chin
    return height


@compiled
def relief_slope(x: float, y: float, z: float, skin: Skin) -> tuple[float, float]:
    """How the skin rises along rest x and z, by differences over 0.015 eye distances."""
    height = relief(x, y, z, skin)
    return (relief(x + 0.015, y, z, skin) - height) / 0.015, (relief(x, y, z + 0.015, skin) - height) / 0.015


@inlined
def _tinted(colour: Vector, red: float, green: float, blue: float, strength: float) -> Vector:
    """A colour that loses the given shares of its channels."""
    return colour[0] * (1 - red * strength), colour[1] * (1 - green * strength), colour[2] * (1 - blue * strength)


@inlined
def _complexion(x: float, y: float, z: float, ears: float, skin: Skin) -> Vector:
    """Skin with its blush and the shade around the eyes."""
    side, front = abs(x), 1 - smoothstep(0.3, 0.9, y)
    tone = 1 + 0.06 * fractal_noise(x * 1.7, y * 1.7, z * 1.7, skin.seed, 2)
    tone += 0.05 * noise(x * 9, y * 9, z * 9, skin.seed + 1)
    cheeks, nose = _bump(side, z, 0.62, -0.72, 0.34, 0.34), _bump(x, z, 0.0, -0.62, 0.22, 0.20)
    chin = _bump(x, z, 0.0, -1.85, 0.35, 0.22)
    flush = (cheeks + 0.8 * nose + 0.5 * ears + 0.35 * chin) * skin.blush * (front + ears)
    under_eye = _bump(side, z, 0.46, -0.24, 0.26, 0.10) * front * (0.10 + 0.16 * skin.wrinkles)
    lid = _bump(side, z, 0.5, 0.13, 0.30, 0.10) * front * 0.14
    colour = times(_tinted(times(skin.colour, tone), 0.0, 0.22, 0.20, flush), 1 - under_eye - lid)
    return _tinted(colour, 0.0, 0.3, 0.0, under_eye)


@inlined
def _spotted(colour: Vector, x: float, y: float, z: float, skin: Skin) -> Vector:
    """Freckles, age spots and moles over a colour."""
    if skin.freckles > 0:
        patch = _bump(x, z, 0.0, -0.5, 0.85, 0.42) * (1 - smoothstep(0.3, 0.9, y))
        spot = smoothstep(0.42, 0.62, noise(x * 17, y * 17, z * 17, skin.seed + 2)) * patch
        colour = _tinted(colour, 0.28, 0.45, 0.55, spot * skin.freckles)
    if skin.age_spots > 0:
        spot = smoothstep(0.50, 0.62, noise(x * 5.5, y * 5.5, z * 5.5, skin.seed + 3))
        colour = _tinted(colour, 0.25, 0.34, 0.38, spot * skin.age_spots)
    if y < 1.0:
        for mole in range(skin.moles.shape[0]):
            distance = math.hypot(x - skin.moles[mole, 0], z - skin.moles[mole, 1]) / skin.moles[mole, 2]
            if distance < 2:
                colour = _tinted(colour, 0.65, 0.8, 0.85, (1 - smoothstep(0.6, 1.3, distance)) * skin.moles[mole, 3])
    return colour


@inlined
def _unshaven(colour: Vector, x: float, y: float, z: float, lips: float, skin: Skin) -> Vector:
    """Stubble over a colour."""
    side = abs(x)
    jaw_line = 0.28 * math.cos(side * 2.2)
    jaw = (1 - smoothstep(jaw_line - 1.05, jaw_line - 0.78, z)) * (1 - smoothstep(-2.0, -2.5, z))
    moustache = math.exp(-(((z + 0.93) / 0.09) ** 2)) * (1 - smoothstep(0.34, 0.48, side))
    beard = max(jaw, moustache) * (1 - smoothstep(0.8, 1.3, y)) * (1 - lips)
    grain = 0.75 + 0.5 * noise(x * 40, y * 40, z * 40, skin.seed + 4)
    shaded = (
        0.35 * colour[0] + 0.4 * skin.hair[0],
        0.35 * colour[1] + 0.4 * skin.hair[1],
        0.38 * colour[2] + 0.4 * skin.hair[2],
    )
    return mix(colour, shaded, min(0.85, skin.stubble * beard * grain))


@compiled
def skin_colour(x: float, y: float, z: float, lips: float, ears: float, scalp: float, skin: Skin) -> Vector:
    """Albedo of the skin at a rest position, linear RGB.

    Args:
        x: Rest position; ``y`` and ``z`` likewise.
        y: Backwards.
        z: Upwards.
        lips: 0 beside the lips to 1 on them; so ``ears``.
        ears: On the ears.
        scalp: Density of the hair that grows here, 0 to 1.
        skin: The skin.
    """
    colour = _spotted(_complexion(x, y, z, ears, skin), x, y, z, skin)
    if skin.stubble > 0:
        colour = _unshaven(colour, x, y, z, lips, skin)
    on_lips = smoothstep(0.25, 0.6, lips)
    between_lips = math.exp(-(((z + 1.18) / 0.03) ** 2))
    crease = 1 + on_lips * (0.07 * noise(x * 30, 0.0, z * 4, skin.seed + 9) - 0.18 * between_lips)
    colour = times(mix(colour, skin.lips, on_lips), crease)
    return mix(colour, times(skin.hair, 0.6), min(1.0, scalp * skin.scalp_cover))
