import numpy as np
import pytest

from likeness.synthetic.painter.bristles import draw_bristles
from likeness.synthetic.painter.laying import Canvas, lay
from likeness.synthetic.painter.strokes import Strokes
from likeness.synthetic.painter.style import Brush

HEIGHT, WIDTH = 24, 64
RED = (50.0, 60.0, 40.0)


def blank(relief=None):
    colour = np.tile(np.array([100, 0, 0], np.float32), (HEIGHT, WIDTH, 1))
    relief = np.ones((HEIGHT, WIDTH), np.float32) if relief is None else relief
    return Canvas(colour, colour.copy(), np.zeros((HEIGHT, WIDTH), np.float32), relief)


def stroke(
    nodes,
    colour=RED,
    radius=3.0,
    opacity=1.0,
    shift=(0, 0, 0),
):
    return Strokes(
        np.array([nodes], np.float32),
        np.full((1, len(nodes)), radius, np.float32),
        np.zeros(1, np.int32),
        np.full(1, len(nodes) - 1, np.int32),
        np.array([colour], np.float32),
        np.array([shift], np.float32),
        np.array([opacity], np.float32),
    )


def laid(strokes, brush=Brush(), on=None):  # noqa: B008
    on = blank() if on is None else on
    places = np.zeros((len(strokes.first), 2), np.int32)
    lay(on, strokes, draw_bristles(brush, np.random.default_rng(0)), places)
    return on


ACROSS = [(10.0, 12.0), (50.0, 12.0)]


def test_a_stroke_covers_its_pixels_with_its_colour():
    canvas = laid(stroke(ACROSS), Brush(roundness=0))
    np.testing.assert_allclose(canvas.colour[9:15, 10:50], np.broadcast_to(RED, (6, 40, 3)), atol=0.1)
    outside = canvas.colour.copy()
    outside[9:15, 10:50] = (100, 0, 0)
    np.testing.assert_array_equal(outside, blank().colour)


def test_what_is_painted_later_lies_above():
    canvas = laid(stroke(ACROSS))
    laid(stroke([(30.0, 0.0), (30.0, 24.0)], (20, 0, -30)), on=canvas)
    np.testing.assert_allclose(canvas.colour[12, 30], [20, 0, -30], atol=0.1)
    np.testing.assert_allclose(canvas.colour[12, 20], RED, atol=0.1)


def test_translucent_strokes_do_not_darken_at_their_joints():
    nodes = [(10.0 + 2 * k, 12.0) for k in range(21)]
    pieces, whole = laid(stroke(nodes, opacity=0.5)), laid(stroke(ACROSS, opacity=0.5))
    np.testing.assert_allclose(pieces.colour, whole.colour, atol=0.3)
    np.testing.assert_allclose(pieces.colour[12, 20:40, 0], 75, atol=0.1)


def test_two_translucent_strokes_do_darken():
    canvas = laid(stroke(ACROSS, opacity=0.5))
    laid(stroke(ACROSS, opacity=0.5), on=canvas)
    np.testing.assert_allclose(canvas.colour[12, 20:40, 0], 62.5, atol=0.2)


def test_a_stroke_of_one_node_is_a_dab():
    colour = laid(stroke([(20.0, 12.0)], radius=4.0)).colour
    painted = colour[..., 0] < 75
    assert painted.sum() == pytest.approx(np.pi * 16, abs=6)


def test_strokes_may_leave_the_picture():
    colour = laid(stroke([(-30.0, -5.0), (90.0, 30.0)])).colour
    assert np.isfinite(colour).all()
    assert colour[..., 0].min() == pytest.approx(50, abs=0.1)
    np.testing.assert_array_equal(laid(stroke([(-30.0, -30.0), (-20.0, -9.0)])).colour, blank().colour)


def test_bristles_leave_streaks_and_gaps():
    wide = stroke([(8.0, 12.0), (56.0, 12.0)], radius=8.0)
    body = laid(wide, Brush(bristles=1, drying=0.3)).colour[5:19, 10:54, 0]
    assert body.std() > 4
    assert (body > 90).any()
    assert np.abs(np.diff(body, axis=1)).mean() < np.abs(np.diff(body, axis=0)).mean()
    assert laid(wide).colour[5:19, 10:54, 0].std() < 0.1


def test_a_brush_dries():
    wide = stroke([(8.0, 12.0), (56.0, 12.0)], radius=8.0)
    dark = (laid(wide, Brush(bristles=1, drying=0.6)).colour[5:19, :, 0] < 75).mean(0)
    assert dark[10:20].mean() > dark[44:54].mean() + 0.2


def test_pigment_gathers_at_a_wet_rim():
    lightness = laid(stroke(ACROSS, radius=6.0), Brush(wet_edge=1)).colour[:, 30, 0]
    assert lightness[6] < lightness[12] - 6
    assert lightness[12] == pytest.approx(50, abs=0.1)


def test_a_dry_medium_stays_on_the_peaks():
    relief = np.tile(np.repeat([0.0, 1.0], 2), (HEIGHT, WIDTH // 4)).astype(np.float32)
    lightness = laid(stroke(ACROSS), Brush(grain=0.6), on=blank(relief)).colour[12, 12:48, 0]
    peaks = relief[12, 12:48] == 1
    assert lightness[peaks].max() < 51
    assert lightness[~peaks].min() > 55


def test_the_painter_forgets_what_varies_from_stroke_to_stroke():
    canvas = laid(stroke(ACROSS, shift=(10, -5, 3)), Brush(bristles=0))
    np.testing.assert_allclose(canvas.colour[12, 30], [60, 55, 43], atol=0.1)
    np.testing.assert_allclose(canvas.intended[12, 30], RED, atol=0.1)


def test_paint_is_thick_where_a_loaded_brush_went():
    paint = laid(stroke(ACROSS), Brush(load=1)).paint
    assert paint[12, 15:45].min() > 0.25
    assert paint[:6].max() == 0
    assert laid(stroke(ACROSS)).paint.max() == 0
