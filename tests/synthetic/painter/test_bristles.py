import numpy as np
import pytest

from likeness.synthetic.painter.bristles import LANES, TICKS, bristle_at, draw_bristles
from likeness.synthetic.painter.style import Brush


def test_the_brush_travels_with_its_pattern(rng):
    brush = Brush(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    drawn = draw_bristles(brush, rng)
    for name in ("bristles", "roundness", "ragged", "softness", "wet_edge", "grain", "load", "drying"):
        assert getattr(drawn, name) == getattr(brush, name)


def test_bristles_leave_streaks_without_a_seam(rng):
    pattern = draw_bristles(Brush(), rng).pattern
    assert pattern.shape == (LANES, TICKS)
    assert 0 <= pattern.min() <= pattern.max() <= 1
    assert pattern.std() > 0.15
    across, along = np.abs(np.diff(pattern, axis=0)).mean(), np.abs(np.diff(pattern, axis=1)).mean()
    assert along < 0.3 * across
    assert np.abs(pattern[:, 0] - pattern[:, -1]).mean() < 3 * along
    assert np.abs(pattern[0] - pattern[-1]).mean() < 3 * across


@pytest.mark.parametrize("radius", [0.4, 3.0, 40.0])
def test_a_place_beside_a_stroke_has_its_bristle(radius, rng):
    brush = draw_bristles(Brush(), rng)
    left = [bristle_at(brush, v * radius, 0.0, radius, 5, 9) for v in np.linspace(-1.5, 1.5, 40)]
    assert len(set(left)) > 30
    assert bristle_at(brush, 0.2, 1.0, radius, 5, 9) == bristle_at(brush, 0.2, 1.0, radius, 5 + LANES, 9 + TICKS)
    assert 0 <= bristle_at(brush, -1e9, -1e9, radius, 0, 0) <= 1
