import numpy as np
import pytest

from likeness.synthetic.landscapes.plane_noise import cell, chance, fractal, plane_noise, ridged

POINTS = np.random.default_rng(0).uniform(-40, 40, (3000, 2))


def test_noise_is_nought_on_its_lattice_and_fills_its_range_between():
    assert [plane_noise(float(x), float(y), 4) for x, y in ((0, 0), (-3, 7), (12, -5))] == [0, 0, 0]
    found = np.array([plane_noise(x, y, 4) for x, y in POINTS])
    assert found.min() < -0.7
    assert found.max() > 0.7
    assert np.abs(found).max() < 1.1
    assert abs(found.mean()) < 0.03


def test_noise_is_continuous_even_across_cells():
    for x in (-1.0, 0.0, 0.5, 2.0):
        assert plane_noise(x - 1e-6, 0.3, 5) == pytest.approx(plane_noise(x + 1e-6, 0.3, 5), abs=1e-4)


def test_noise_of_two_seeds_is_unrelated():
    one, other = (np.array([plane_noise(x, y, seed) for x, y in POINTS]) for seed in (4, 5))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


def test_an_octave_fades_in_without_a_step():
    few, most, more = (fractal(1.3, 2.7, 6, octaves) for octaves in (3.0, 3.999, 4.0))
    assert few != more
    assert most == pytest.approx(more, abs=1e-3)
    assert fractal(1.3, 2.7, 6, 3.5) == pytest.approx((few + more) / 2)


def test_one_octave_is_half_the_noise():
    assert fractal(1.3, 2.7, 6, 1.0) == pytest.approx(0.5 * plane_noise(1.3, 2.7, 6))


def test_crests_are_sharp_where_noise_crosses_nought():
    found = np.array([ridged(x, y, 6, 6.0) for x, y in POINTS[:800]])
    assert found.min() >= 0
    assert 0.7 < found.max() < 1.2
    assert ridged(3.0, -2.0, 6, 1.0) == pytest.approx(0.52)  # on the lattice, where noise is 0


def test_cells_part_the_plane():
    near, edge, owner = cell(0.4, 0.6, 2)
    assert 0 <= near < 1
    assert edge >= 0
    assert cell(0.4001, 0.6, 2)[2] == owner
    assert len({cell(x, 0.5, 2)[2] for x in np.arange(0.5, 30)}) > 20


def test_a_cell_changes_where_two_points_are_as_near():
    row = [cell(x, 0.5, 2) for x in np.arange(0, 6, 0.002)]
    changes = [k for k in range(1, len(row)) if row[k][2] != row[k - 1][2]]
    assert changes
    assert max(row[k][1] for k in changes) < 0.01


def test_chances_are_even():
    found = np.array([chance(i, 1, 9) for i in range(4000)])
    assert 0 <= found.min() < found.max() < 1
    np.testing.assert_allclose(np.histogram(found, 8, (0, 1))[0] / 4000, 0.125, atol=0.02)
