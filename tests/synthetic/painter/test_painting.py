import hashlib
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from likeness.synthetic.painter import LEARNED_STYLE, REPLICA_STYLE, STYLES, paint
from likeness.synthetic.painter.direction import structure
from likeness.synthetic.painter.palette import rgb_to_lab

EVERY = {**STYLES, "learned": LEARNED_STYLE, "replica": REPLICA_STYLE}
PAINTED = [name for name in EVERY if name != "photo"]
SEEDS = range(3)

DIGESTS = """
import hashlib, sys
import numpy as np
from likeness.synthetic.painter import LEARNED_STYLE, STYLES, paint
picture = np.add.outer(np.arange(64), np.arange(96))[..., None].repeat(3, 2).astype(np.uint8)
for style in (*STYLES.values(), LEARNED_STYLE):
    print(hashlib.sha256(paint(picture, style, 5).tobytes()).hexdigest())
"""


def lab_of(picture):
    return rgb_to_lab(picture.astype(np.float32) / 255)


def test_the_styles_have_their_names():
    assert list(STYLES) == ["photo", "watercolour", "oil", "impressionist", "pencil", "woodcut"]
    assert all(style.name == name for name, style in STYLES.items())
    assert LEARNED_STYLE not in STYLES.values()
    assert REPLICA_STYLE not in STYLES.values()


def test_a_photograph_stays_as_it_is(scene):
    picture = scene(64)
    found = paint(picture, STYLES["photo"], 0)
    np.testing.assert_array_equal(found, picture)
    assert not np.shares_memory(found, picture)


@pytest.mark.parametrize("name", PAINTED)
def test_the_seed_is_the_painters_hand(name, scene):
    picture = scene(64)
    before = picture.copy()
    found = paint(picture, EVERY[name], 1)
    np.testing.assert_array_equal(found, paint(picture, EVERY[name], 1))
    assert not np.array_equal(found, paint(picture, EVERY[name], 2))
    np.testing.assert_array_equal(picture, before)


def test_another_process_paints_the_same():
    ran = subprocess.run([sys.executable, "-c", DIGESTS], capture_output=True, text=True, check=True)
    picture = np.add.outer(np.arange(64), np.arange(96))[..., None].repeat(3, 2).astype(np.uint8)
    ours = [hashlib.sha256(paint(picture, s, 5).tobytes()).hexdigest() for s in (*STYLES.values(), LEARNED_STYLE)]
    assert ran.stdout.split() == ours


@pytest.mark.parametrize("size", [(97, 64), (40, 120), (200, 231)])
@pytest.mark.parametrize("name", ["watercolour", "oil", "pencil", "woodcut", "learned"])
def test_pictures_of_any_size(name, size, scene):
    found = paint(scene(*size), EVERY[name], 0)
    assert found.shape == (*size, 3)
    assert found.dtype == np.uint8


@pytest.mark.parametrize("name", PAINTED)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_can_be_painted(name, level):
    lightness = lab_of(paint(np.full((64, 64, 3), level, np.uint8), EVERY[name], 0))[8:-8, 8:-8, 0].mean()
    assert (level == 0) == (lightness < 40)
    assert (level == 255) == (lightness > 78)


@pytest.mark.parametrize("bad", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3))])
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(ValueError, match="expected a picture"):
        paint(bad, STYLES["oil"], 0)


@pytest.mark.parametrize("name", PAINTED)
def test_the_subject_stays_readable(name, scene):
    picture = scene(192)
    inner = np.s_[12:-12, 12:-12]
    seen, painted = (
        cv2.GaussianBlur(lab_of(p)[..., 0], (0, 0), 4)[inner] for p in (picture, paint(picture, EVERY[name], 0))
    )
    assert np.corrcoef(seen.ravel(), painted.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("name", PAINTED)
def test_strokes_grow_with_the_picture(name, scene):
    small, large = (lab_of(paint(scene(size), EVERY[name], 0))[..., 0] for size in (192, 384))
    reduced = cv2.resize(large, (192, 192), interpolation=cv2.INTER_AREA)
    blurred = [cv2.GaussianBlur(a, (0, 0), 1.5).ravel() for a in (small, reduced)]
    assert np.corrcoef(*blurred)[0, 1] > 0.93
    # detail, as a share of the side, is the same
    spread = [np.abs(a - cv2.GaussianBlur(a, (0, 0), len(a) * 0.02)).mean() for a in (small, large)]
    assert spread[1] == pytest.approx(spread[0], rel=0.3)


def test_a_pencil_is_grey_on_white(scene):
    lab = lab_of(paint(scene(192), STYLES["pencil"], 0))
    assert np.hypot(lab[..., 1], lab[..., 2]).max() < 6
    assert lab[..., 0].max() > 90
    assert lab[..., 0].min() < 40


def test_a_woodcut_is_black_and_few_inks(scene):
    found = paint(scene(192), STYLES["woodcut"], 0)
    lab = lab_of(found)
    assert 0.05 < (lab[..., 0] < 15).mean() < 0.6
    printed = lab[lab[..., 0] > 50]  # clear of lines
    counts = np.unique((printed / 10).round(), axis=0, return_counts=True)[1]
    assert np.sort(counts)[-8:].sum() > 0.6 * counts.sum()


def test_watercolour_is_pale_and_leaves_the_border(scene):
    found = paint(scene(192), STYLES["watercolour"], 0)
    assert np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]]).mean() > 240
    photo, painted = lab_of(scene(192)), lab_of(found)
    assert np.percentile(painted[12:-12, 12:-12, 0], 2) > np.percentile(photo[..., 0], 2) + 8


def test_impressionists_break_colours_and_oil_does_not():
    sky = np.full((192, 192, 3), (120, 150, 190), np.uint8)
    hues = {name: lab_of(paint(sky, STYLES[name], 0))[..., 1:].std((0, 1)).mean() for name in ("oil", "impressionist")}
    assert hues["impressionist"] > 1.5 * hues["oil"]
    assert hues["impressionist"] > 4


def _parallel(style, seed):
    """Mean direction of strokes on a plain picture, degrees anticlockwise, and how well places keep to it, 0 to 1."""
    plain = np.full((256, 256, 3), (140, 150, 120), np.uint8)
    lightness = lab_of(paint(plain, replace(style, contours=()), seed)) * np.array([1, 0, 0], np.float32)
    tangent, _ = structure(lightness, 1.5, 14)
    x, y = (tangent / np.hypot(*np.moveaxis(tangent, -1, 0))[..., None]).mean((0, 1))
    return float(np.degrees(-np.arctan2(y, x) / 2) % 180), float(np.hypot(x, y))


def test_the_learned_painters_strokes_are_parallel_and_the_replicas_less():
    learned, replica = (np.array([_parallel(style, s) for s in SEEDS]) for style in (LEARNED_STYLE, REPLICA_STYLE))
    assert np.abs(learned[:, 0] - 52).max() < 12
    assert learned[:, 1].min() > 0.85
    assert replica[:, 1].max() < learned[:, 1].min()


def test_the_learned_painter_draws_blue_black_contours_and_the_replica_thinner_ones():
    halves = np.full((256, 256, 3), (190, 190, 180), np.uint8)
    halves[:, 128:] = (120, 130, 110)

    def inked(style):
        return np.concatenate([lab_of(paint(halves, style, seed))[:, 110:146].reshape(-1, 3) for seed in range(4)])

    learned, replica = inked(LEARNED_STYLE), inked(REPLICA_STYLE)
    share, fewer = ((lab[:, 0] < 36).mean() for lab in (learned, replica))
    assert 0.01 < share < 0.2
    assert fewer < 0.7 * share
    assert learned[learned[:, 0] < 30].mean(0)[2] < -6


def test_the_learned_painter_leaves_canvas_bare():
    sky = np.full((256, 256, 3), (60, 110, 200), np.uint8)
    lab = lab_of(paint(sky, LEARNED_STYLE, 0))
    bare = (lab[..., 2] > 5).mean()
    assert 0.002 < bare < 0.1
    full = replace(LEARNED_STYLE, ground=replace(LEARNED_STYLE.ground, bare=0.0))
    assert (lab_of(paint(sky, full, 0))[..., 2] > 5).mean() < 0.001
