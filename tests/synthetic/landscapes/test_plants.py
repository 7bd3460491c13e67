from dataclasses import replace

import numpy as np

from likeness.synthetic.landscapes.palette import palette_of
from likeness.synthetic.landscapes.plants import grow, growth_of
from likeness.synthetic.landscapes.sight import look


def growth(landscape, light, palette):
    return growth_of(landscape, light, palette, np.random.default_rng(0))


def grown(view, terrain, growth, depth=None, sunlit=1.0):
    """A black picture with the blades alone."""
    image = np.zeros((64, 64, 3), np.float32)
    seen = look(view, terrain).depth if depth is None else depth
    light = np.full((64, 64), sunlit, np.float32)
    grow(image, view, terrain, growth, seen, light, np.zeros((64, 3), np.float32), 1e5)
    return image


def test_grass_covers_the_near_ground_and_leaves_the_sky(view, flat, plain, light, palette):
    image = grown(view, flat, growth(plain, light, palette))
    assert image[:24].max() == 0
    assert (image[45:].max(axis=2) > 0).mean() > 0.8


def test_wheat_is_taller_than_grass(view, flat, plain, light, palette):
    grass = growth(plain, light, palette)
    wheat = growth(replace(plain, ground="wheat"), light, palette)
    assert wheat.height > 2 * grass.height
    assert wheat.ears > 0 == grass.ears


def test_nothing_grows_on_a_path(view, flat, plain, light, palette):
    path = flat._replace(path_width=3.0, path_x=0.0, path_slope=0.0, path_bend=0.0, path_end=80.0)
    lying = growth(plain, light, palette)._replace(height=0.05, lean=0.0)
    covered = grown(view, path, lying)[50:62].max(axis=2) > 0
    assert covered[:, 28:36].mean() < 0.25 * covered[:, :10].mean()


def test_what_is_nearer_hides_blades(view, flat, plain, light, palette):
    wall = np.full((64, 64), 1.0, np.float32)
    assert grown(view, flat, growth(plain, light, palette), depth=wall).max() == 0


def test_flowers_show_their_colour(view, flat, plain, light, rng):
    meadow = replace(plain, ground="flowers")
    palette = palette_of(meadow, 0.0, rng)._replace(flower=(0.9, 0.0, 0.0), flower_other=(0.9, 0.0, 0.0))
    image = grown(view, flat, growth(meadow, light, palette))
    red = (image[..., 0] > 4 * image[..., 1]) & (image[..., 0] > 0.1)
    assert red[36:].mean() > 0.02
    bare = grown(view, flat, growth(meadow, light, palette._replace(bloom=0.0)))
    assert not ((bare[..., 0] > 4 * bare[..., 1]) & (bare[..., 0] > 0.1)).any()


def test_shade_and_snow_leave_less(view, flat, plain, light, palette):
    here = growth(plain, light, palette)
    assert grown(view, flat, here, sunlit=0.0).sum() < 0.8 * grown(view, flat, here).sum()
    snowed = growth(replace(plain, season="winter"), light, palette)
    assert (grown(view, flat, snowed) > 0).mean() < 0.5 * (grown(view, flat, here) > 0).mean()
