import numpy as np
import pytest

from likeness.synthetic.raster import FAR, rasterise, span

TRIANGLE = np.array([[0, 0], [0, 4], [4, 0]], np.float32)
FACE = np.array([[0, 1, 2]], np.int32)


def test_a_triangle_covers_the_pixels_whose_centres_it_holds():
    face, weights, depth = rasterise(TRIANGLE, np.array([1, 2, 3], np.float32), FACE, 5, 6)
    row, column = np.mgrid[0:5, 0:6]
    np.testing.assert_array_equal(face == 0, row + column <= 3)
    np.testing.assert_array_equal(depth == FAR, face == -1)
    # The centre (0.5, 0.5) lies an eighth of the way to either leg's end.
    np.testing.assert_allclose(weights[0, 0], [0.75, 0.125, 0.125])
    assert depth[0, 0] == pytest.approx(0.75 * 1 + 0.125 * 2 + 0.125 * 3)
    np.testing.assert_allclose(weights[2, 1], [0, 0.625, 0.375], atol=1e-6)
    np.testing.assert_allclose(weights[face == 0].sum(1), 1, atol=1e-6)


def test_a_triangle_seen_from_behind_is_skipped():
    face, _, _ = rasterise(TRIANGLE, np.ones(3, np.float32), FACE[:, ::-1].copy(), 5, 5)
    assert (face == -1).all()


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_the_nearer_triangle_is_seen_whatever_the_order(order):
    points = np.concatenate([TRIANGLE, TRIANGLE])
    depth = np.array([2, 2, 2, 1, 1, 1], np.float32)
    faces = np.array([[0, 1, 2], [3, 4, 5]], np.int32)[order]
    face, _, found = rasterise(points, depth, faces, 5, 5)
    assert found[0, 0] == 1
    assert face[0, 0] == order.index(1)


def test_triangles_may_cross_each_other():
    points = np.concatenate([TRIANGLE, TRIANGLE])
    depth = np.array([1, 1, 3, 2, 2, 2], np.float32)  # the first one leaves the viewer to the right
    face, _, _ = rasterise(points, depth, np.array([[0, 1, 2], [3, 4, 5]], np.int32), 5, 5)
    assert face[0].tolist() == [0, 0, 1, 1, -1]


def test_what_lies_outside_the_picture_is_cut_off():
    face, _, _ = rasterise(TRIANGLE * 50 - 60, np.ones(3, np.float32), FACE, 4, 3)
    assert (face == 0).all()
    face, _, _ = rasterise(TRIANGLE - 60, np.ones(3, np.float32), FACE, 4, 3)
    assert (face == -1).all()


def test_spans_stay_inside():
    assert span(-2.5, 1.2, 0.0, 10) == (0, 2)
    assert span(8.1, 30.0, 9.0, 10) == (8, 9)
