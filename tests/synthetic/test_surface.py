import numpy as np
import pytest

from likeness.synthetic.surface import Surface, sample_at


@pytest.fixture(scope="module")
def surface():
    """One triangle in three pixels: at its second vertex, in its middle, and just beyond an edge."""
    column = np.arange(3, dtype=np.float32)
    vertices = np.array([[0, 0, 0], [3, 0, 0], [0, 6, 9]], np.float32)
    return Surface(
        face=np.zeros((1, 3), np.int32),
        weights=np.array([[[0, 1, 0], [1 / 3] * 3, [1.25, -0.25, 0]]], np.float32),
        lit=np.array([[0.2, 0.4, 0.6]], np.float32),
        faces=np.array([[0, 1, 2]], np.int32),
        parts=np.array([5], np.int8),
        position=vertices,
        normal=vertices + 1,
        rest=vertices * 2,
        openness=np.array([0.1, 0.9, 0.5], np.float32),
        lips=column / 2,
        ears=column,
        scalp=column * 2,
    )


def test_a_vertex_has_its_own_values(surface):
    sample = sample_at(surface, 0, 0)
    assert sample.part == 5
    assert (sample.position, sample.normal, sample.rest) == ((3, 0, 0), (4, 1, 1), (6, 0, 0))
    assert (sample.lit, sample.openness) == pytest.approx((0.2, 0.9))
    assert (sample.lips, sample.ears, sample.scalp) == (0.5, 1, 2)


def test_a_middle_has_the_mean(surface):
    sample = sample_at(surface, 0, 1)
    assert sample.position == pytest.approx((1, 2, 3))
    assert (sample.lit, sample.openness, sample.ears) == pytest.approx((0.4, 0.5, 1))


def test_no_less_than_nothing_is_seen_of_the_sky(surface):
    assert sample_at(surface, 0, 2).openness == 0
