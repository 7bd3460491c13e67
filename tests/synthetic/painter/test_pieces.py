import numpy as np
import pytest

from likeness.synthetic.painter.bristles import draw_bristles
from likeness.synthetic.painter.pieces import (
    Piece,
    columns_of,
    coverage,
    piece_of,
    radius_at,
    reach_of,
    rows_of,
)
from likeness.synthetic.painter.strokes import Strokes
from likeness.synthetic.painter.style import Brush

HEIGHT, WIDTH = 50, 60


def brush(**changes):
    return draw_bristles(Brush(**changes), np.random.default_rng(0))


def piece(angle=0.0, length=10.0, radius=3.0, **changes):
    ends = {"end_radius": radius, "is_first": True, "is_last": True} | changes
    return Piece(25.0, 20.0, float(np.cos(angle)), float(np.sin(angle)), length, radius, **ends)


def test_pieces_of_a_stroke():
    nodes = np.array([[[0, 0], [1, 1], [4, 5], [4, 7]]], np.float32)
    radii = np.array([[9, 1, 2, 3]], np.float32)
    one = np.ones((1, 3), np.float32)
    strokes = Strokes(nodes, radii, np.array([1], np.int32), np.array([3], np.int32), one, one, one[:, 0])
    assert piece_of(strokes, 0, 1) == pytest.approx((1, 1, 0.6, 0.8, 5, 1, 2, True, False))
    assert piece_of(strokes, 0, 2) == pytest.approx((4, 5, 0, 1, 2, 2, 3, False, True))
    dot = strokes._replace(last=np.array([1], np.int32))
    assert piece_of(dot, 0, 1) == pytest.approx((1, 1, 1, 0, 0, 1, 1, True, True))


def test_the_radius_changes_evenly():
    tapered = piece(end_radius=1.0)
    assert [radius_at(tapered, along) for along in (-5, 0, 5, 10, 12)] == pytest.approx([3, 3, 2, 1, 1])


def test_coverage_falls_over_one_pixel_at_the_rim():
    found = [coverage(piece(), brush(), 5.0, across, 3.0, 0.5) for across in (0, 2.5, 3.0, 3.25, 3.5)]
    assert found == pytest.approx([1, 1, 0.5, 0.25, 0])
    soft = coverage(piece(), brush(softness=1.0), 5.0, 2.0, 3.0, 0.5)
    assert soft == pytest.approx(0.75)  # 1 pixel inside of a rim 4 wide


def test_a_line_thinner_than_a_pixel_is_fainter():
    assert coverage(piece(radius=0.2), brush(), 5.0, 0.0, 0.2, 0.5) == pytest.approx(0.4)


def test_ends_are_round_or_flat():
    flat, round_ = brush(roundness=0.0), brush(roundness=1.0)
    assert coverage(piece(), flat, -1.0, 0.0, 3.0, 0.5) == 0
    assert coverage(piece(), round_, -1.0, 0.0, 3.0, 0.5) == 1
    assert coverage(piece(), round_, 12.0, 2.9, 3.0, 0.5) < 0.2
    joint = piece(is_first=False)
    assert coverage(joint, flat, -1.0, 0.0, 3.0, 0.5) == 1  # or there would be a gap between pieces
    assert coverage(joint, flat, -1.0, 2.9, 3.0, 0.5) < 0.5


def test_ragged_ends_run_on_where_there_is_paint():
    ragged = brush(roundness=0.0, ragged=1.0)
    assert coverage(piece(), ragged, 12.0, 0.0, 3.0, 0.9) == 1
    assert coverage(piece(), ragged, 12.0, 0.0, 3.0, 0.4) == 0


@pytest.mark.parametrize("length", [0.0, 0.7, 9.0, 31.0])
@pytest.mark.parametrize("radius", [0.3, 1.5, 6.0])
def test_no_covered_pixel_is_out_of_reach(length, radius):
    for k, angle in enumerate(np.linspace(-np.pi, np.pi, 10)):
        used = brush(roundness=k % 2, ragged=0.3, softness=0.4 * (k % 3))
        one = piece(angle, length, radius)
        reach = reach_of(one, used)
        top, bottom = rows_of(one, reach, HEIGHT)
        for row in range(HEIGHT):
            left, right = columns_of(one, row, reach, WIDTH)
            for column in range(WIDTH):
                px, py = column + 0.5 - one.x, row + 0.5 - one.y
                along, across = px * one.ux + py * one.uy, py * one.ux - px * one.uy
                if coverage(one, used, along, across, radius, 1.0) > 0.01:
                    assert top <= row <= bottom
                    assert left <= column <= right
