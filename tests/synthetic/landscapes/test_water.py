from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.terrain import LAKE, SEA
from likeness.synthetic.landscapes.water import Waves, paint_water, waves_of

STILL = Waves(
    seed=1, steepness=0.0, length=1.0, foam=0.0, deep=(0.0, 0.0, 0.0), glint=(0.0, 0.0, 0.0), sun=(0.0, 0.6, 0.8)
)


def lake(flat):
    return flat._replace(
        water=LAKE, level=0.0, bank=1.0, shore_near=3.0, shore_far=2000.0, water_x=0.0, water_width=3000.0
    )


def mirrored(view, terrain, waves):
    """A sky of rows that tell their number, painted with water: the picture, what it mirrored, and where water is."""
    seen = look(view, terrain)
    above = np.tile(np.arange(64, dtype=np.float32)[:, None, None], (1, 64, 3))
    image = above.copy()
    paint_water(image, above, view, terrain, seen, waves)
    return image, above, seen.water > 0


def test_still_water_mirrors_the_sky_row_for_row(view, flat):
    open_lake = lake(flat)._replace(shore_far=60_000.0, water_width=90_000.0)
    image, _, wet = mirrored(view, open_lake, STILL)
    assert wet[36, 32]
    # 4.5 rows below the horizon the 27th row is seen, 4.5 above it, under the share that this angle mirrors
    grazing = 1 - 2 / np.hypot(2, 64 * 2 / 4.5)
    assert image[36, 32, 0] == pytest.approx(27 * (0.10 + 0.86 * grazing**4), rel=0.01)


def test_land_is_left_alone(view, flat):
    image, above, wet = mirrored(view, lake(flat), STILL)
    assert (~wet).any()
    np.testing.assert_array_equal(image[~wet], above[~wet])


def test_near_water_swallows_more_than_far_water(view, flat):
    near_view = view._replace(horizon=5.0, eye=6.0)
    seen = look(near_view, lake(flat))
    image = np.ones((64, 64, 3), np.float32)
    paint_water(image, np.ones_like(image), near_view, lake(flat), seen, STILL)
    wet = seen.water[:, 32] > 0
    rows = np.nonzero(wet)[0]
    assert image[rows[0] + 2, 32, 0] > 1.5 * image[rows[-1] - 2, 32, 0]


def test_waves_break_the_mirror(view, flat):
    still, _, wet = mirrored(view, lake(flat), STILL)
    rough, _, _ = mirrored(view, lake(flat), STILL._replace(steepness=0.1))
    assert (
        np.abs(np.diff(rough[..., 0], axis=1))[wet[:, 1:]].mean()
        > 3 * np.abs(np.diff(still[..., 0], axis=1))[wet[:, 1:]].mean()
    )


def test_surf_is_white_at_the_shore_of_the_sea(view, flat):
    sea = flat._replace(water=SEA, level=0.0, bank=1.0, shore_near=8.0, water_slope=0.0, headland=0.0)
    seen = look(view, sea)
    image = np.full((64, 64, 3), 0.3, np.float32)
    paint_water(image, image.copy(), view, sea, seen, STILL._replace(glint=(1.0, 1.0, 1.0)))
    wet = seen.water > 0
    depth = np.where(wet, seen.depth, np.inf)
    assert image[wet & (depth < 14)].max() > 1.3 * image[wet & (depth > 40)].max()


def test_weather_raises_waves(plain, light):
    heights = [
        waves_of(
            replace(plain, kind="sea", weather=weather), light, (0.1, 0.1, 0.1), np.random.default_rng(0)
        ).steepness
        for weather in ("fog", "clear", "cloudy", "rain")
    ]
    assert heights == sorted(heights)
