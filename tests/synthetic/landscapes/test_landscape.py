from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import FIGURES, HOURS, KINDS, TREES, draw_landscape

DRAWN = [draw_landscape(np.random.default_rng(seed)) for seed in range(1500)]


def share(found):
    return sum(found) / len(found)


def test_the_same_state_draws_the_same_landscape():
    assert draw_landscape(np.random.default_rng(5)) == DRAWN[5]
    assert len({landscape.seed for landscape in DRAWN}) == len(DRAWN)


def test_everything_is_drawn_often_enough_to_be_learned():
    for name, words in (("kind", KINDS), ("hour", HOURS), ("tree", TREES), ("figure", FIGURES)):
        counts = Counter(getattr(landscape, name) for landscape in DRAWN)
        assert set(counts) == set(words)
        assert min(counts.values()) > 0.03 * len(DRAWN)
    assert share([not landscape.tree for landscape in DRAWN]) == pytest.approx(0.36, abs=0.05)
    assert share([bool(landscape.figure) for landscape in DRAWN]) == pytest.approx(0.38, abs=0.04)


def test_nothing_contradicts_itself():
    for landscape in DRAWN:
        assert not (landscape.season == "winter" and landscape.weather == "rain")
        assert not (landscape.season == "winter" and landscape.ground in ("wheat", "flowers"))
        assert not (landscape.season == "spring" and landscape.ground == "wheat")
        if landscape.sun:
            assert landscape.weather in ("clear", "cloudy")
        if landscape.kind in ("village", "street"):
            assert landscape.house
        if landscape.kind == "street":
            assert landscape.path
            assert landscape.car
            assert landscape.car_kind


def test_what_cannot_be_drawn_is_refused(plain):
    with pytest.raises(ValueError, match="kind 'desert' is none of 'hills'"):
        replace(plain, kind="desert")
    with pytest.raises(ValueError, match="no sun at night"):
        replace(plain, hour="night", sun=True)
    with pytest.raises(ValueError, match="nothing else has one"):
        replace(plain, car="red", car_kind="old")
    with pytest.raises(ValueError, match="A street has a car"):
        replace(plain, kind="street")
