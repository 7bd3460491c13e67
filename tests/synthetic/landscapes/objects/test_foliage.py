import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.finishes import LEAF
from likeness.synthetic.landscapes.objects.foliage import blades, clumps

from .conftest import area

GREEN = np.array([[0.1, 0.4, 0.05]], np.float32)
CROWN = np.zeros(3, np.float32), np.full(3, 2.0, np.float32)


def test_a_blade_has_its_length_width_and_side_of_light():
    one = np.array([[0, 0, 0]], np.float32), np.array([[0, 2, 0]], np.float32), np.array([[0, 0, 3]], np.float32)
    blade = blades(*one, np.array([0.4]), np.array([0.2]), GREEN, 1.0)
    np.testing.assert_allclose(np.ptp(blade.position, axis=0), [0.2, 0.4, 0], atol=1e-4)
    np.testing.assert_allclose(blade.normal, [[0, 0, 1]] * 4, atol=1e-6)
    assert (blade.finish == LEAF).all()


@pytest.mark.parametrize("leaves", [300, 3000])
def test_leaves_cover_as_much_however_many_they_are(leaves, rng):
    centres = rng.standard_normal((40, 3)).astype(np.float32)
    mesh = clumps(centres, 0.5, leaves, 12.0, GREEN, CROWN, np.random.default_rng(1))
    assert len(mesh.faces) == 2 * leaves
    assert area(mesh) == pytest.approx(12.0, rel=0.1)


def test_it_is_dark_inside_a_crown_and_leaves_look_outward(rng):
    centres = rng.standard_normal((400, 3)).astype(np.float32)
    mesh = clumps(centres, 0.3, 4000, 12.0, GREEN, CROWN, np.random.default_rng(1))
    away = np.linalg.norm(mesh.position, axis=1)
    assert mesh.openness[away < 0.8].mean() < 0.5 * mesh.openness[away > 1.9].mean()
    assert (np.einsum("nx,nx->n", mesh.position, mesh.normal) > 0).mean() > 0.65
