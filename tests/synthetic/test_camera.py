import numpy as np
import pytest

from likeness.synthetic.body import pose
from likeness.synthetic.camera import Camera, aim_camera
from likeness.synthetic.garments import Neckline
from likeness.synthetic.head import HEAD
from likeness.synthetic.shot import Shot, draw_shot

BASIS = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]], np.float32)


def head_height(body, camera):
    pixels, _ = camera.project(body.vertices[np.unique(body.head.faces[body.head.parts == HEAD])])
    return float(np.ptp(pixels[:, 1])) / camera.size


def test_a_pinhole_projects_by_the_rule_of_three():
    camera = Camera(np.array([0, -2, 0], np.float32), BASIS, 100.0, 64, (0.0, 0.25))
    pixels, depth = camera.project(np.array([[0, 0, 0], [1, 0, 0], [0, 2, 1]], np.float32))
    np.testing.assert_allclose(pixels, [[32, 48], [82, 48], [32, 23]])
    np.testing.assert_allclose(depth, [2, 2, 4])


def test_the_head_has_the_height_asked_for(body):
    for height in (0.60, 0.70):
        camera = aim_camera(body.head, body.vertices, Shot(1, 30, head_height=height), 128)
        assert head_height(body, camera) == pytest.approx(height, rel=0.05)
        pixels, _ = camera.project(body.between_eyes())
        assert 48 < pixels[0] < 80
        np.testing.assert_allclose(camera.basis @ camera.basis.T, np.eye(3), atol=1e-5)


def test_the_meshs_edge_stays_outside_the_picture(head, man):
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shot = draw_shot(rng, float(rng.uniform(0, 90)))
        vertices = pose(man, shot, head, Neckline(-3.2, 0.2)).vertices
        camera = aim_camera(head, vertices, shot, 64)
        pixels, _ = camera.project(vertices)
        middle = np.abs(pixels[:, 0] - 32) < 16
        assert pixels[middle, 1].max() > 62


def test_someone_far_away_is_small(body):
    camera = aim_camera(body.head, body.vertices, Shot(1, 30, head_height=0.07, shift_x=0.2, hard="tiny"), 128)
    assert head_height(body, camera) == pytest.approx(0.07, rel=0.05)
    pixels, _ = camera.project(body.between_eyes())
    assert pixels[0] == pytest.approx(128 * 0.7, abs=3)
    assert 128 * 0.85 < pixels[1] < 128  # so that the mesh's lower edge lies outside
    assert camera.project(body.vertices)[0][:, 1].max() > 128


def test_a_head_fills_no_more_than_the_picture_holds(body):
    camera = aim_camera(body.head, body.vertices, Shot(1, 30, shift_y=-0.3), 128)
    assert head_height(body, camera) < 0.82
    assert camera.shift[1] > -0.28
