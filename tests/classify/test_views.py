from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from likeness.classify.views import ViewOptions, grid_boxes, judging_views, training_views


def ramp(width, height):
    """Red grows to the right, green downwards, 0..255."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([across, down, np.zeros_like(across)], axis=2).astype(np.uint8))


def still(**changes):
    """Two hundred views of one version, of all detail, and lit alike if nothing else is said."""
    settings = {"versions": 1, "views_per_version": 200, "lighting": 0, "detail": {"probability": 0}}
    return ViewOptions(**(settings | changes))


def test_grids_by_hand():
    assert grid_boxes((100, 100), 1) == [(0, 0, 100, 100)]
    assert grid_boxes((160, 100), 1) == [(30, 0, 130, 100)]
    assert grid_boxes((160, 80), 2) == [(0, 0, 50, 50), (110, 0, 160, 50), (0, 30, 50, 80), (110, 30, 160, 80)]


@given(st.integers(20, 300), st.integers(1, 6))
def test_a_grid_covers_a_square_picture_with_overlap(side, grid):
    boxes = grid_boxes((side, side), grid)
    assert len(boxes) == grid**2
    columns = sorted({(left, right) for left, _, right, _ in boxes})
    assert columns[0][0] == pytest.approx(0)
    assert columns[-1][1] == pytest.approx(side)
    assert all(before[1] > after[0] for before, after in pairwise(columns))


def test_judging_views_are_the_grids_and_then_their_mirror_images():
    options = ViewOptions(judged_grids=(1, 2))
    views = judging_views(ramp(64, 64), 32, options)
    assert views.shape == (options.judged_views, 32, 32, 3) == (10, 32, 32, 3)
    np.testing.assert_array_equal(views[5:], views[:5, :, ::-1])
    # Upper left and lower right quarter views: .625 of the side at either end.
    assert views[1, 16, 16, 0] == pytest.approx(255 * 0.3125, abs=5)
    assert views[4, 16, 16, 1] == pytest.approx(255 * 0.6875, abs=5)
    assert len(judging_views(ramp(64, 64), 32, ViewOptions(judged_grids=(1, 2), flip=False))) == 5


def test_training_views_are_within_the_picture_and_of_the_sizes_asked_for(rng):
    options = still(smallest_view=0.4, flip=False)
    views = training_views([ramp(256, 256)], 16, options, rng).astype(float)
    spans = (views[:, 8, -1, 0] - views[:, 8, 0, 0]) / 255 * 16 / 15
    assert spans.min() == pytest.approx(0.4, abs=0.03)
    assert spans.max() == pytest.approx(1.0, abs=0.03)
    # The same piece across and down: nothing is squashed.
    heights = (views[:, -1, 8, 1] - views[:, 0, 8, 1]) / 255 * 16 / 15
    np.testing.assert_allclose(spans, heights, atol=0.03)


def test_half_of_the_training_views_are_mirrored_and_lit_differently():
    options = still(smallest_view=1)
    views = training_views([ramp(64, 64)], 16, options, np.random.default_rng(0)).astype(float)
    assert 0.35 < (views[:, 8, 0, 0] > views[:, 8, -1, 0]).mean() < 0.65
    lit = training_views([ramp(64, 64)], 16, still(smallest_view=1, lighting=0.2), np.random.default_rng(0))
    brightness = lit.astype(float)[:, 4:12, 4:12, :2].mean(axis=(1, 2, 3))
    assert brightness.std() > 5


def test_every_version_has_its_own_views(rng):
    options = ViewOptions(versions=2, views_per_version=3)
    black, white = Image.new("RGB", (40, 40)), Image.new("RGB", (40, 40), "white")
    views = training_views([black, white], 16, options, rng)
    assert views.shape == (6, 16, 16, 3)
    assert views[:3].mean() < 30
    assert views[3:].mean() > 200


def test_the_generator_decides():
    pictures = [ramp(64, 48)] * 3
    first, second, other = (training_views(pictures, 16, ViewOptions(), np.random.default_rng(n)) for n in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_a_grid_of_none_is_refused():
    with pytest.raises(ValidationError, match="expected whole numbers of at least 1"):
        ViewOptions(judged_grids=(1, 0))


def test_detail_finer_than_the_finest_side_is_seen_neither_in_training_nor_in_judging():
    stripes = np.zeros((128, 128, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    options = ViewOptions(finest_side=64, judged_grids=(3,), detail={"probability": 0}, lighting=0)
    for finest, least, most in ((64, 0, 12), (None, 60, 200)):
        changed = options.model_copy(update={"finest_side": finest})
        seen = [
            judging_views(Image.fromarray(stripes), 64, changed),
            training_views([Image.fromarray(stripes)], 64, changed, np.random.default_rng(0)),
        ]
        spread = [views[:, 8:-8, 8:-8].astype(float).std(axis=2).max() for views in seen]
        assert all(least <= value <= most for value in spread)
