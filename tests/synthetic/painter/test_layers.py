from dataclasses import replace

import cv2
import numpy as np
import pytest

from likeness.synthetic.painter.layers import bare_places, draw_strokes, layer_strokes, paint_layers
from likeness.synthetic.painter.laying import Canvas
from likeness.synthetic.painter.style import Brush, Direction, Layer, Style

SIZE = 96
LAYER = Layer(0.08, 4, 0.8)
RIGHT = np.tile(np.array([1, 0], np.float32), (SIZE, SIZE, 1))
EVERYWHERE = np.ones((SIZE, SIZE), bool)


def seen():
    """Light sky above dark ground."""
    lab = np.tile(np.array([80, 0, -20], np.float32), (SIZE, SIZE, 1))
    lab[48:] = (40, -20, 25)
    return lab


def blank():
    colour = np.tile(np.array([95, 0, 0], np.float32), (SIZE, SIZE, 1))
    return Canvas(colour, colour.copy(), np.zeros((SIZE, SIZE), np.float32), np.ones((SIZE, SIZE), np.float32))


def rng():
    return np.random.default_rng(0)


def test_layers_bring_the_canvas_near_to_the_picture():
    canvas, picture = blank(), seen()
    style = Style("plain", layers=(LAYER, replace(LAYER, width=0.03, threshold=4)), direction=Direction(0, 0))
    errors = []
    for count in (0, 1, 2):
        canvas = blank()
        paint_layers(canvas, picture, replace(style, layers=style.layers[:count]), 0.0, rng())
        errors.append(np.sqrt(((canvas.colour - picture) ** 2).sum(-1)).mean())
    assert errors[1] < 0.25 * errors[0]
    assert errors[2] < 0.5 * errors[1]


def test_a_fine_brush_paints_only_what_differs():
    canvas = blank()
    canvas.intended[:] = cv2.GaussianBlur(seen(), (0, 0), 0.35 * 0.08 * SIZE)  # as the brush sees it
    assert len(layer_strokes(canvas, seen(), RIGHT, EVERYWHERE, replace(LAYER, threshold=5), rng()).first) == 0
    canvas.intended[:48] += 10
    strokes = layer_strokes(canvas, seen(), RIGHT, EVERYWHERE, replace(LAYER, threshold=5), rng())
    rows = strokes.nodes[np.arange(len(strokes.first)), strokes.first, 1]
    assert len(rows) > 50
    assert (rows < 56).all()


def test_a_fine_brush_does_not_mend_broken_colour():
    flat = np.tile(np.array([60, 0, 0], np.float32), (SIZE, SIZE, 1))
    dabs = replace(LAYER, jitter=(10, 15, 15))
    canvas = blank()
    draw_strokes(canvas, layer_strokes(canvas, flat, RIGHT, EVERYWHERE, dabs, rng()), Brush(), rng())
    assert canvas.colour.std(axis=(0, 1)).min() > 5
    mending = layer_strokes(canvas, flat, RIGHT, EVERYWHERE, replace(LAYER, width=0.03, threshold=5), rng())
    assert len(mending.first) < 20


def test_strokes_have_their_brush():
    strokes = layer_strokes(blank(), seen(), RIGHT, EVERYWHERE, replace(LAYER, opacity=0.7), rng())
    np.testing.assert_allclose(strokes.radii, 0.04 * SIZE)
    np.testing.assert_allclose(strokes.opacity, 0.7)
    assert not strokes.shift.any()
    jittered = layer_strokes(blank(), seen(), RIGHT, EVERYWHERE, replace(LAYER, jitter=(3, 6, 0)), rng())
    np.testing.assert_allclose(jittered.shift.std(0), [3, 6, 0], rtol=0.2)


def test_no_stroke_begins_or_runs_on_bare_ground():
    painted = EVERYWHERE.copy()
    painted[20:40, 20:40] = False
    strokes = layer_strokes(blank(), seen(), RIGHT, painted, LAYER, rng())
    for nodes, first, last in zip(strokes.nodes, strokes.first, strokes.last, strict=True):
        x, y = nodes[first : last + 1].astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < SIZE) & (y < SIZE)
        assert painted[y[inside], x[inside]].all()


def test_ground_is_left_bare_in_flecks_where_it_is_light():
    lab = seen()
    lab[48:, :, 0] = 20
    bare = bare_places(lab, 0.1, rng())
    assert bare.mean() == pytest.approx(0.1, abs=0.04)
    assert not bare[48:].any()
    assert not bare_places(lab, 0.0, rng()).any()
    shared = (bare[:, 1:] & bare[:, :-1]).sum() / bare.sum()
    assert shared > 0.6  # flecks, not dust


def test_a_style_without_layers_paints_none():
    canvas = blank()
    paint_layers(canvas, seen(), Style("bare"), 0.0, rng())
    np.testing.assert_array_equal(canvas.colour, blank().colour)
