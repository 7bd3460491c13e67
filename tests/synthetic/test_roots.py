import numpy as np

from likeness.synthetic.hair_density import scalp_density
from likeness.synthetic.roots import Roots, sample_roots

SQUARE = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0], [5, 5, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3], [1, 4, 2]], np.int32)


def test_values_are_mixed_by_weight():
    roots = Roots(np.array([0, 1]), np.array([[0.5, 0.25, 0.25], [0, 0, 1]], np.float32))
    np.testing.assert_allclose(roots.interpolate(SQUARE, FACES), [[1, 0.5, 0], [0, 2, 0]])
    assert len(roots) == 2


def test_roots_are_spread_by_area_and_density(rng):
    density = np.array([1, 1, 1, 0, 1], np.float32)
    roots = sample_roots(density, FACES, SQUARE, 30_000, rng)
    shares = np.bincount(roots.face, minlength=3) / 30_000
    # areas 2, 2 and 3; mean densities 1, 2/3 and 1
    np.testing.assert_allclose(shares, np.array([2, 4 / 3, 3]) / (19 / 3), atol=0.01)
    np.testing.assert_allclose(roots.weights.sum(1), 1, atol=1e-5)
    assert roots.weights.min() >= 0
    first = roots.interpolate(SQUARE, FACES)[roots.face == 0]
    np.testing.assert_allclose(first.mean(0), SQUARE[[0, 1, 2]].mean(0), atol=0.02)  # evenly over the triangle


def test_hair_is_rooted_where_it_grows(head, rng):
    density = scalp_density(head, recession=0.0)
    roots = sample_roots(density, head.faces, head.rest, 2000, rng)
    assert density[head.faces[roots.face]].mean(1).min() > 0
    assert roots.interpolate(density[:, None], head.faces).mean() > 0.9
