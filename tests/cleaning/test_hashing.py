import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from likeness.cleaning.hashing import BITS, distances, hash_parts, hash_whole, thumbnail

SEEDS = range(12)


def to_jpeg(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer)


def apart(first, second):
    one, other = (hash_whole([thumbnail(picture)]) for picture in (first, second))
    return int(distances(one, other)[0, 0])


def test_a_thumbnail_is_small_and_grey(scene):
    for mode in ("RGB", "L", "RGBA"):
        small = thumbnail(scene(0, 90, 50).convert(mode))
        assert (small.shape, small.dtype) == ((64, 64), np.uint8)


def test_half_of_the_bits_are_set_and_none_is_the_mean(scene):
    for seed in SEEDS:
        (value,) = hash_whole([thumbnail(scene(seed))])
        assert int(value).bit_count() == BITS // 2
        values = thumbnail(scene(seed)).astype(np.int64)
        assert hash_whole([values // 4])[0] == hash_whole([values // 4 + 100])[0]  # only lighter
        assert hash_whole([values // 4])[0] == hash_whole([values // 4 * 3])[0]  # only more contrast


def test_a_single_wave_sets_its_own_bit():
    """A grey that falls as one cosine along the rows has one large coefficient: row 2, column 0 of eight by eight."""
    phase = np.pi * 2 * (np.arange(64) + 0.5) / 64
    wave = np.repeat((128 + 100 * np.cos(phase))[:, None], 64, axis=1)
    both = [int(value) for value in hash_whole([wave, 255 - wave])]
    bit = 1 << (63 - (2 * 8 - 1))  # the mean is left out, and the first bit is the highest
    assert both[0] & bit
    assert not both[1] & bit


@pytest.mark.parametrize("seed", SEEDS)
def test_copies_are_near(seed, scene):
    picture = scene(seed, 160, 160)
    assert apart(picture, picture.resize((96, 70))) <= 2
    assert apart(picture, to_jpeg(picture, 20)) <= 2
    assert apart(picture, picture.point(lambda value: int(255 * (value / 255) ** 0.8))) <= 6
    assert apart(picture, ImageOps.mirror(picture)) > 12


def test_other_pictures_are_far(scene):
    values = hash_whole([thumbnail(scene(seed)) for seed in range(60)])
    off_diagonal = distances(values, values)[~np.eye(60, dtype=bool)]
    assert off_diagonal.min() > 12
    assert off_diagonal.mean() == pytest.approx(BITS / 2, abs=1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("box", [(0.0, 0.0, 0.9), (0.2, 0.1, 0.8), (0.025, 0.05, 0.95), (0.04, 0.09, 0.87)])
def test_a_cut_picture_is_recognised_as_a_part(seed, box, scene):
    picture = scene(seed, 160, 160)
    left, top, side = (round(160 * share) for share in box)
    cut = picture.crop((left, top, left + side, top + side))
    for form in (cut, ImageOps.mirror(cut)):
        found = distances(hash_parts([thumbnail(picture)]), hash_whole([thumbnail(form)]))
        assert found[0, 0] <= 8
    assert distances(hash_parts([thumbnail(picture)], mirrored=False), hash_whole([thumbnail(cut)]))[0, 0] <= 8


def test_a_mirrored_picture_is_recognised_only_where_asked_for(scene):
    small = thumbnail(scene(3))
    mirrored = hash_whole([small[:, ::-1]])
    assert distances(hash_parts([small]), mirrored)[0, 0] == 0
    assert distances(hash_parts([small], mirrored=False), mirrored)[0, 0] > 8


def test_shapes(scene):
    small = [thumbnail(scene(seed)) for seed in range(3)]
    assert hash_whole(small).shape == (3,)
    assert hash_parts(small).shape == (3, 201)
    assert hash_parts(small, mirrored=False).shape == (3, 100)
    assert hash_whole([]).shape == (0,)
    assert distances(hash_parts([]), hash_whole([])).shape == (0, 0)


def test_the_nearest_of_several_hashes_counts():
    hashes = np.array([[0b0000, 0b0111], [0b1111, 0b1000]], np.uint64)
    others = np.array([0b0001, 0b0110, 2**63], np.uint64)
    assert distances(hashes, others).tolist() == [[1, 1, 1], [2, 2, 2]]
    assert distances(hashes[:, 1], others).tolist() == [[2, 1, 4], [2, 3, 2]]


def test_real_paintings_are_told_apart(shared_data):
    files = sorted(shared_data("paintings_train").glob("*/*.jpeg"))
    small = [thumbnail(Image.open(file)) for file in files[::4]]
    copies = [thumbnail(to_jpeg(Image.open(file).resize((192, 192)), 80)) for file in files[::4]]
    found = distances(hash_whole(small), hash_whole(copies))
    same = np.eye(len(small), dtype=bool)
    assert found[same].max() <= 4
    assert (found[~same] <= 12).mean() < 0.001
