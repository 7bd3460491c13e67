import numpy as np
import pytest

from likeness.synthetic.skull import Skull, _fill, _radii, skull_of, surface_radius


def directions(count):
    offsets = np.random.default_rng(0).standard_normal((count, 3))
    return (offsets / np.linalg.norm(offsets, axis=1, keepdims=True)).astype(np.float32)


def test_a_ball_is_a_ball():
    skull = Skull(_fill(_radii(directions(20_000) * np.float32(0.1), 24)), (0.0, 0.0, 0.0))
    for x, y, z in directions(50):
        assert surface_radius((7 * x, 7 * y, 7 * z), skull) == pytest.approx(0.1, rel=1e-3)


def test_the_farthest_point_counts():
    radius = _radii(np.array([[0, 0, 1], [0, 0, 3], [0, 0, 2]], np.float32), 8)
    assert radius[0].max() == 3
    assert np.count_nonzero(radius) == 1


def test_holes_are_filled_from_around():
    radius = np.zeros((10, 20), np.float32)
    radius[:, ::4] = 2.0
    np.testing.assert_allclose(_fill(radius), 2)
    np.testing.assert_array_equal(_fill(np.zeros((4, 8), np.float32)), 0)


def test_a_head_lies_on_its_skull(body):
    skull = skull_of(body)
    scalp = body.vertices[body.head.rest[:, 2] > 1.2] - np.array(skull.centre)
    surface = np.array([surface_radius(tuple(map(float, offset)), skull) for offset in scalp])
    np.testing.assert_allclose(surface, np.linalg.norm(scalp, axis=1), rtol=0.06)
