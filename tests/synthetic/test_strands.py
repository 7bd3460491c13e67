import numpy as np

from likeness.synthetic.strands import bent

ROOT = np.array([[1, 2, 3], [0, 0, 0]], np.float32)
AHEAD = np.array([[0, -5, 0], [0, -1, 0]], np.float32)


def test_straight_hairs_reach_their_length():
    nodes = bent(ROOT, AHEAD, np.array([0.3, 0.6], np.float32), droop=0.0)
    assert nodes.shape == (2, 4, 3)
    np.testing.assert_array_equal(nodes[:, 0], ROOT)
    np.testing.assert_allclose(nodes[:, 3] - ROOT, [[0, -0.3, 0], [0, -0.6, 0]], atol=1e-6)
    np.testing.assert_allclose(np.diff(nodes, axis=1)[0], np.tile([0, -0.1, 0], (3, 1)), atol=1e-6)


def test_drooping_hairs_sink_more_towards_the_tip():
    length = np.array([0.3, 0.3], np.float32)
    sunk = (bent(ROOT, AHEAD, length, droop=0.5) - bent(ROOT, AHEAD, length, droop=0.0))[0, :, 2]
    np.testing.assert_allclose(sunk, [0, -0.15 / 9, -0.15 * 4 / 9, -0.15], atol=1e-6)
    assert bent(ROOT, AHEAD, length, droop=-0.5)[0, 3, 2] > 3
