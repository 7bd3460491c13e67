"""The sitter's mesh in one photograph: at an age, with an expression, turned and dressed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.curves import smoothsteps
from likeness.synthetic.garments import Neckline, covers
from likeness.synthetic.head import HeadModel
from likeness.synthetic.person import Person
from likeness.synthetic.roots import Roots
from likeness.synthetic.shot import EXPRESSIONS, Shot
from likeness.synthetic.vectors import Array

_SHOULDERS = -2.2
"""Rest height under which a body is neck and shoulders."""
_NECK_SHARE = 0.35
"""Share of the yaw that the shoulders follow."""


@dataclass(frozen=True)
class Body:
    """The sitter's mesh.

    Attributes:
        head: The model.
        vertices: (n, 3) world.
        normals: (n, 3) unit.
        unit: Distance between the eyes, metres.
    """

    head: HeadModel
    vertices: Array
    normals: Array
    unit: float

    def at(self, values: Array, roots: Roots) -> Array:
        """Per-vertex values (n, k) at roots: (roots, k)."""
        return roots.interpolate(values, self.head.faces)

    def between_eyes(self) -> Array:
        """The point between the eyes, (3,) world."""
        left, right = self.head.eye_centres(self.vertices)
        return np.asarray((left + right) / 2, np.float32)

    def to_world(self, directions: Array) -> Array:
        """Rest directions (n, 3) turned with the head: (n, 3) float32."""
        left, right = self.head.eye_centres(self.vertices)
        x = (left - right) / np.linalg.norm(left - right)
        on_crown = self.head.rest[:, 2] > 1.5
        crown = self.vertices[on_crown].mean(0) - (left + right) / 2
        rest_crown = self.head.rest[on_crown].mean(0)
        tilt = np.arctan2(rest_crown[1], rest_crown[2])
        up = crown - x * (crown @ x)
        up = up / np.linalg.norm(up)
        back = np.cross(up, x)
        z = np.cos(tilt) * up - np.sin(tilt) * back
        return np.asarray(directions @ np.stack([x, np.cross(z, x), z]), np.float32)


def pose(person: Person, shot: Shot, head: HeadModel, neckline: Neckline) -> Body:
    """Put a person into a photograph: age, expression, turn of the head, and the garment standing off the skin."""
    actions = {name: value * shot.expression_strength for name, value in EXPRESSIONS[shot.expression].items()}
    vertices = head.vertices(
        shot.age_years, person.masculinity, person.shape, weight=person.weight, muscle=person.muscle, expression=actions
    )
    vertices = _turn(head, vertices, shot)
    unit, normals = head.eye_distance(vertices), head.normals(vertices)
    shoulders = np.flatnonzero(head.rest[:, 2] < _SHOULDERS)
    cover = covers(head.rest[shoulders], neckline)
    vertices[shoulders] += normals[shoulders] * (cover[:, None] * 0.08 * unit)
    return Body(head, vertices, head.normals(vertices), unit)


def _turn(head: HeadModel, vertices: Array, shot: Shot) -> Array:
    """Turn the body by part of the yaw and the head on its neck by the rest; all of it by a large yaw."""
    body_yaw = shot.yaw if abs(shot.yaw) > 1.0 else _NECK_SHARE * shot.yaw
    pivot = (vertices[head.rest[:, 2] < _SHOULDERS].mean(0) + np.stack(head.eye_centres(vertices)).mean(0)) / 2
    weight = smoothsteps(-3.2, -1.7, head.rest[:, 2])[:, None]
    turned = _rotate(vertices, pivot, shot.yaw - body_yaw, shot.pitch, shot.roll)
    return _rotate(vertices * (1 - weight) + turned * weight, pivot, body_yaw, 0, 0)


def _rotate(points: Array, pivot: Array, yaw: float, pitch: float, roll: float) -> Array:
    """Points (n, 3) turned about a pivot (3,); radians."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_y = np.array([[cr, 0, sr], [0, 1, 0], [-sr, 0, cr]])
    return np.asarray((points - pivot) @ (about_z @ about_x @ about_y).T + pivot, np.float32)
