import numpy as np

from likeness.synthetic.landscapes.ground import paint_ground
from likeness.synthetic.landscapes.sight import Seen, look

SUN = (0.6, 0.8, 0.0)
WHITE = (1.0, 1.0, 1.0)


def painted(view, terrain, palette, shadow=1.0, ambient=0.3):
    seen = look(view, terrain)
    image = np.zeros((64, 64, 3), np.float32)
    sunlit = np.full((64, 64), shadow, np.float32)
    paint_ground(image, view, terrain, palette, seen, sunlit, SUN, WHITE, (ambient,) * 3, 0.0)
    return image


def test_only_the_land_is_painted(view, flat, palette):
    image = painted(view, flat, palette)
    assert image[:31].max() == 0
    assert image[34:].min() > 0


def test_grass_is_green_and_snow_is_white(view, flat, palette):
    grass = painted(view, flat, palette)[40:].mean(axis=(0, 1))
    assert grass[1] > 1.2 * grass[0] > 1.2 * grass[2]
    snow = painted(view, flat, palette._replace(snow=1.0))[40:].mean(axis=(0, 1))
    assert snow.min() > 2 * grass.max()
    assert snow.max() < 1.15 * snow.min()


def test_shadow_leaves_the_light_of_the_sky(view, flat, palette):
    lit, shaded = painted(view, flat, palette), painted(view, flat, palette, shadow=0.0)
    assert 0 < shaded[40:].mean() < 0.5 * lit[40:].mean()
    assert painted(view, flat, palette, shadow=0.0, ambient=0.0).max() == 0


def test_a_path_is_barer_than_the_meadow(view, flat, palette):
    path = flat._replace(path_width=2.0, path_x=0.0, path_slope=0.0, path_bend=0.0, path_end=80.0)
    image = painted(view, path, palette)
    assert image[55, 30:34, 0].mean() > 1.5 * image[55, :8, 0].mean()


def test_a_street_has_asphalt_between_pavements(view, flat, palette):
    image = painted(view, flat._replace(road=3.0), palette)
    beside, roadway = image[40, 2].mean(), image[40, 24:28].mean()  # 15 m away
    assert roadway < 0.5 * beside
    grey = image[40:, :].reshape(-1, 3)
    assert (grey.max(axis=1) < 1.4 * grey.min(axis=1)).all()


def test_mountains_are_rock_below_and_snow_above(view, flat, palette):
    high = flat._replace(mountains=2500.0, mountains_from=2000.0, peak_radius=2500.0, peak_x=0.0, peak_depth=5000.0)
    image = painted(view, high, palette._replace(snow_line=1000.0))
    snowless = painted(view, high, palette._replace(snow_line=1e5))
    seen = look(view, high)
    height = view.eye - (np.arange(64)[:, None] + 0.5 - view.horizon) * seen.depth / view.focal
    far = np.isfinite(seen.depth) & (seen.depth > 3000)
    top, foot = far & (height > 1400), far & (height < 500)
    whiter = image.mean(axis=2) > 2 * snowless.mean(axis=2)
    assert whiter[top].mean() > 0.05
    assert whiter[foot].mean() < 0.01
    np.testing.assert_array_equal(image[60], snowless[60])


def test_water_is_left_to_the_water(view, flat, palette):
    seen: Seen = look(view, flat)
    image = np.zeros((64, 64, 3), np.float32)
    all_water = seen._replace(water=np.ones((64, 64), np.float32))
    paint_ground(image, view, flat, palette, all_water, np.ones((64, 64), np.float32), SUN, WHITE, WHITE, 0.0)
    assert image.max() == 0
