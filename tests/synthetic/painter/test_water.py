from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.painter.style import Water
from likeness.synthetic.painter.water import wet

SIZE = 160
PAPER = (98.0, 0.0, 2.0)
DRY = Water(edges=0, granulation=0, turbulence=0, bleeding=0.001, margin=0.001)
PLANE = np.full((SIZE, SIZE), 0.5, np.float32)
WASH = np.tile(np.array([60, 10, -30], np.float32), (SIZE, SIZE, 1))
MIDDLE = np.s_[30:130, 30:130]


def dried(lab=WASH, relief=PLANE, **changes):
    return wet(lab, relief, PAPER, replace(DRY, **changes), np.random.default_rng(0))


def test_without_water_nothing_changes():
    np.testing.assert_allclose(dried()[MIDDLE], WASH[MIDDLE], atol=0.5)


def test_pigment_gathers_at_the_rim_of_a_wash():
    lab = WASH.copy()
    lab[:, 80:] = (90, 2, -5)
    lightness = dried(lab, edges=1)[80, :, 0]
    assert lightness[78:80].min() < 60 - 5
    assert lightness[50] == pytest.approx(60, abs=0.5)
    assert lightness[110] == pytest.approx(90, abs=0.5)


def test_pigment_settles_in_the_valleys():
    relief = PLANE.copy()
    relief[:, ::2], relief[:, 1::2] = 0, 1
    lightness = dried(relief=relief, granulation=0.2)[MIDDLE][..., 0]
    assert lightness[:, ::2].mean() < 60 - 2
    assert lightness[:, 1::2].mean() > 60 + 2


def test_washes_are_uneven():
    assert dried(turbulence=0.4)[MIDDLE][..., 0].std() > 1


def test_white_paper_takes_no_pigment():
    white = np.tile(np.array([100, 0, 0], np.float32), (SIZE, SIZE, 1))
    found = dried(white, edges=1, turbulence=0.5, granulation=0.3)
    np.testing.assert_allclose(found[MIDDLE], white[MIDDLE], atol=0.5)


def test_colours_run_only_where_it_is_wet():
    stripes = WASH.copy()
    stripes[..., 0] += np.where(np.arange(SIZE) // 4 % 2, 1.5, -1.5)
    contrast = np.abs(np.diff(dried(stripes, bleeding=0.04)[..., 0], axis=1))[MIDDLE].reshape(10, 10, -1)
    blocks = np.abs(np.diff(dried(stripes, bleeding=0.04)[MIDDLE][..., 0], axis=1))[:, :96]
    steps = blocks.reshape(10, 10, 12, 8).mean((1, 3))
    assert steps.min() < 0.6 * steps.max()
    assert contrast.max() > 2.5


def test_the_border_stays_white_and_ragged():
    found = dried(margin=0.06)
    np.testing.assert_allclose(found[0], np.tile(np.float32(PAPER), (SIZE, 1)), atol=0.1)
    depth = (found[:80, :, 0] > 90).sum(0)
    assert 4 < depth[20:-20].mean() < 16
    assert depth[20:-20].std() > 0.7
    assert found[80, 80, 0] == pytest.approx(60, abs=0.5)
