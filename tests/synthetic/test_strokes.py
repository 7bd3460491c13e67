from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.front_view import FrontView
from likeness.synthetic.strokes import brow_strokes, lash_strokes


def test_brows_lie_over_both_eyes(man, rng):
    strokes = brow_strokes(man, rng, fullness=1.0)
    assert abs(np.sign(strokes.x).mean()) < 0.15
    assert np.abs(strokes.x).min() > 0.15
    assert np.abs(strokes.x).max() < 0.85
    assert strokes.z.min() > 0.15
    assert strokes.z.max() < 0.6
    outwards = strokes.direction[:, 0] * np.sign(strokes.x)
    assert np.mean(outwards > 0) > 0.95


def test_brows_are_as_full_and_thick_as_they_are(man):
    def drawn(fullness, thickness):
        person = replace(man, brow_thickness=thickness, brow_arch=0.0)
        strokes = brow_strokes(person, np.random.default_rng(0), fullness=fullness)
        return len(strokes.x), float(strokes.z.std())

    assert drawn(0.5, 1.0)[0] == pytest.approx(drawn(1.0, 1.0)[0] / 2, abs=1)
    assert drawn(1.0, 1.5)[1] > drawn(1.0, 0.5)[1]


def test_lashes_stand_on_the_rims(head, rng):
    lashes = lash_strokes(FrontView(head), rng, upper=40, lower=10)
    assert len(lashes.x) == len(lashes.z) == len(lashes.direction) == len(lashes.length) == 100
    assert np.abs(np.abs(lashes.x) - 0.5).max() < 0.3
    upper = np.r_[0:40, 50:90]
    lower = np.setdiff1d(np.arange(100), upper)
    assert lashes.direction[upper, 2].min() > 0 > lashes.direction[lower, 2].max()
    assert lashes.direction[:, 1].max() < 0
    assert lashes.length[upper].mean() > 1.5 * lashes.length[lower].mean()
    outer = np.abs(lashes.x) > 0.55
    assert lashes.length[upper][outer[upper]].mean() > lashes.length[upper][~outer[upper]].mean()
