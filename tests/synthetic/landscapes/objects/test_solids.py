import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.finishes import MATT
from likeness.synthetic.landscapes.objects.solids import ball, boxes, quads, sheet, tubes, turned_profile

from .conftest import area

GREY = (0.5, 0.5, 0.5)


def test_a_box_has_its_faces_and_looks_outward():
    box = boxes((0, 0, 0), (1, 2, 3), GREY, MATT)
    assert area(box) == pytest.approx(2 * (2 + 3 + 6))
    outward = box.position - box.position.mean(0)
    assert (np.einsum("nx,nx->n", outward, box.normal) > 0).all()


def test_boxes_have_colours_of_their_own():
    two = boxes([(0, 0, 0), (5, 0, 0)], [(1, 1, 1), (6, 1, 1)], [(1, 0, 0), (0, 1, 0)], MATT)
    assert (two.colour[two.position[:, 0] < 2] == (1, 0, 0)).all()
    assert (two.colour[two.position[:, 0] > 2] == (0, 1, 0)).all()


def test_a_pattern_is_measured_in_metres():
    wall = quads([(0, 0, 0), (4, 0, 0), (4, 2.5, 0), (0, 2.5, 0)], GREY, MATT)
    np.testing.assert_allclose(wall.texture, [(0, 0), (4, 0), (4, 2.5), (0, 2.5)])
    np.testing.assert_allclose(wall.normal, [[0, 0, 1]] * 4)


@pytest.mark.parametrize("end", [(0, 2, 0), (0, 0, 2), (2, 0, 0), (1, 1, -1)])
def test_a_tube_is_round_about_its_axis(end):
    tube = tubes((0, 0, 0), end, (0.3, 0.1), GREY, MATT, sides=48)
    axis = np.array(end) / np.linalg.norm(end)
    along = tube.position @ axis
    away = np.linalg.norm(tube.position - along[:, None] * axis, axis=1)
    np.testing.assert_allclose(away, np.where(along < 0.5, 0.3, 0.1), atol=1e-5)
    np.testing.assert_allclose(tube.normal @ axis, 0, atol=1e-6)
    slant = np.hypot(np.linalg.norm(end), 0.2)
    assert area(tube) == pytest.approx(np.pi * 0.4 * slant, rel=0.01)


def test_a_ball_is_round():
    mesh = ball((1, 2, 3), 0.5, GREY, MATT, sides=40)
    away = mesh.position - [1, 2, 3]
    np.testing.assert_allclose(np.linalg.norm(away, axis=1), 0.5, atol=1e-5)
    np.testing.assert_allclose(mesh.normal, away / 0.5, atol=1e-4)
    assert area(mesh) == pytest.approx(np.pi, rel=0.02)


def test_an_ellipsoid_is_as_wide_as_asked():
    np.testing.assert_allclose(
        np.ptp(ball((0, 0, 0), (1, 2, 3), GREY, MATT, sides=40).position, axis=0), (2, 4, 6), rtol=0.01
    )


def test_a_profile_turned_from_below_looks_outward_and_its_lid_up():
    mesh = turned_profile([(1, 0), (1, 2), (0, 2)], GREY, MATT, sides=24)
    sides = (mesh.position[:, 1] < 1) & (np.abs(mesh.normal[:, 1]) < 0.5)
    assert (np.einsum("nx,nx->n", mesh.position, mesh.normal)[sides] > 0.7).all()
    middle = np.linalg.norm(mesh.position[:, [0, 2]], axis=1) < 1e-4
    assert (mesh.normal[middle][:, 1] > 0.5).all()


def test_a_sheet_bends_smoothly_and_has_no_seam():
    angle = np.linspace(0, 2 * np.pi, 21)
    ring = np.stack([-np.sin(angle), np.zeros(21), np.cos(angle)], axis=1)
    ring[-1] = ring[0]
    tube = sheet(np.stack([ring, ring + np.array([0, 1, 0])]), GREY, MATT)
    np.testing.assert_allclose(tube.normal[:21], ring, atol=0.02)
    np.testing.assert_allclose(tube.normal[0], tube.normal[20], atol=1e-6)
