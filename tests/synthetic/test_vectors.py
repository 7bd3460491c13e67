import numpy as np
import pytest

from likeness.synthetic import vectors


def test_arithmetic():
    a, b = (1.0, 2.0, 3.0), (4.0, -5.0, 6.0)
    assert vectors.dot(a, b) == 12
    assert vectors.add_scaled(a, b, 2.0) == (9, -8, 15)
    assert vectors.minus(a, b) == (-3, 7, -3)
    assert vectors.times(a, -2.0) == (-2, -4, -6)
    assert vectors.mix(a, b, 0.25) == (1.75, 0.25, 3.75)
    assert vectors.cross((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) == (0, 0, 1)
    assert vectors.cross(a, b) == tuple(np.cross(a, b))


def test_length():
    assert vectors.norm((2.0, 3.0, 6.0)) == 7
    assert vectors.normalised((2.0, 3.0, 6.0)) == pytest.approx((2 / 7, 3 / 7, 6 / 7))
    assert vectors.normalised((0.0, 0.0, 0.0)) == (0, 0, 0)


def test_arrays_become_tuples():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert vectors.vector(array[1]) == vectors.vector_at(array, 1) == (3, 4, 5)
    assert all(type(value) is float for value in vectors.vector(array[1]))
