import numpy as np
import pytest

from likeness.synthetic.painter.streamlines import streamlines

SIZE = 60
RIGHT = np.tile(np.array([1, 0], np.float32), (SIZE, SIZE, 1))
FLAT = np.ones((SIZE, SIZE), np.float32)


def drawn(
    strength=FLAT,
    field=RIGHT,
    seeds=None,
    gap=4.0,
    steps=100,
    on_ridge=False,
):
    if seeds is None:
        seeds = np.random.default_rng(0).permutation(np.flatnonzero(strength > 0.5))
    return streamlines(strength, field, seeds, 0.5, gap, 1.0, steps, on_ridge)


def nodes_of(lines, i):
    return lines.nodes[i, lines.first[i] : lines.last[i] + 1]


def test_lines_are_spaced_evenly():
    lines = drawn()
    heights = np.sort([nodes_of(lines, i)[:, 1].mean() for i in range(len(lines.first))])
    assert np.diff(heights).min() >= 4
    assert np.diff(heights).max() <= 8  # or another would have fitted between
    assert all(np.ptp(nodes_of(lines, i)[:, 1]) < 1e-4 for i in range(len(heights)))


def test_lines_cross_the_picture_and_one_step_more():
    lines = drawn()
    for i in range(len(lines.first)):
        across = nodes_of(lines, i)[:, 0]
        np.testing.assert_allclose(np.sort(across), np.arange(-0.5, SIZE + 1), atol=1e-3)


def test_lines_stop_where_the_map_is_low():
    strength = FLAT.copy()
    strength[:, 30:] = 0.2
    lines = drawn(strength)
    assert len(lines.first) > 5
    for i in range(len(lines.first)):
        assert nodes_of(lines, i)[:, 0].max() < 30
        assert lines.strength[i, lines.first[i] : lines.last[i]].min() == 1


def test_lines_are_no_longer_than_they_may_be():
    lines = drawn(steps=6)
    assert lines.nodes.shape[1] == 13
    assert (lines.last - lines.first <= 12).all()
    assert (lines.last - lines.first >= 2).all()


def test_a_line_that_runs_up_to_another_ends_before_it():
    x = np.tile(np.arange(SIZE) + 0.5, (SIZE, 1))
    angle = np.where(x < 30, 0, np.pi / 2)
    field = np.stack([np.cos(angle), np.sin(angle)], -1).astype(np.float32)
    upright = 20 * SIZE + 40
    level = 20 * SIZE + 10
    lines = drawn(field=field, seeds=np.array([upright, level]), gap=8.0)
    assert len(lines.first) == 2
    assert 28 <= nodes_of(lines, 1)[:, 0].max() < 36.6  # half of the gap before the upright line at 40.5


def test_seeds_are_tried_in_their_order():
    near = np.array([20 * SIZE + 30, 22 * SIZE + 30])
    assert nodes_of(drawn(seeds=near), 0)[0, 1] == pytest.approx(20.5)
    assert nodes_of(drawn(seeds=near[::-1].copy()), 0)[0, 1] == pytest.approx(22.5)
    assert len(drawn(seeds=near).first) == 1
    assert len(drawn(seeds=near[:0]).first) == 0


def test_lines_find_the_ridge():
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    ridge = 30 + 6 * np.sin(x / 9)
    strength = np.exp(-((y - ridge) ** 2) / 18).astype(np.float32)
    seed = np.array([int(ridge[0, 5] + 2) * SIZE + 5])

    def strays(on_ridge):
        nodes = nodes_of(drawn(strength, seeds=seed, on_ridge=on_ridge), 0)
        inner = nodes[(nodes[:, 0] > 12) & (nodes[:, 0] < 50)]
        return float(np.abs(inner[:, 1] - (30 + 6 * np.sin(inner[:, 0] / 9))).mean()) if len(inner) > 30 else np.inf

    assert strays(True) < 1
    assert strays(False) > 1.5
