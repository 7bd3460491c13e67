import math

import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.finishes import BRICK, MATT
from likeness.synthetic.landscapes.objects.mesh import merged, mirrored, moved, turned, with_mirror_image
from likeness.synthetic.landscapes.objects.solids import ball, boxes

BOX = boxes((0, 0, 0), (2, 1, 1), (0.1, 0.2, 0.3), BRICK)


def test_meshes_are_joined_without_mixing_their_triangles():
    both = merged([BOX, moved(ball((0, 0, 0), 1, (0.5, 0.5, 0.5), MATT), (9, 0, 0))])
    corners = both.position[both.faces]
    first = both.finish == BRICK
    assert first.sum() == len(BOX.faces)
    assert corners[first][..., 0].max() == 2
    assert corners[~first][..., 0].min() == pytest.approx(8, abs=0.05)


def test_a_quarter_turn_takes_the_right_side_to_the_back():
    mesh = turned(BOX, math.pi / 2)
    np.testing.assert_allclose(mesh.position.min(0), [0, 0, -2], atol=1e-6)
    np.testing.assert_allclose(mesh.position.max(0), [1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(mesh.normal[4], [0, 0, -1], atol=1e-6)  # it looked right


def test_a_mirror_image_looks_the_other_way():
    image = mirrored(BOX, 0)
    assert image.position[:, 0].min() == -2
    np.testing.assert_array_equal(image.normal, BOX.normal * [-1, 1, 1])
    assert np.ptp(with_mirror_image(BOX).position[:, 2]) == 2
