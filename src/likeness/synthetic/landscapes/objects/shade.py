"""The light that each pixel of a solid sends to the viewer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.objects.finishes import CHROME, GLASS, GLOW, LEAF, MATT, PAINT, pattern
from likeness.synthetic.landscapes.plane_noise import plane_noise
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, minus, normalised, times, vector_at

_SNOW = (0.88, 0.91, 0.96)


class Lamps(NamedTuple):
    """``Illumination`` for compiled code; see there."""

    sun: Vector
    sun_colour: Vector
    sky: Vector
    ground: Vector
    snow: float


@inlined
def _surroundings(direction: Vector, lamps: Lamps, channel: int) -> float:
    """What a mirror shows: sky that brightens towards the horizon and the sun, a dark rim of trees, the ground."""
    height = direction[1]
    sky = lamps.sky[channel] * (1.7 - 1.0 * smoothstep(0.0, 0.8, height))
    sky += 0.10 * lamps.sun_colour[channel] * max(0.0, dot(direction, lamps.sun)) ** 12
    rim = 0.28 * lamps.sky[channel]
    ground = lamps.ground[channel] * (0.85 - 0.35 * smoothstep(0.0, -0.9, height))
    upper = rim + (sky - rim) * smoothstep(0.05, 0.16, height)
    return ground + (upper - ground) * smoothstep(-0.05, 0.0, height)


@inlined
def _matt(albedo: Vector, normal: Vector, lit: float, openness: float, through: float, lamps: Lamps) -> Vector:
    """Light scattered by a surface, some of it from behind where it lets light through."""
    facing = dot(normal, lamps.sun)
    sun = (max(0.0, facing) * (1 - 0.4 * through) + 0.55 * through * max(0.0, -facing)) * lit
    up = 0.5 + 0.5 * normal[1]
    sky = openness * up * (1 + 0.30 * facing)  # the sky is brightest around the sun
    ground = (0.3 + 0.7 * openness) * (1 - up)
    red = albedo[0] * (lamps.sun_colour[0] * sun + lamps.sky[0] * sky + lamps.ground[0] * ground)
    green = albedo[1] * (lamps.sun_colour[1] * sun + lamps.sky[1] * sky + lamps.ground[1] * ground)
    blue = albedo[2] * (lamps.sun_colour[2] * sun + lamps.sky[2] * sky + lamps.ground[2] * ground)
    return red, green, blue


@inlined
def _mirrored(
    matt: Vector, normal: Vector, to_viewer: Vector, lit: float, finish: int, tint: Vector, lamps: Lamps
) -> Vector:
    """A matt colour under lacquer, behind glass, or metal: Schlick's (1994) share of the surroundings."""
    cosine = max(0.0, dot(normal, to_viewer))
    mirror = add_scaled(times(normal, 2 * cosine), to_viewer, -1.0)
    grazing = (1 - cosine) ** 5
    glint = max(0.0, dot(mirror, lamps.sun)) ** 350 * 5.0 * lit
    base = 0.75 if finish == CHROME else (0.10 if finish == GLASS else 0.05)
    share = base + (1 - base) * grazing
    keep = 0.25 if finish == CHROME else 1 - share
    out = (0.0, 0.0, 0.0)
    for channel in range(3):
        colour = tint[channel] if finish == CHROME else 1.0
        seen = _surroundings(mirror, lamps, channel) * share * colour + glint * lamps.sun_colour[channel]
        value = matt[channel] * keep + seen
        out = (
            (value, out[1], out[2])
            if channel == 0
            else ((out[0], value, out[2]) if channel == 1 else (out[0], out[1], value))
        )
    return out


@compiled
def locate(
    seen: NDArray[np.int32],
    weights: Array,
    faces: NDArray[np.int32],
    nearness: Array,
    position: Array,
    normal: Array,
    sun: Vector,
    off: float,
) -> Array:
    """Set the weights right for perspective, in place, and tell where the visible points lie.

    Args:
        seen: (h, w) triangle, −1 where there is none.
        weights: (h, w, 3) barycentric in the picture; afterwards on the triangle.
        faces: (m, 3) vertices.
        nearness: (n,) how much larger a vertex looks than one at the foot.
        position: (n, 3) metres.
        normal: (n, 3) unit.
        sun: Unit vector towards it.
        off: Metres by which the points are moved off the surface on the sun's side, lest it shade itself.

    Returns:
        (k, 3) metres, of the pixels that show something, row by row.
    """
    height, width = seen.shape
    places = np.empty((height * width, 3), np.float32)
    count = 0
    for row in range(height):
        for column in range(width):
            k = seen[row, column]
            if k < 0:
                continue
            total, place, outward = 0.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
            for corner in range(3):
                i = faces[k, corner]
                w = weights[row, column, corner] * nearness[i]
                weights[row, column, corner] = w
                total += w
                place = add_scaled(place, vector_at(position, i), w)
                outward = add_scaled(outward, vector_at(normal, i), w)
            step = off if dot(outward, sun) > 0 else -off
            for corner in range(3):
                weights[row, column, corner] /= total
                places[count, corner] = (place[corner] + step * outward[corner]) / total
            count += 1
    return places[:count]


@compiled
def shade(
    seen: NDArray[np.int32],
    weights: Array,
    lit: Array,
    faces: NDArray[np.int32],
    finish: NDArray[np.int8],
    vertices: tuple[Array, Array, Array, Array, Array],
    viewer: Vector,
    pixel: float,
    lamps: Lamps,
) -> Array:
    """Light every pixel.

    Args:
        seen: (h, w) triangle, −1 where there is none.
        weights: (h, w, 3) barycentric.
        lit: (h, w) share of the sun's light that arrives.
        faces: (m, 3) vertices.
        finish: (m,).
        vertices: Positions, normals, colours, texture coordinates and openness, as in ``Mesh``.
        viewer: Position, metres.
        pixel: Metres a pixel.
        lamps: The light.

    Returns:
        (h, w, 3) linear RGB, 0 where nothing is seen.
    """
    position, normals, colours, textures, open_share = vertices
    height, width = seen.shape
    image = np.zeros((height, width, 3), np.float32)
    for row in range(height):
        for column in range(width):
            k = seen[row, column]
            if k < 0:
                continue
            place, normal, albedo = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
            u, v, openness = 0.0, 0.0, 0.0
            for corner in range(3):
                i, w = faces[k, corner], weights[row, column, corner]
                place = add_scaled(place, vector_at(position, i), w)
                normal = add_scaled(normal, vector_at(normals, i), w)
                albedo = add_scaled(albedo, vector_at(colours, i), w)
                u += textures[i, 0] * w
                v += textures[i, 1] * w
                openness += open_share[i] * w
            kind = finish[k]
            if kind == GLOW:
                image[row, column, 0], image[row, column, 1], image[row, column, 2] = albedo
                continue
            normal = normalised(normal)
            if kind > GLOW:
                albedo = times(albedo, pattern(kind, u, v, pixel))
            if lamps.snow > 0 and kind != GLASS and kind != CHROME:
                rough = 0.16 * plane_noise(place[0] * 3.1 + place[2] * 1.7, place[1] * 2.3 + place[2] * 2.9, 21)
                lies = smoothstep(0.30, 0.46, normal[1] * (0.55 + 0.45 * openness) + rough - 0.35 * (1 - lamps.snow))
                albedo = add_scaled(times(albedo, 1 - lies), _SNOW, lies)
                kind = MATT if lies > 0.5 else kind
            through = 0.8 if kind == LEAF else 0.0
            colour = _matt(albedo, normal, lit[row, column], max(0.0, openness), through, lamps)
            if kind in (PAINT, GLASS, CHROME):
                to_viewer = normalised(minus(viewer, place))
                colour = _mirrored(colour, normal, to_viewer, lit[row, column], kind, albedo, lamps)
            image[row, column, 0], image[row, column, 1], image[row, column, 2] = colour
    return image
