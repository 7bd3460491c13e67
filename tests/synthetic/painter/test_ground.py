import numpy as np
import pytest

from likeness.synthetic.painter.ground import relief, slope_light
from likeness.synthetic.painter.style import Ground


def surface(size=200, *, weave=False, grain=0.04, seed=0):
    return relief(size, size, Ground(grain=grain, weave=weave), np.random.default_rng(seed))


@pytest.mark.parametrize("weave", [False, True])
def test_relief_has_valleys_and_peaks(weave):
    values = surface(weave=weave)
    assert values.dtype == np.float32
    assert 0 <= values.min() <= values.max() <= 1
    assert values.std() > 0.1
    assert 0.35 < values.mean() < 0.65
    np.testing.assert_array_equal(values, surface(weave=weave))
    assert not np.array_equal(values, surface(weave=weave, seed=1))


def test_canvas_has_threads_at_its_pitch_and_paper_has_none():
    def strongest(values):
        """Frequency of the strongest wave across the middle rows, and its share of the power."""
        rows = values[80:120] - values[80:120].mean(1, keepdims=True)
        power = (np.abs(np.fft.rfft(rows, axis=1)) ** 2).mean(0)
        return int(power.argmax()), float(power[23:28].sum() / power.sum())

    frequency, share = strongest(surface(weave=True))
    assert abs(frequency - 25) <= 2  # 1 / 0.04
    assert share > 2 * strongest(surface())[1]


def test_light_comes_from_above_on_the_left():
    y, x = np.mgrid[0:9, 0:9].astype(np.float32)
    assert slope_light(0.1 * x, 2.0)[4, 4] == pytest.approx(0.2)  # rises to the right: it faces the light
    assert slope_light(0.1 * y, 2.0)[4, 4] == pytest.approx(0.2)
    assert slope_light(-0.1 * x, 2.0)[4, 4] == pytest.approx(-0.2)
    assert slope_light(0 * x + 3, 2.0).max() == 0
    assert slope_light(9 * x, 2.0).max() == 1
