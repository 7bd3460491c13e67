import numpy as np
import pytest

from likeness.synthetic.accessories import glasses, scarf


def local(nodes, body):
    """From the point between the eyes along the head's axes, in eye distances."""
    axes = body.to_world(np.eye(3, dtype=np.float32))
    return (nodes - body.between_eyes()) @ axes.T / body.unit


@pytest.mark.parametrize("seed", range(5))
def test_rims_go_around_the_eyes(body, seed):
    (frame,) = glasses(body, np.random.default_rng(seed), dark=False)
    assert len(frame.nodes) == 5
    for rim, eye in zip(local(frame.nodes, body)[:2], (-0.5, 0.5), strict=True):
        np.testing.assert_allclose((rim.max(0) + rim.min(0))[[0, 2]] / 2, [eye, -0.06], atol=0.01)
        assert 0.7 < np.ptp(rim[:, 0]) < 0.9
        np.testing.assert_allclose(rim[0], rim[-1], atol=1e-3)  # closed
    temples = local(frame.nodes, body)[3:]
    assert temples[:, -1, 1].min() > 1  # they reach the ears
    assert temples[0, :, 0].max() < 0 < temples[1, :, 0].min()


def test_dark_lenses_fill_the_rims(body, rng):
    frame, right, left = glasses(body, rng, dark=True)
    for lens, rim in ((right, frame.nodes[0]), (left, frame.nodes[1])):
        inside, around = local(lens.nodes, body).reshape(-1, 3), local(rim[None], body)[0]
        for axis in (0, 2):
            assert around[:, axis].min() - 0.01 <= inside[:, axis].min()
            assert inside[:, axis].max() <= around[:, axis].max() + 0.01
        assert np.ptp(inside[:, 0]) > 0.9 * np.ptp(around[:, 0])
        assert lens.colour.max() < 0.02


def test_a_scarf_hides_mouth_and_nose(body, rng):
    bands = local(scarf(body, rng).nodes, body)
    front = bands[np.abs(bands[..., 0]) < 0.3]
    front = front[front[:, 1] < 0]
    heights = np.sort(front[:, 2])
    assert -0.6 < heights[-1] < -0.2  # over the nose, below the eyes
    assert heights[0] < -2
    assert np.diff(heights).max() < 0.05  # no gap
    face = body.head.rest[(np.abs(body.head.rest[:, 0]) < 0.2) & (body.head.rest[:, 2] < -0.6)]
    assert front[:, 1].max() < face[:, 1].min() + 0.1


def test_frames_differ(body):
    colours = {glasses(body, np.random.default_rng(seed), dark=False)[0].colour[0].tobytes() for seed in range(12)}
    assert len(colours) == 4
