import numpy as np
import pytest

from likeness.synthetic.painter.strokes import steered

FIELD = np.array([[[1.0, 0.0]]], np.float32)


def test_a_stroke_turns_towards_the_field_but_not_at_once():
    dx, dy = steered(0.0, 1.0, FIELD, 0, 0)
    assert dx**2 + dy**2 == pytest.approx(1)
    assert dx / dy == pytest.approx(0.6 / 0.4)


def test_the_fields_sign_means_nothing():
    assert steered(1.0, 0.0, FIELD, 0, 0) == pytest.approx((1, 0))
    assert steered(-1.0, 0.0, FIELD, 0, 0) == pytest.approx((-1, 0))
    assert steered(0.6, 0.8, FIELD, 0, 0) == pytest.approx(steered(0.6, 0.8, -FIELD, 0, 0))
