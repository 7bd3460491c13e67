import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from likeness.classify.detail import DetailOptions, at_detail_level, at_random_detail, without_finest_detail


@pytest.fixture
def noise():
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8))


def test_the_shorter_side_is_reduced_and_proportions_stay(noise):
    assert at_detail_level(noise, 60, 90).size == (80, 60)
    assert at_detail_level(noise, 500, 90).size == noise.size


def test_lower_quality_loses_more(noise):
    def lost(quality):
        return float(np.abs(np.asarray(at_detail_level(noise, 120, quality), float) - np.asarray(noise, float)).mean())

    assert 0 < lost(95) < lost(50) < lost(5)


def test_two_detail_levels_become_one():
    # A fine pattern of even grey at a distance and the grey itself are one after the reduction.
    stripes = np.zeros((128, 128, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    reduced = np.asarray(at_detail_level(Image.fromarray(stripes), 32, 95), float)
    assert np.abs(reduced[4:-4, 4:-4] - 127.5).max() < 8


def test_random_levels_are_drawn_within_the_options(noise):
    options = DetailOptions(probability=1, smallest_side=40, largest_side=100)
    sides = [min(at_random_detail(noise, options, np.random.default_rng(seed)).size) for seed in range(60)]
    assert min(sides) >= 40
    assert max(sides) <= 100
    # Log-uniform: half are below the geometric mean.
    assert 0.3 < np.mean(np.array(sides) < np.sqrt(40 * 100)) < 0.7


def test_the_probability_decides_and_the_seed_repeats(noise):
    never = DetailOptions(probability=0)
    assert all(at_random_detail(noise, never, np.random.default_rng(seed)) is noise for seed in range(5))
    often = DetailOptions(probability=0.75, largest_side=100, smallest_side=50)
    kept = [at_random_detail(noise, often, np.random.default_rng(seed)) is noise for seed in range(200)]
    assert 0.15 < np.mean(kept) < 0.35
    first, second = (at_random_detail(noise, often, np.random.default_rng(3)) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_bounds_the_wrong_way_round_are_refused():
    with pytest.raises(ValidationError, match="smallest_side 300 is above largest_side 200"):
        DetailOptions(smallest_side=300, largest_side=200)
    with pytest.raises(ValidationError, match="lowest_quality 90 is above highest_quality 60"):
        DetailOptions(lowest_quality=90, highest_quality=60)


def test_pictures_that_differ_in_the_finest_detail_alone_become_one(noise):
    assert without_finest_detail(noise, None) is noise
    assert without_finest_detail(noise, 120) is noise
    assert without_finest_detail(noise, 60).size == (80, 60)
    enlarged = noise.resize((320, 240), Image.Resampling.BICUBIC)
    small = np.asarray(without_finest_detail(noise, 30), float)
    assert np.abs(np.asarray(without_finest_detail(enlarged, 30), float) - small).mean() < 5
