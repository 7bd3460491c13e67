import numpy as np
import pytest

from likeness.synthetic.shadow_map import ShadowMap, looking_along

ABOVE = (0.0, 0.0, 1.0)


def plate(height, reach):
    corners = [(-reach, -reach, height), (reach, -reach, height), (reach, reach, height), (-reach, reach, height)]
    return np.array(corners, np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def plate_over_floor():
    floor, faces = plate(0.0, 4.0)
    small, _ = plate(1.0, 1.0)
    return np.concatenate([floor, small]), np.concatenate([faces, faces + 4])


@pytest.mark.parametrize("direction", [(0.0, 0.0, -3.0), (0.0, 0.0, 1.0), (1.0, 2.0, -0.5), (0.0, 1.0, 0.0)])
def test_a_basis_looks_along_its_direction(direction):
    basis = np.array(looking_along(direction))
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(basis[2], np.array(direction) / np.linalg.norm(direction), atol=1e-9)


def test_a_plate_shades_the_floor_below_it_and_nothing_else():
    lamp = ShadowMap(ABOVE, *plate_over_floor(), size=81)
    points = np.array([[0, 0, 0], [0.6, -0.6, 0], [3, 0, 0], [-3, 3, 0], [0, 0, 1]], np.float32)
    np.testing.assert_array_equal(lamp.lit(points, bias=0.05, reach=0), [0, 0, 1, 1, 1])


def test_a_low_lamp_throws_the_shadow_aside():
    lamp = ShadowMap((1.0, 0.0, 1.0), *plate_over_floor(), size=161)  # one step aside a step down
    points = np.array([[-1, 0, 0], [0.5, 0, 0]], np.float32)
    np.testing.assert_array_equal(lamp.lit(points, bias=0.05, reach=0), [0, 1])


def test_a_shadows_edge_is_soft():
    lamp = ShadowMap(ABOVE, *plate_over_floor(), size=81)
    x = np.linspace(0, 2, 41, dtype=np.float32)
    lit = lamp.lit(np.stack([x, 0 * x, 0 * x], 1), bias=0.05, reach=3)
    assert lit[0] == 0
    assert lit[-1] == 1
    assert 0.3 < lit[20] < 0.7
    assert (np.diff(lit) >= 0).all()


def test_without_bias_a_slope_shades_itself(rng):
    floor, faces = plate(0.0, 4.0)
    lamp = ShadowMap((1.0, 0.2, 0.3), floor, faces, 20)
    points = rng.uniform(-3, 3, (200, 3)).astype(np.float32) * [1, 1, 0]
    points = points.astype(np.float32)
    assert lamp.lit(points, bias=0.0, reach=0).mean() < 0.9
    assert lamp.lit(points, bias=2.0, reach=0).mean() == 1


def test_points_cast_shadows_too():
    floor, faces = plate(0.0, 4.0)
    lamp = ShadowMap(ABOVE, floor, faces, 81)
    below, beside = np.array([[[1, 1, 0]], [[2, 2, 0]]], np.float32)
    lamp.add_points(np.array([[1, 1, 2], [50, 0, 2]], np.float32))  # the second one is outside the map
    assert lamp.lit(below, bias=0.05, reach=0) == 0
    assert lamp.lit(beside, bias=0.05, reach=0) == 1
