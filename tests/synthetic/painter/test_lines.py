from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.painter.lines import contour_strength, contours, hatching
from likeness.synthetic.painter.style import Lines

SIZE = 120
LINES = Lines(width=0.02, length=0.5, gap=0.04, threshold=2, full=10, scale=0.015)
SHADES = Lines(width=0.02, length=0.3, gap=0.03, threshold=0.3, full=0.9)
RIGHT = np.tile(np.array([1, 0], np.float32), (SIZE, SIZE, 1))


def greys(lightness):
    lightness = np.broadcast_to(lightness, (SIZE, SIZE))
    return np.stack([lightness, 0 * lightness, 0 * lightness], -1).astype(np.float32)


STEP = greys(np.where(np.arange(SIZE) < 60, 30, 70))
DARK_LINE = greys(np.where(np.abs(np.arange(SIZE) - 60) < 2, 20, 80))


def rng():
    return np.random.default_rng(0)


def drawn_nodes(strokes):
    return np.concatenate(
        [np.zeros((0, 2), np.float32)]
        + [nodes[a : b + 1] for nodes, a, b in zip(strokes.nodes, strokes.first, strokes.last, strict=True)]
    )


def test_contours_are_asked_for_on_the_dark_side():
    strength = contour_strength(STEP, 2.0)[60]
    assert strength[50:60].max() > 5
    assert strength[61:].max() == pytest.approx(0, abs=1e-3)
    assert strength[:40].max() == pytest.approx(0, abs=1e-3)


def test_colours_of_one_lightness_have_a_contour_too():
    lab = greys(np.full(SIZE, 50.0))
    lab[:, 60:, 1] = 40
    strength = contour_strength(lab, 2.0)[60]
    assert abs(int(strength.argmax()) - 59.5) <= 1
    assert strength.max() > 2
    assert strength[:45].max() < 0.1


def test_a_dark_line_is_drawn_along():
    strokes = contours(DARK_LINE, LINES, rng())
    assert len(strokes.first) >= 1
    nodes = drawn_nodes(strokes)
    assert np.abs(nodes[:, 0] - 60).max() < 3
    assert np.ptp(nodes[:, 1]) > 100


def test_nothing_is_drawn_where_nothing_is():
    assert len(contours(greys(np.full(SIZE, 50.0)), LINES, rng()).first) == 0
    assert len(hatching(greys(np.full(SIZE, 90.0)), RIGHT, SHADES, rng()).first) == 0


def test_hatching_is_where_it_is_dark():
    nodes = drawn_nodes(hatching(STEP, RIGHT, replace(SHADES, threshold=0.5), rng()))
    assert len(nodes) > 200
    assert nodes[:, 0].max() <= 60


def test_lines_swell_with_the_dark():
    ramp = greys(np.linspace(100, 0, SIZE))
    swelling = hatching(ramp, RIGHT, replace(SHADES, swell=1.0, length=2.0), rng())
    i = int(np.argmax(swelling.last - swelling.first))
    inner = slice(swelling.first[i] + 6, swelling.last[i] - 6)
    order = np.argsort(swelling.nodes[i, inner, 0])
    assert (np.diff(swelling.radii[i, inner][order]) > -1e-3).all()
    assert swelling.radii.max() == pytest.approx(0.01 * SIZE, rel=0.01)
    np.testing.assert_allclose(swelling.opacity, 1)
    even = hatching(ramp, RIGHT, SHADES, rng())
    k = int(np.argmax(even.last - even.first))
    middle = even.radii[k, even.first[k] + 4 : even.last[k] - 4]
    np.testing.assert_allclose(middle, 0.01 * SIZE, rtol=1e-3)
    assert even.opacity.min() < 0.5 < 0.8 < even.opacity.max()


def test_tips_are_thin():
    strokes = hatching(greys(np.zeros(SIZE)), RIGHT, SHADES, rng())
    tips = np.take_along_axis(strokes.radii, strokes.first[:, None].astype(np.int64), 1)
    assert tips.max() == pytest.approx(0.25 * strokes.radii.max())


def test_a_hand_that_leaves_out_draws_less():
    def drawn(share):
        lines = replace(LINES, broken=share)
        return float(np.mean([len(drawn_nodes(contours(STEP, lines, np.random.default_rng(s)))) for s in range(8)]))

    assert drawn(0.9) < 0.6 * drawn(0.5) < 0.6 * drawn(0.0)


def test_lines_have_their_colour():
    strokes = hatching(STEP, RIGHT, replace(SHADES, colour=(20.0, 2.0, -18.0)), rng())
    np.testing.assert_array_equal(strokes.colours, np.tile(np.float32([20, 2, -18]), (len(strokes.first), 1)))
    assert not strokes.shift.any()
