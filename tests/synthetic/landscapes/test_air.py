import numpy as np
import pytest

from likeness.synthetic.landscapes.air import add_air


def test_distance_fades_into_the_horizon_by_the_exponential_law(view):
    horizon = np.tile(np.array([0.2, 0.4, 0.8], np.float32), (64, 1))
    image = np.ones((64, 64, 3), np.float32)
    depth = np.full((64, 64), 100.0, np.float32)
    depth[0] = np.inf
    level = view._replace(horizon=1e-3)  # rows lie below the eye: height 0 and less
    add_air(image, depth, horizon, 100.0, level, 0.0)
    assert image[0].min() == 1
    share = np.exp(-1.0)
    np.testing.assert_allclose(image[40, 7], share + np.array([0.2, 0.4, 0.8]) * (1 - share), rtol=1e-5)


def test_mist_keeps_low(view):
    horizon = np.zeros((64, 3), np.float32)
    ground = np.ones((64, 64, 3), np.float32)
    add_air(ground, np.full((64, 64), 800.0, np.float32), horizon, 400.0, view, 1.0)
    assert ground[10].mean() > 2 * ground[60].mean()  # 270 m up against the ground
    assert ground[10].mean() == pytest.approx(
        np.exp(-2 * (0.12 + 0.88 * np.exp(-(2 + 21.5 * 800 / 64) / 60))), rel=1e-3
    )
