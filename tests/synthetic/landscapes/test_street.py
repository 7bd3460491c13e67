import numpy as np
import pytest

from likeness.synthetic.landscapes.canvas import Canvas
from likeness.synthetic.landscapes.objects.sprite import Illumination
from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.street import draw_lamps, draw_rows, facing, rows_of, shade_street

LIGHT = Illumination((0.6, 0.64, 0.48), (1.0, 1.0, 1.0), (0.4, 0.4, 0.5), (0.1, 0.1, 0.1))


def blank(view, street, light):
    """The street's distances, and one light everywhere."""
    image = np.full((64, 64, 3), light, np.float32)
    return Canvas(view, image, look(view, street).depth, np.zeros((64, 3), np.float32), 1e6)


@pytest.fixture
def street(flat):
    return flat._replace(road=3.0)


@pytest.fixture
def rows(street):
    return rows_of(street, np.random.default_rng(0))


def test_houses_stand_behind_the_pavements_one_after_another(rows):
    for row, side in zip(rows, (-1, 1), strict=True):
        assert row.side == side
        assert 5 < side * row.x < 7
        assert (np.diff(row.edges) > 5).all()
        assert len(row.heights) == len(row.designs) == len(row.edges) - 1


def test_a_wall_sees_the_sun_from_its_own_side():
    """A sun on the right shines into the face of the wall on the left, and the other way round."""
    left, right = facing(LIGHT, -1), facing(LIGHT, 1)
    assert left.sun == pytest.approx((-0.48, 0.64, 0.6))
    assert right.sun == pytest.approx((0.48, 0.64, -0.6))


def test_the_row_on_the_suns_side_shades_the_street(view, street, rows):
    depth = look(view, street).depth
    sunlit = np.ones((64, 64), np.float32)
    shade_street(sunlit, depth, rows, view, (0.8, 0.6, 0.0))
    assert sunlit[45, 60] < 0.2  # at the foot of the right-hand houses
    left = np.ones((64, 64), np.float32)
    shade_street(left, depth, rows, view, (-0.8, 0.6, 0.0))
    assert left[45, 3] < 0.2
    ahead = np.ones((64, 64), np.float32)
    shade_street(ahead, depth, rows, view, (0.0, 0.6, -0.8))
    assert ahead.min() == 1


def test_rows_converge_on_the_vanishing_point(view, street, rows):
    canvas = blank(view, street, 0.0)
    image, depth = canvas.image, canvas.depth
    draw_rows(canvas, rows, LIGHT, lit_windows=False, seed=1)
    assert image[..., 0].max() > 0.05
    assert image[:, 31:33].max() == 0  # the street is open at its end
    tops = [np.nonzero(image[:32, column].max(axis=1) > 0)[0].min() for column in (2, 14, 24)]
    assert tops[0] < tops[1] < tops[2]
    np.testing.assert_allclose(depth[30, 10], 64 * abs(rows[0].x) / (32 - 10.5), rtol=0.02)


def test_lamps_shine_by_night_and_light_the_ground(view, street):
    day, night = (blank(view, street, 0.05) for _ in range(2))
    draw_lamps(day, street, lit=False, rng=np.random.default_rng(0))
    draw_lamps(night, street, lit=True, rng=np.random.default_rng(0))
    assert day.image.max() < 0.3
    assert night.image.max() > 1
    assert (night.image[36:50].mean(axis=2) > 0.08).any()
