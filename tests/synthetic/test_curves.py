import numpy as np
import pytest

from likeness.synthetic.curves import hermite, smoothstep, smoothsteps


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, 0.0), (2.0, 0.0), (3.0, 0.15625), (4.0, 0.5), (6.0, 1.0), (9.0, 1.0)]
)
def test_a_step_rises_between_its_ends(value, expected):
    assert smoothstep(2.0, 6.0, value) == expected


def test_a_step_falls_when_its_ends_are_swapped():
    assert [smoothstep(6.0, 2.0, value) for value in (1.0, 4.0, 7.0)] == [1, 0.5, 0]


def test_the_curve_is_level_at_both_ends():
    assert hermite(1e-4) == pytest.approx(0, abs=1e-7)
    assert hermite(1 - 1e-4) == pytest.approx(1, abs=1e-7)


def test_arrays_step_as_numbers_do():
    values = np.linspace(-1, 2, 31, dtype=np.float32)
    expected = [smoothstep(-0.3, 0.8, value) for value in values]
    found = smoothsteps(-0.3, 0.8, values)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
