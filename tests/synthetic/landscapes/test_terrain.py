import numpy as np
import pytest

from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.terrain import LAKE, RIVER, SEA, canopy, ground_height, inland, off_path


def test_lakes_lie_between_their_shores(flat):
    lake = flat._replace(
        water=LAKE, level=-1.0, bank=5.0, shore_near=30.0, shore_far=230.0, water_x=0.0, water_width=300.0
    )
    assert inland(lake, 0.0, 130.0) < -80
    assert inland(lake, 0.0, 5.0) > 5
    assert ground_height(lake, 0.0, 130.0) < lake.level
    assert ground_height(lake, 0.0, 5.0) > lake.level
    assert ground_height(lake, 0.0, 300.0) > lake.level


def test_a_river_runs_from_the_viewer_into_the_distance(view, flat):
    river = flat._replace(
        water=RIVER, level=-1.0, bank=4.0, water_x=0.0, water_slope=0.0, water_bend=5.0, water_width=16.0
    )
    assert all(min(inland(river, float(x), depth) for x in range(-30, 31)) < -4 for depth in (10.0, 60.0, 200.0))
    assert min(inland(river, float(x), 3000.0) for x in range(-900, 901, 2)) > 50
    seen = look(view, river)
    assert seen.water[60, 32] == 1
    np.testing.assert_allclose(seen.depth[60, 32], 64 * 3 / (60.5 - 32), rtol=2e-3)  # the level is 3 m below the eye
    assert seen.water[:31].max() == 0


def test_the_sea_reaches_the_horizon(view, flat):
    sea = flat._replace(water=SEA, level=-1.0, bank=3.0, shore_near=12.0, water_slope=0.0, headland=0.0)
    seen = look(view, sea)
    assert seen.water[33].min() == 1
    assert seen.water[62].max() == 0
    wooded = look(view, sea._replace(headland=1.0, forest=1.0, forest_from=200.0))
    assert wooded.wooded[31, 60] > 0  # land juts in on the right
    assert np.isinf(wooded.depth[31, 5])


def test_a_path_leads_into_the_picture_and_ends(flat):
    path = flat._replace(path_width=2.0, path_x=1.0, path_slope=0.1, path_bend=0.0, path_end=80.0)
    assert off_path(path, 1.5, 5.0) == pytest.approx(0.0, abs=1e-9)
    assert off_path(path, 4.5, 5.0) == pytest.approx(3.0)
    assert off_path(path, 9.5, 85.0) > 1e5
    assert off_path(flat, 1.5, 5.0) > 1e5


def test_forests_stand_far_off_the_path_and_out_of_the_water(flat):
    forest = flat._replace(
        forest=1.0, forest_from=100.0, path_width=2.0, path_x=0.0, path_slope=0.0, path_bend=0.0, path_end=900.0
    )
    heights = np.array([[canopy(forest, float(x), float(d)) for x in range(-40, 41, 2)] for d in range(50, 800, 15)])
    assert heights[:4].max() == 0  # nearer than the forest
    assert 8 < heights.max() < 40
    assert heights[:, 20].max() == 0  # on the path
    flooded = forest._replace(water=LAKE, level=-1.0, shore_near=60.0, shore_far=900.0, water_x=0.0, water_width=400.0)
    assert canopy(flooded, 15.0, 400.0) == 0
