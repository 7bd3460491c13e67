from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import CAR_KINDS, CARS
from likeness.synthetic.landscapes.objects.car_bodies import BODIES
from likeness.synthetic.landscapes.objects.car_shells import cabin, half_width, outward, shell
from likeness.synthetic.landscapes.objects.car_wheels import wheels
from likeness.synthetic.landscapes.objects.cars import car
from likeness.synthetic.landscapes.objects.finishes import GLASS

KINDS, COLOURS = CAR_KINDS[1:], CARS[1:]
GREY = (0.5, 0.5, 0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [70, 200])
def test_a_car_is_as_wide_as_asked_and_stands_on_its_wheels(kind, width, noon):
    for seed in range(3):
        sprite = car("red", kind, width, noon, np.random.default_rng(seed), lamps=False)
        solid = sprite.colour.sum(2) * (sprite.alpha > 0.95) > 0.1
        columns, rows = np.flatnonzero(solid.any(0)), np.flatnonzero(solid.any(1))
        assert columns[-1] - columns[0] == pytest.approx(width, rel=0.05, abs=2)
        assert 0 < rows[-1] - sprite.foot[1] < 0.12 * width  # its near wheels are before its middle
        assert columns[0] < sprite.foot[0] < columns[-1]


def test_kinds_have_their_heights(noon):
    high = {}
    for kind in KINDS:
        sprite = car("white", kind, 150, noon, np.random.default_rng(0), lamps=False)
        high[kind] = np.flatnonzero(sprite.alpha.max(1) > 0.9).size
    assert high["sports"] < high["plain"] < high["old"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_paint_is_seen(kind, noon):
    even = replace(noon, sun_colour=(0.3, 0.3, 0.3), sky_colour=(0.8, 0.8, 0.8), ground_colour=(0.4, 0.4, 0.4))
    mean = {}
    for colour in COLOURS:
        sprite = car(colour, kind, 150, even, np.random.default_rng(4), lamps=False)
        mean[colour] = np.median(sprite.colour[sprite.alpha > 0.99], axis=0)
    red, green, blue = mean["red"]
    assert red > 2 * max(green, blue)
    red, green, blue = mean["blue"]
    assert blue > 1.5 * max(red, green)
    red, green, blue = mean["yellow"]
    assert min(red, green) > 2 * blue
    assert np.ptp(mean["white"]) < 0.15 * mean["white"].max()
    assert mean["white"].mean() > 3 * mean["black"].mean()


def test_cars_head_both_ways_and_the_seed_decides(noon):
    sprites = [car("red", "sports", 90, noon, np.random.default_rng(seed), lamps=False) for seed in (*range(8), 0)]
    np.testing.assert_array_equal(sprites[0].colour, sprites[8].colour)
    left = []
    for sprite in sprites[:8]:  # the nose is lower than the tail
        body = (sprite.colour[..., 0] > 2 * sprite.colour[..., 2]) & (sprite.alpha > 0.95)
        columns = np.flatnonzero(body.any(0))
        third = len(columns) // 5
        top = body.argmax(0)
        left.append(top[columns[:third]].mean() > top[columns[-third:]].mean())
    assert 0 < sum(left) < 8


def test_lamps_are_lit_by_night(night):
    for kind in KINDS:
        dark, lit = (car("black", kind, 120, night, np.random.default_rng(0), lamps=lamps) for lamps in (False, True))
        assert dark.colour.max() < 0.2
        shining = lit.colour[..., 0] > 0.5
        assert 3 < shining.sum() < 0.03 * lit.alpha.sum()


def test_dark_lies_under_a_car(noon, rng):
    sprite = car("white", "plain", 150, noon, rng, lamps=False)
    under = (sprite.alpha > 0.3) & (sprite.alpha < 0.75)
    assert under.sum() > 150
    assert np.median(sprite.colour[under]) < 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_is_smooth_and_looks_outward(kind):
    body = BODIES[kind]
    x, y = np.linspace(-1.2, 1.2, 9), np.full(9, body.bottom + 0.3)
    low, high = np.full(9, body.bottom), np.interp(x, *np.array(body.top).T)
    z = half_width(body, x, y, low, high)
    assert (z > 0.3).all()
    normal = outward(body, np.stack([x, y, z], axis=1))
    assert (normal[:, 2] > 0.7).all()
    mesh = shell(body, GREY)
    side = np.abs(mesh.position[:, 2]) > 0.3
    assert (mesh.position[side, 2] * mesh.normal[side, 2] > -1e-3).all()
    np.testing.assert_allclose(np.linalg.norm(mesh.normal, axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_is_cut_out_at_the_wheels(kind):
    body = BODIES[kind]
    mesh = shell(body, GREY)
    for axle in body.wheels:
        away = np.hypot(mesh.position[:, 0] - axle, mesh.position[:, 1] - body.wheel)
        inside = (away < body.arch - 0.02) & (mesh.position[:, 1] > body.wheel)
        assert body.fenders or not inside.any()
    tyres = wheels(body).position
    assert tyres[:, 1].min() == pytest.approx(0, abs=1e-3)
    assert np.abs(tyres[:, 2]).max() < max(value for _, value in body.half_width) + 0.13


def test_a_cabin_has_glass_between_its_pillars():
    mesh = cabin(BODIES["plain"].cabin, GREY)
    glass = mesh.finish == GLASS
    assert 0.1 < glass.mean() < 0.6
    heights = mesh.position[mesh.faces[glass]][..., 1]
    assert heights.max() < BODIES["plain"].cabin.top
    assert heights.min() > min(BODIES["plain"].cabin.sill) - 0.04
