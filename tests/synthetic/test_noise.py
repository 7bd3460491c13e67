import numpy as np
import pytest

from likeness.synthetic.noise import fractal_noise, noise

POINTS = np.random.default_rng(0).uniform(-40, 40, (4000, 3))


def values(seed):
    return np.array([noise(x, y, z, seed) for x, y, z in POINTS])


def test_noise_fills_its_range_around_nought():
    found = values(3)
    assert -1 <= found.min() < -0.75
    assert 0.75 < found.max() <= 1
    assert abs(found.mean()) < 0.03


def test_noise_depends_on_its_seed_alone():
    np.testing.assert_array_equal(values(3), values(3))
    assert abs(np.corrcoef(values(3), values(4))[0, 1]) < 0.05


def test_noise_is_the_same_on_every_machine():
    assert noise(0.5, 0.25, 0.75, 1) == pytest.approx(0.5784479428931105, abs=1e-12)
    assert noise(-7.3, 12.9, 0.4, 1_000_002) == pytest.approx(-0.4407516708602125, abs=1e-12)


def test_noise_is_continuous_even_across_cells():
    for x in (-1.0, 0.0, 0.5, 2.0):
        assert noise(x - 1e-5, 0.3, 0.7, 5) == pytest.approx(noise(x + 1e-5, 0.3, 0.7, 5), abs=1e-3)


def test_between_lattice_points_noise_stays_between_their_values():
    low, high = sorted((noise(4.0, 2.0, 1.0, 9), noise(5.0, 2.0, 1.0, 9)))
    along = [noise(4 + t, 2.0, 1.0, 9) for t in np.linspace(0, 1, 11)]
    assert low == pytest.approx(min(along))
    assert high == pytest.approx(max(along))
    assert along[5] == pytest.approx((low + high) / 2)


def test_one_octave_is_noise_and_more_keep_the_range():
    assert fractal_noise(0.3, 0.4, 0.5, 6, 1) == noise(0.3, 0.4, 0.5, 6)
    found = np.array([fractal_noise(x, y, z, 6, 4) for x, y, z in POINTS[:500]])
    assert np.abs(found).max() <= 1
    expected = (noise(0.3, 0.4, 0.5, 6) + 0.5 * noise(0.3 * 2.03, 0.4 * 2.03, 0.5 * 2.03, 7)) / 1.5
    assert fractal_noise(0.3, 0.4, 0.5, 6, 2) == pytest.approx(expected)
