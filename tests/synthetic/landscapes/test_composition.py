from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.composition import compose
from likeness.synthetic.landscapes.landscape import KINDS
from likeness.synthetic.landscapes.sight import look
from likeness.synthetic.landscapes.terrain import LAKE, RIVER, SEA


def of(landscape, seed=0, size=64, **changes):
    if changes.get("kind") == "street":
        changes |= {"car": "red", "car_kind": "old"}
    return compose(replace(landscape, **changes), size, np.random.default_rng(seed))


def test_hours_seasons_and_weathers_leave_the_land_as_it_is(plain):
    changed = {"season": "winter", "hour": "night", "weather": "fog", "ground": "dry"}
    assert of(plain) == of(plain, **changed)


def test_compositions_vary(plain):
    horizons = [of(plain, seed)[0].horizon for seed in range(20)]
    assert np.std(horizons) > 2
    assert len({of(plain, seed)[1].hills_from for seed in range(20)}) == 20


def test_the_view_scales_with_the_picture(plain):
    small, large = of(plain)[0], of(plain, size=128)[0]
    assert large.horizon == pytest.approx(2 * small.horizon)
    assert large.focal == pytest.approx(2 * small.focal)
    assert large.eye == small.eye


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_show_what_they_are(plain, kind):
    water = {"river": RIVER, "lake": LAKE, "sea": SEA}
    shown = []
    for seed in range(4):
        view, terrain = of(plain, seed, kind=kind)
        assert terrain.water == water.get(kind, 0)
        assert (terrain.road > 0) == (kind == "street")
        seen = look(view, terrain)
        shown.append((seen.water.mean(), np.isfinite(seen.depth[: int(view.horizon) - 2]).sum() / 64))
    wet, above = np.mean(shown, axis=0)
    assert wet > 0.08 if kind in water else wet == 0
    if kind == "mountains":
        assert above > 5
    if kind == "plain":
        assert above < 2


def test_a_path_is_there_if_asked_for(plain):
    assert of(plain)[1].path_width == 0
    assert of(plain, path=True)[1].path_width > 1


def test_fantasy_has_needles_of_rock(plain):
    assert of(plain, fantasy=True)[1].spires > 0
    assert of(plain, fantasy=True)[1].mountains > 1000
    assert of(plain)[1].spires == of(plain)[1].mountains == 0
