import numpy as np
import pytest

from likeness.synthetic.landscapes.canvas import Canvas
from likeness.synthetic.landscapes.objects.sprite import Sprite
from likeness.synthetic.landscapes.view import View

POST = Sprite(np.full((10, 4, 3), 0.5, np.float32), np.ones((10, 4), np.float32), (2.0, 10.0))


def blank(depth, visibility):
    """Black land at one depth before a white sky."""
    black, white = np.zeros((64, 64, 3), np.float32), np.ones((64, 3), np.float32)
    return Canvas(View(64, 32.0, 64.0, 2.0), black, np.full((64, 64), depth, np.float32), white, visibility)


def put_post(away, depth, foot=(32.0, 40.0), visibility=1e9):
    canvas = blank(depth, visibility)
    canvas.put(POST, foot, away)
    assert (canvas.depth[canvas.image[..., 0] > 0.1] == away).all()
    return canvas.image


def test_a_sprite_stands_on_its_foot():
    rows, columns = np.nonzero(put_post(10.0, 50.0)[..., 0])
    assert (rows.min(), rows.max() + 1) == (30, 40)
    assert (columns.min(), columns.max() + 1) == (30, 34)


def test_what_is_nearer_hides_it_and_the_air_pales_it():
    assert put_post(50.0, 10.0).max() == 0
    far = put_post(100.0, 1e9, visibility=100.0)[35, 32, 0]
    assert far == pytest.approx(0.5 * np.exp(-1) + 1 - np.exp(-1), rel=1e-5)


def test_a_sprite_may_hang_over_every_edge():
    for foot in ((0.0, 40.0), (64.0, 40.0), (32.0, 4.0), (32.0, 70.0)):
        assert put_post(10.0, 50.0, foot).max() == 0.5
    assert put_post(10.0, 50.0, (200.0, 40.0)).max() == 0


def test_distance_fades_where_it_is_told_to():
    canvas = blank(100.0, 100.0)
    where = np.zeros((64, 64), bool)
    where[40] = True
    canvas.fade(where)
    assert canvas.image[40].min() == pytest.approx(1 - np.exp(-1.0), rel=1e-4)  # below the eye, where air is thickest
    assert canvas.image[:40].max() == 0
