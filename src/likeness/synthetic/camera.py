"""The camera: a portrait lens in front of the sitter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.head import HEAD, HeadModel
from likeness.synthetic.shot import Shot
from likeness.synthetic.vectors import Array

_DISTANCE = 5.8
"""Head heights from the camera to the sitter: about 1.4 m, where portraits are taken."""
_TALLEST = 0.78
"""Share of the picture's height that a head may fill."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        position: (3,) world.
        basis: (3, 3) rows right, up and forward, world.
        focal: Focal length, pixels.
        size: Pixels a side.
        shift: Where the picture's centre moves, x and y downwards, as shares of the side.
    """

    position: Array
    basis: Array
    focal: float
    size: int
    shift: tuple[float, float]

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (…, 2) and depth in metres (…,) of world points (…, 3)."""
        local = (points - self.position) @ self.basis.T
        x = self.size / 2 + self.focal * local[..., 0] / local[..., 2] + self.shift[0] * self.size
        y = self.size / 2 - self.focal * local[..., 1] / local[..., 2] + self.shift[1] * self.size
        return np.stack([x, y], -1).astype(np.float32), local[..., 2].astype(np.float32)


def aim_camera(head: HeadModel, vertices: Array, shot: Shot, size: int) -> Camera:
    """Frame the sitter so that the mesh's lower edge stays outside the picture.

    Args:
        head: The head.
        vertices: (n, 3) world.
        shot: The head's height and place in the picture.
        size: Pixels a side.
    """
    on_head = np.unique(head.faces[head.parts == HEAD])
    top, chin = vertices[on_head, 2].max(), vertices[on_head, 2].min()
    middle = vertices[on_head].mean(0)
    middle[2] = (top + chin) / 2
    tall = top - chin
    distance = _DISTANCE * tall
    position = middle + np.array([0, -distance, 0.1 * tall], np.float32)
    forward = (middle - position) / np.linalg.norm(middle - position)
    right = np.array([1.0, 0, 0])
    basis = np.stack([right, np.cross(right, forward), forward]).astype(np.float32)
    height, shift_y = shot.head_height, shot.shift_y + 0.02
    torso = np.abs(vertices[:, 0] - middle[0]) < 0.75 * tall
    lower_edge = (middle[2] - vertices[torso, 2].min()) / tall * 0.93  # in head heights under the middle
    if shot.hard == "tiny":  # someone that far away stands low in the picture
        shift_y = 0.5 - height * lower_edge
    else:
        height = max(height, (0.5 - shift_y) / lower_edge)
        if height > _TALLEST:
            height, shift_y = _TALLEST, max(shift_y, min(0.12, 0.5 - _TALLEST * lower_edge))
    focal = float(height * size / tall * distance)
    return Camera(position.astype(np.float32), basis, focal, size, (shot.shift_x, shift_y))
