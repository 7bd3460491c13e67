import numpy as np

from likeness.synthetic.landscapes.sky import add_stars, paint_sky, sky_of


def clear_sky(light):
    return sky_of(light, np.random.default_rng(0))._replace(cover=0.0, glow=(0.0, 0.0, 0.0))


def test_a_clear_sky_goes_from_horizon_to_zenith(view, light):
    image = paint_sky(view, clear_sky(light))
    np.testing.assert_allclose(image[-1], np.tile(light.horizon, (64, 1)), rtol=1e-5)
    blueness = image[:32, :, 2] / image[:32, :, 0]
    assert (np.diff(blueness.mean(axis=1)) < 0).all()
    np.testing.assert_allclose(image[5, 3], image[5, 60], rtol=1e-5)  # alike to all sides


def test_the_disc_is_where_the_sun_stands(view, light):
    sun = np.array([0.1, 0.25, -1.0]) / np.linalg.norm([0.1, 0.25, -1.0])
    sky = clear_sky(light)._replace(sun=tuple(sun), disc=(5.0, 5.0, 5.0), disc_radius=0.05)
    bright = paint_sky(view, sky)[..., 0] > 3
    rows, columns = np.nonzero(bright)
    assert abs(rows.mean() + 0.5 - (32 - 16)) < 0.6
    assert abs(columns.mean() + 0.5 - (32 + 6.4)) < 0.6
    assert abs(bright.sum() - np.pi * (0.05 * 64) ** 2) < 10


def test_no_disc_without_its_colour_or_behind_the_viewer(view, light):
    sky = clear_sky(light)
    behind = sky._replace(sun=(0.1, 0.25, 0.96), disc=(5.0, 5.0, 5.0))
    assert paint_sky(view, sky._replace(disc=(0.0, 0.0, 0.0))).max() < 3
    assert paint_sky(view, behind).max() < 3


def test_a_crescent_shows_less_than_a_full_moon(view, light):
    full = clear_sky(light)._replace(sun=(0.0, 0.25, -0.97), disc=(5.0, 5.0, 5.0), disc_radius=0.1, phase=3.0)
    areas = [(paint_sky(view, full._replace(phase=phase))[..., 0] > 3).sum() for phase in (0.45, 0.8, 3.0)]
    assert 0 < areas[0] < areas[1] < areas[2]


def test_cover_is_the_share_under_clouds(view, light):
    clear = paint_sky(view, clear_sky(light))
    clouded = []
    for cover in (0.2, 0.5, 0.9):
        shares = []
        for seed in range(4):
            sky = clear_sky(light)._replace(cover=cover, seed=seed, heaped=1.0)
            shares.append((np.abs(paint_sky(view, sky) - clear)[:28].max(axis=2) > 0.02).mean())
        clouded.append(np.mean(shares))
    assert clouded[0] < clouded[1] < clouded[2]
    assert clouded[2] > 0.8


def test_stars_keep_to_the_dark_above_the_horizon(view):
    dark = np.zeros((64, 64, 3), np.float32)
    add_stars(dark, view, 1.0, np.random.default_rng(0))
    assert dark[:32].max() > 0.02
    assert dark[34:].max() == 0
    bright = np.full((64, 64, 3), 0.5, np.float32)
    add_stars(bright, view, 1.0, np.random.default_rng(0))
    assert bright.max() == np.float32(0.5)
    none = np.zeros((64, 64, 3), np.float32)
    add_stars(none, view, 0.0, np.random.default_rng(0))
    assert none.max() == 0
