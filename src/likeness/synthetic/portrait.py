"""Photograph a person: mesh, light, skin, hair, glasses, place and lens, in that order."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.accessories import glasses, scarf
from likeness.synthetic.appearance import draw_appearance
from likeness.synthetic.body import Body, pose
from likeness.synthetic.camera import Camera, aim_camera
from likeness.synthetic.drawing import Canvas, Lines, draw_lines
from likeness.synthetic.face_hair import face_hair
from likeness.synthetic.garments import Neckline
from likeness.synthetic.hairstyles import hairstyle_at
from likeness.synthetic.head import load_head
from likeness.synthetic.lens import develop, metering
from likeness.synthetic.lights import Light, place_lights
from likeness.synthetic.occlusion import ambient_visibility
from likeness.synthetic.person import Person
from likeness.synthetic.places import backdrop
from likeness.synthetic.raster import rasterise
from likeness.synthetic.scalp_hair import density_at, scalp_hair
from likeness.synthetic.shading import shade
from likeness.synthetic.shadow_map import ShadowMap
from likeness.synthetic.shot import Shot
from likeness.synthetic.strands import Strands
from likeness.synthetic.surface import Surface
from likeness.synthetic.vectors import Array, vector

_SHADOW_TEXELS = 320


def render(person: Person, shot: Shot, size: int = 256, *, supersampling: float = 2.0) -> NDArray[np.uint8]:
    """Photograph a person.

    Args:
        person: The identity.
        shot: The circumstances.
        size: Pixels a side.
        supersampling: How many times larger it is drawn before it is reduced.

    Returns:
        (size, size, 3) uint8 sRGB. The same arguments always give the same picture.
    """
    rng = np.random.default_rng([shot.seed, person.seed, 5])
    head, age, large = load_head(), shot.age_years, round(size * supersampling)
    neckline = Neckline(float(rng.uniform(-3.45, -2.95)), float(rng.choice([0.15, 0.25, 0.9])))
    body = pose(person, shot, head, neckline)
    camera = aim_camera(head, body.vertices, shot, large)
    light = place_lights(shot, camera, rng)
    density = density_at(person, age, head)
    hair = scalp_hair(person, age, body, hairstyle_at(person, age, rng), density, rng)
    lamp = ShadowMap(light.key, body.vertices, head.faces, _SHADOW_TEXELS)
    if hair is not None:
        lamp.add_points(hair.nodes.reshape(-1, 3))
    appearance = draw_appearance(person, shot, body, camera, neckline, rng)

    surface, z_buffer = _see(body, density, camera, lamp)
    image = shade(surface, light, appearance, vector(camera.position))
    canvas = Canvas(image, (surface.face >= 0).astype(np.float32), z_buffer)
    drawn = face_hair(person, age, body, rng)
    if hair is not None:
        drawn.append(hair)
    if shot.glasses or shot.hard == "occluded":
        drawn += glasses(body, rng, dark=shot.hard == "occluded")
    if shot.hard == "occluded":
        drawn.append(scarf(body, rng))
    for strands in drawn:
        _draw(canvas, strands, body, camera, light, lamp, pixels=large / 512 * shot.head_height / 0.60)
    behind = backdrop(shot.place, rng, large, float(rng.uniform(0.012, 0.035)))
    alpha = canvas.alpha[..., None]
    cover = cv2.GaussianBlur(canvas.alpha, (0, 0), 0.6)[..., None] * alpha
    return develop(image * cover + behind * (1 - cover), shot, size, rng, metering=metering(appearance.skin.colour))


def _see(body: Body, density: Array, camera: Camera, lamp: ShadowMap) -> tuple[Surface, Array]:
    """What the camera sees of the mesh, and how far away it is, (h, w) metres."""
    head = body.head
    pixels, depth = camera.project(body.vertices)
    face, weights, z_buffer = rasterise(pixels, depth, head.faces, camera.size, camera.size)
    hit = face >= 0
    points = np.einsum("pk,pkc->pc", weights[hit], body.vertices[head.faces[face[hit]]]).astype(np.float32)
    lit = np.ones(face.shape, np.float32)
    lit[hit] = lamp.lit(points, bias=0.12 * body.unit, reach=3)
    surface = Surface(
        face=face,
        weights=weights,
        lit=lit,
        faces=head.faces,
        parts=head.parts,
        position=body.vertices,
        normal=body.normals,
        rest=head.rest,
        openness=ambient_visibility(body.vertices, body.normals, head.faces, bias=0.08 * body.unit),
        lips=head.lips,
        ears=head.ears,
        scalp=density,
    )
    return surface, z_buffer


def _draw(
    canvas: Canvas, strands: Strands, body: Body, camera: Camera, light: Light, lamp: ShadowMap, *, pixels: float
) -> None:
    """Draw strands over the picture, in place; ``pixels`` is what a brush's width of 1 measures."""
    nodes, brush = strands.nodes, strands.brush
    projected, depth = camera.project(nodes)
    lit = lamp.lit(nodes.reshape(-1, 3), bias=0.35 * body.unit, reach=2).reshape(depth.shape)
    lines = Lines(nodes, projected, depth, strands.colour, strands.ambient, lit)
    brush = brush._replace(width=brush.width * pixels, bias=brush.bias * body.unit)
    centre = body.vertices[body.head.rest[:, 2] > 0].mean(0)
    draw_lines(canvas, lines, brush, light, vector(camera.position), vector(centre))
