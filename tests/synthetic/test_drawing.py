import numpy as np
import pytest

from likeness.synthetic.drawing import Canvas, Lines, draw_lines
from likeness.synthetic.raster import FAR
from likeness.synthetic.strands import Brush

BRUSH = Brush(width=1.0, taper=1.0, shine=0.0, bias=0.0)
CAMERA, CENTRE = (0.0, -1.0, 0.0), (0.0, 0.1, 0.0)


def canvas(z=FAR):
    return Canvas(np.zeros((8, 12, 3), np.float32), np.zeros((8, 12), np.float32), np.full((8, 12), z, np.float32))


def line(start, end, *, depth=1.0, lit=1.0):
    """One segment that lies across the light in space, wherever it is drawn."""
    return Lines(
        np.array([[[0, 0, 0], [0.1, 0, 0]]], np.float32),
        np.array([[start, end]], np.float32),
        np.full((1, 2), depth, np.float32),
        np.array([[0.5, 0.25, 0.1]], np.float32),
        np.ones((1, 2), np.float32),
        np.full((1, 2), lit, np.float32),
    )


def drawn(lines, light, brush=BRUSH, on=None):
    on = canvas() if on is None else on
    draw_lines(on, lines, brush, light, CAMERA, CENTRE)
    return on


def test_a_line_covers_its_pixels(front_light):
    found = drawn(line((2.5, 3.5), (8.5, 3.5)), front_light)
    expected = np.zeros((8, 12))
    expected[3, 2:9] = 1
    np.testing.assert_allclose(found.alpha, expected)
    np.testing.assert_array_equal(found.z_buffer == 1, expected == 1)


@pytest.mark.parametrize("steep", [False, True])
def test_a_pixel_is_covered_by_its_share_of_the_width(front_light, steep):
    start, end = ((3.25, 1.5), (3.25, 6.5)) if steep else ((1.5, 3.25), (6.5, 3.25))
    alpha = drawn(line(start, end), front_light).alpha
    across = alpha[4] if steep else alpha[:, 4]
    np.testing.assert_allclose(across[2:5], [0.25, 0.75, 0], atol=1e-5)


def test_tips_are_thinner(front_light):
    long = line((1.5, 3.5), (9.5, 3.5))
    two = Lines(
        np.array([[[0, 0, 0], [0.1, 0, 0], [0.2, 0, 0]]], np.float32),
        np.array([[[1.5, 3.5], [5.5, 3.5], [9.5, 3.5]]], np.float32),
        np.ones((1, 3), np.float32),
        long.colour,
        np.ones((1, 3), np.float32),
        np.ones((1, 3), np.float32),
    )
    alpha = drawn(two, front_light, BRUSH._replace(taper=0.2)).alpha
    assert alpha[3, 2] == pytest.approx(0.8)
    assert alpha[3, 8] == pytest.approx(0.4)


def test_what_is_nearer_hides_a_line(front_light):
    assert drawn(line((2.5, 3.5), (8.5, 3.5)), front_light, on=canvas(0.9)).alpha.max() == 0
    let_through = drawn(line((2.5, 3.5), (8.5, 3.5)), front_light, BRUSH._replace(bias=0.2), on=canvas(0.9))
    assert let_through.alpha.max() == 1
    assert let_through.z_buffer.min() == np.float32(0.9)  # a line that shows through does not come forward


def test_lines_outside_the_picture_are_left_out(front_light):
    for start, end in (((-9, 3), (-4, 3)), ((2, -20), (5, -20)), ((30, 3), (40, 3)), ((5, 40), (5, 50))):
        assert drawn(line(start, end), front_light).alpha.max() == 0
    assert drawn(line((-6.5, 3.5), (39.5, 3.5)), front_light).alpha[3].min() == 1


def test_light_makes_hair_of_its_colour(front_light):
    bright = drawn(line((2.5, 3.5), (8.5, 3.5)), front_light).image[3, 4]
    dark = drawn(line((2.5, 3.5), (8.5, 3.5), lit=0.0), front_light).image[3, 4]
    assert (bright > 2 * dark).all()
    np.testing.assert_allclose(bright / bright[0], [1, 0.5, 0.2], rtol=1e-4)
    # across the light and facing it: everything of the key lamp arrives, and 0.9 sky + 0.2 floor
    np.testing.assert_allclose(bright[0], 0.5 * (1 + 0.27 + 0.02), rtol=1e-4)


def test_gloss_is_white_and_needs_light(front_light):
    glossy = BRUSH._replace(shine=1.0)
    matt, shining = (drawn(line((2.5, 3.5), (8.5, 3.5)), front_light, brush).image[3, 4] for brush in (BRUSH, glossy))
    assert (shining - matt).min() > 0.15
    shaded = line((2.5, 3.5), (8.5, 3.5), lit=0.0)
    np.testing.assert_array_equal(drawn(shaded, front_light, glossy).image, drawn(shaded, front_light).image)


def test_a_strand_along_the_light_is_dark(front_light):
    across = line((2.5, 3.5), (8.5, 3.5))
    along = across._replace(nodes=np.array([[[0, 0, 0], [0, 0.1, 0]]], np.float32))
    assert drawn(along, front_light).image[3, 4, 0] < 0.3 * drawn(across, front_light).image[3, 4, 0]
