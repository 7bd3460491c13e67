import numpy as np
import pytest

from likeness.synthetic.garments import (
    CHEQUERED,
    MOTTLED,
    PLAIN,
    STRIPED,
    Garment,
    Neckline,
    cover_at,
    covers,
    fold_slope,
    garment_colour,
)

ROUND, V = Neckline(-3.0, 0.2), Neckline(-3.0, 0.9)
POINTS = np.random.default_rng(0).uniform(-3, 3, (400, 3)).astype(np.float32)


def colours(pattern, seed=1):
    garment = Garment(seed, (0.8, 0.1, 0.1), (0.1, 0.1, 0.8), pattern, ROUND)
    return np.array([garment_colour(x, y, z, garment) for x, y, z in POINTS.astype(float)])


def test_cloth_lies_below_its_hem():
    assert cover_at(0.0, -0.2, -3.2, ROUND) == 1
    assert cover_at(0.0, -0.2, -3.0, ROUND) == pytest.approx(0.5)
    assert cover_at(0.0, -0.2, -2.8, ROUND) == 0


def test_necklines_rise_to_the_sides_and_the_back():
    assert cover_at(1.0, -0.2, -2.5, ROUND) == 0
    assert cover_at(1.0, -0.2, -2.5, V) == cover_at(-1.0, -0.2, -2.5, V) == 1
    assert cover_at(0.0, 2.0, -2.7, ROUND) == 1


def test_arrays_are_covered_as_points_are():
    expected = [cover_at(*map(float, point), V) for point in POINTS]
    np.testing.assert_allclose(covers(POINTS, V), expected, atol=1e-6)


@pytest.mark.parametrize(("pattern", "mixed"), [(PLAIN, False), (STRIPED, True), (CHEQUERED, True), (MOTTLED, True)])
def test_patterns_show_the_second_colour(pattern, mixed):
    found = colours(pattern)
    share = found[:, 2] / found.sum(1)
    assert share.min() < 0.25
    assert bool(share.max() > 0.5) is mixed
    np.testing.assert_array_equal(found, colours(pattern))


def test_stripes_lie_level():
    garment = Garment(1, (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), STRIPED, ROUND)
    for z in np.linspace(-4, -3, 20):
        assert len({garment_colour(x, 0.0, float(z), garment)[0] > 0.5 for x in (-1.0, -0.3, 0.2, 1.4)}) == 1


def test_cloth_has_folds():
    slopes = np.array([fold_slope(*map(float, point), 3) for point in POINTS])
    assert 0.02 < np.abs(slopes).mean() < 0.5
    assert abs(slopes.mean()) < 0.05
