"""A solid's sprite: seen in perspective, lit with its own shadows, cut out."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from likeness.synthetic.landscapes.objects.mesh import Mesh
from likeness.synthetic.landscapes.objects.shade import Lamps, locate, shade
from likeness.synthetic.landscapes.objects.sprite import Illumination, Sprite
from likeness.synthetic.raster import rasterise
from likeness.synthetic.shadow_map import ShadowMap
from likeness.synthetic.vectors import Array


class Eye(NamedTuple):
    """Where a solid is seen from: a camera held level in front of it.

    Attributes:
        distance: From the solid's foot, metres.
        height: Above its foot, metres.
    """

    distance: float
    height: float


def supersampling(size: float) -> int:
    """Pixels drawn a side for each of a sprite ``size`` pixels large."""
    return 4 if size < 40 else 3 if size < 80 else 2


def portray(mesh: Mesh, scale: float, light: Illumination, eye: Eye, *, finer: int = 2) -> Sprite:
    """Draw a solid that stands on the origin.

    Args:
        mesh: What is seen.
        scale: Pixels a metre at the foot's distance.
        light: What lights it; the solid casts shadows on itself.
        eye: The viewer.
        finer: Pixels drawn a side for each one of the sprite.

    Returns:
        The sprite, just large enough.
    """
    nearness = eye.distance / np.maximum(eye.distance - mesh.position[:, 2], 0.05 * eye.distance)
    fine = scale * finer
    x = mesh.position[:, 0] * nearness * fine
    y = -(eye.height + (mesh.position[:, 1] - eye.height) * nearness) * fine
    left, top = math.floor(float(x.min()) / finer) - 1, math.floor(float(y.min()) / finer) - 1
    width, height = math.ceil(float(x.max()) / finer) + 1 - left, math.ceil(float(y.max()) / finer) + 1 - top
    points = np.stack([x - left * finer, y - top * finer], axis=1).astype(np.float32)
    depth = (-nearness).astype(np.float32)  # of all measures of depth, this one is linear in the picture

    a, b, c = (points[mesh.faces[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    faces = np.where(area[:, None] > 0, mesh.faces[:, [0, 2, 1]], mesh.faces)  # both sides of a triangle are seen
    seen, weights, _ = rasterise(points, depth, faces, height * finer, width * finer)

    lit = np.zeros(seen.shape, np.float32)
    shown = seen >= 0
    texels = int(np.clip(max(seen.shape) * 0.6, 48, 320))
    shadow = ShadowMap(light.sun, mesh.position, mesh.faces, texels)
    texel = float(np.linalg.norm(np.ptp(mesh.position, axis=0))) / texels
    places = locate(
        seen, weights, faces, nearness.astype(np.float32), mesh.position, mesh.normal, light.sun, 1.5 * texel
    )
    lit[shown] = shadow.lit(places, bias=texel, reach=1)

    lamps = Lamps(light.sun, light.sun_colour, light.sky_colour, light.ground_colour, light.snow)
    image = shade(seen, weights, lit, faces, mesh.finish, mesh[:5], (0.0, eye.height, eye.distance), 1 / fine, lamps)
    small = (width, height)
    alpha = cv2.resize(shown.astype(np.float32), small, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(image, small, interpolation=cv2.INTER_AREA) / np.maximum(alpha, 1e-4)[..., None]
    return Sprite(colour.astype(np.float32), alpha, (float(-left), float(-top)))


def shaded_below(sprite: Sprite, under: Array, scale: float, eye: Eye) -> Sprite:
    """The sprite with the dark that gathers under a thing which stands close to the ground.

    Args:
        sprite: As ``portray`` made it.
        under: (n, 3) points of the ground that lie under the thing, metres.
        scale: As of ``portray``.
        eye: As of ``portray``.
    """
    nearness = eye.distance / (eye.distance - under[:, 2])
    points = np.stack([under[:, 0] * nearness, (nearness - 1) * eye.height], axis=1) * scale
    rows, columns = sprite.alpha.shape
    softness = 0.025 * columns
    placed = points + np.array(sprite.foot)
    low, high = placed.min(0) - 2 * softness, placed.max(0) + 2 * softness
    left, top = max(0, math.ceil(-low[0])), max(0, math.ceil(-low[1]))
    right, bottom = max(0, math.ceil(high[0] - columns)), max(0, math.ceil(high[1] - rows))
    sides = ((top, bottom), (left, right))
    alpha, colour = np.pad(sprite.alpha, sides), np.pad(sprite.colour, (*sides, (0, 0)))
    foot = sprite.foot[0] + left, sprite.foot[1] + top
    outline = cv2.convexHull((points + np.array(foot)).astype(np.float32)).astype(np.int32)
    dark = cv2.fillConvexPoly(np.zeros(alpha.shape, np.float32), outline, 0.8)
    dark = cv2.GaussianBlur(dark, (0, 0), softness)
    both = alpha + (1 - alpha) * dark
    seen = (alpha / np.maximum(both, 1e-4))[..., None]
    return Sprite((colour * seen).astype(np.float32), both.astype(np.float32), foot)
