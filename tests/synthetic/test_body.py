from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.body import pose
from likeness.synthetic.garments import Neckline
from likeness.synthetic.roots import Roots
from likeness.synthetic.shot import Shot

STRAIGHT, NAKED = Shot(seed=1, age_years=30), Neckline(-99.0, 0.0)


def forward(body):
    return body.to_world(np.array([[0, -1, 0]], np.float32))[0]


def test_a_straight_head_is_turned_nowhere(body):
    np.testing.assert_allclose(body.to_world(np.eye(3, dtype=np.float32)), np.eye(3), atol=0.2)
    assert body.unit == pytest.approx(body.head.eye_distance(body.vertices), rel=1e-3)


@pytest.mark.parametrize("yaw", [-0.5, 0.3, 1.5, np.pi])
def test_the_head_turns_by_its_yaw(man, head, yaw):
    x, y, _ = forward(pose(man, replace(STRAIGHT, yaw=yaw), head, NAKED))
    assert np.angle(np.exp(1j * (np.arctan2(x, -y) - yaw))) == pytest.approx(0, abs=0.03)


def test_directions_keep_their_lengths_and_angles(man, head):
    frame = pose(man, replace(STRAIGHT, yaw=0.4, pitch=0.2, roll=0.1), head, NAKED).to_world(
        np.eye(3, dtype=np.float32)
    )
    np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-5)


def test_pitch_and_roll_tilt_the_head(man, head, body):
    assert forward(pose(man, replace(STRAIGHT, pitch=0.2), head, NAKED))[2] < forward(body)[2] - 0.15
    left, right = head.eye_centres(pose(man, replace(STRAIGHT, roll=0.2), head, NAKED).vertices)
    assert (left[2] - right[2]) / np.linalg.norm(left - right) == pytest.approx(-np.sin(0.2), abs=0.02)


def test_shoulders_follow_a_small_yaw_in_part_and_a_large_one_whole(man, head):
    shoulders = head.rest[:, 2] < -4

    def turned(yaw):
        """Rotation of the shoulders that fits best."""
        straight, posed = (
            pose(man, replace(STRAIGHT, yaw=angle), head, NAKED).vertices[shoulders, :2] for angle in (0, yaw)
        )
        cross = (straight - straight.mean(0)).T @ (posed - posed.mean(0))
        return float(np.arctan2(cross[0, 1] - cross[1, 0], cross[0, 0] + cross[1, 1]))

    assert turned(0.4) == pytest.approx(0.35 * 0.4, abs=0.01)
    assert turned(1.4) == pytest.approx(1.4, abs=0.01)


def test_the_garment_stands_off_the_skin(man, head, body):
    naked = pose(man, STRAIGHT, head, NAKED)
    away = np.einsum("nc,nc->n", body.vertices - naked.vertices, naked.normals)
    assert away[head.rest[:, 2] < -4.5].min() > 0.05 * body.unit
    assert np.abs(away[head.rest[:, 2] > -2]).max() == 0
    np.testing.assert_allclose(np.linalg.norm(body.normals, axis=1), 1, atol=1e-4)


def test_expressions_show(man, head, body):
    moved = pose(man, replace(STRAIGHT, expression="an open mouth"), head, NAKED).vertices - body.vertices
    chin = (np.abs(head.rest[:, 0]) < 0.2) & (np.abs(head.rest[:, 2] + 1.9) < 0.15) & (head.rest[:, 1] < 0.3)
    assert moved[chin, 2].max() < -0.05 * body.unit


def test_values_are_read_at_roots(body):
    corner = Roots(np.array([5]), np.array([[1, 0, 0]], np.float32))
    np.testing.assert_array_equal(body.at(body.vertices, corner)[0], body.vertices[body.head.faces[5, 0]])
