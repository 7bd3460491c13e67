from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.composition import compose
from likeness.synthetic.landscapes.landscape import KINDS
from likeness.synthetic.landscapes.places import place_things
from likeness.synthetic.landscapes.terrain import ground_height, inland
from likeness.synthetic.landscapes.view import column_of, row_of


def placed(landscape, seed):
    rng = np.random.default_rng(seed)
    view, terrain = compose(landscape, 256, rng)
    return place_things(landscape, view, terrain, rng), view, terrain


def everything(plain, kind):
    car = {"car": "red", "car_kind": "old"} if kind == "street" else {}
    return replace(plain, kind=kind, tree="oak", house=True, path=True, figure="girl", **car)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_asked_for_stands_in_the_picture_on_dry_land(plain, kind):
    landscape = everything(plain, kind)
    for seed in range(10):
        things, view, terrain = placed(landscape, seed)
        for what in ("tree", "figure") if kind == "street" else ("tree", "figure", "house"):
            tallest = max((t for t in things if t.what == what), key=lambda thing: thing.metres / thing.depth)
            column, row = (
                column_of(view, tallest.x, tallest.depth),
                row_of(view, ground_height(terrain, tallest.x, tallest.depth), tallest.depth),
            )
            assert 0 < column < 256
            assert 0.3 * 256 < row < 250
            assert inland(terrain, tallest.x, tallest.depth) > 0
            share = view.focal * tallest.metres / tallest.depth / 256
            least = {"tree": 0.36, "figure": 0.13, "house": 0.12}[what]
            assert share > (0.5 * least if kind == "river" else least)  # a river may take all of the near ground


def test_things_come_far_ones_first(plain):
    things, _, _ = placed(everything(plain, "village"), 3)
    depths = [thing.depth for thing in things]
    assert depths == sorted(depths, reverse=True)


def test_a_village_has_many_houses_and_a_plain_none(plain):
    village = placed(replace(plain, kind="village", house=True), 0)[0]
    assert sum(thing.what == "house" for thing in village) > 8
    alone = placed(plain, 0)[0]
    assert {thing.what for thing in alone} <= {"tree", "bush", "rock"}


def test_a_street_has_its_car_on_the_roadway(plain):
    for seed in range(5):
        things, view, terrain = placed(everything(plain, "street"), seed)
        (car,) = (thing for thing in things if thing.what == "car")
        assert abs(car.x) < terrain.road
        assert 0.3 < view.focal * 4.3 / car.depth / 256 < 0.55


def test_the_same_state_places_alike(plain):
    assert placed(everything(plain, "hills"), 4)[0] == placed(everything(plain, "hills"), 4)[0]


def test_things_stay_where_they_are_when_another_is_changed(plain):
    with_pine, with_cypress = (replace(everything(plain, "hills"), tree=tree) for tree in ("pine", "cypress"))
    kept = [
        {t for t in placed(landscape, 6)[0] if t.what in ("bush", "rock") or t.metres < 13}
        for landscape in (with_pine, with_cypress)
    ]
    common = kept[0] & kept[1]
    assert len(common) >= len(kept[0]) - 2
