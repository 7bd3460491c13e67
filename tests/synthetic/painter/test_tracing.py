import numpy as np
import pytest

from likeness.synthetic.painter.tracing import origins, trace

SIZE = 40
EVERYWHERE = np.ones((SIZE, SIZE), bool)
RIGHT = np.tile(np.array([1, 0], np.float32), (SIZE, SIZE, 1))
WHITE = np.tile(np.array([100, 0, 0], np.float32), (SIZE, SIZE, 1))
GREY = np.tile(np.array([50, 10, -5], np.float32), (SIZE, SIZE, 1))
START = np.array([[20.5, 12.5]], np.float32)


def traced(
    reference=GREY,
    canvas=WHITE,
    painted=EVERYWHERE,
    field=RIGHT,
    start=START,
    steps=4,
):
    """Nodes of the one stroke, from its first to its last."""
    nodes, first, last, colours = trace(reference, canvas, painted, field, start, 2.0, steps, 20.0)
    column, row = start[0].astype(int)
    np.testing.assert_array_equal(colours[0], reference[row, column])
    return nodes[0, first[0] : last[0] + 1]


def test_a_stroke_runs_both_ways_along_the_field():
    expected = [[12.5 + 2 * k, 12.5] for k in range(9)]
    np.testing.assert_allclose(traced(), expected, atol=1e-4)


def test_a_field_whose_sign_flips_is_the_same_field():
    signs = np.where(np.arange(SIZE) % 3 == 0, -1, 1).astype(np.float32)[None, :, None]
    flipped = traced(field=RIGHT * signs)
    np.testing.assert_allclose(flipped[np.argsort(flipped[:, 0])], traced(), atol=1e-4)


def test_a_stroke_bends_with_the_field():
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5 - 20
    around = np.stack([-y, x], -1) / (np.hypot(x, y)[..., None] + 1e-6)
    nodes = traced(field=around.astype(np.float32), start=np.array([[32.5, 20.5]], np.float32), steps=6)
    radii = np.hypot(nodes[:, 0] - 20, nodes[:, 1] - 20)
    assert len(nodes) == 13
    assert radii.max() < 16
    assert radii.min() > 12


def test_a_stroke_ends_where_its_colour_no_longer_fits():
    reference = GREY.copy()
    reference[:, 26:, 0] = 80
    nodes = traced(reference)
    assert nodes[:, 0].max() == pytest.approx(24.5)
    assert nodes[:, 0].min() == pytest.approx(12.5)


def test_a_stroke_ends_where_the_canvas_is_better():
    reference, canvas = GREY.copy(), WHITE.copy()
    reference[:, 26:, 0] += 10
    canvas[:, 26:] = reference[:, 26:]
    assert traced(reference, canvas)[:, 0].max() == pytest.approx(24.5)


def test_a_stroke_ends_before_bare_ground_and_beyond_the_picture():
    painted = EVERYWHERE.copy()
    painted[:, :16] = False
    assert traced(painted=painted)[:, 0].min() == pytest.approx(16.5)
    edge = traced(start=np.array([[38.5, 12.5]], np.float32))
    assert edge[:, 0].max() == pytest.approx(40.5)  # one node beyond, lest the border stay bare


def test_a_stroke_that_fits_nowhere_is_a_dot():
    reference = GREY.copy()
    reference[12, 20] = (0, 0, 0)
    assert len(traced(reference)) == 1


def test_strokes_begin_in_cells_that_differ():
    apart = np.zeros((SIZE, SIZE), np.float32)
    apart[:10, 30:] = 8
    apart[10:20, 30:35] = 8  # half a cell: 4 on average
    jitter = np.full((4, 4, 2), (0.25, 0.75), np.float32)
    np.testing.assert_allclose(origins(apart, 10.0, 5.0, jitter), [[37.5, 2.5]])
    np.testing.assert_allclose(origins(apart, 10.0, 3.0, jitter), [[37.5, 2.5], [37.5, 12.5]])
    assert len(origins(apart, 10.0, 0.0, jitter)) == 16


def test_origins_stay_within_a_picture_that_cells_do_not_divide():
    found = origins(np.ones((25, 37), np.float32), 10.0, 0.0, np.ones((3, 4, 2), np.float32))
    assert len(found) == 12
    assert found[:, 0].max() < 37
    assert found[:, 1].max() < 25
