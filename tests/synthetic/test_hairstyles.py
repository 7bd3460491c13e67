from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.hairstyles import CROWN, HAIRSTYLES, KNOT, comb, hairstyle_at, parting_of

ROOTS = np.array([[-0.8, 1.0, 1.2], [0.8, 1.0, 1.2], [0.0, 0.4, 1.3], [0.0, 2.5, 0.0]], np.float32)


def worn(person, age):
    style = hairstyle_at(person, age, np.random.default_rng(0))
    return style.length, style.comb


def test_hair_is_short_on_babies_and_grows(woman, rng):
    lengths = [worn(woman, age)[0] for age in (0, 1.5, 3, 6, 30)]
    assert lengths == sorted(lengths)
    assert lengths[0] < 0.3
    assert worn(woman, 1)[1] == "crown"
    assert hairstyle_at(woman, 1, rng).count < HAIRSTYLES["long"].count


def test_some_old_women_cut_their_hair(woman):
    styles = {worn(replace(woman, seed=seed), 70)[1] for seed in range(6)}
    assert {"crown", "centre"} <= styles
    assert worn(replace(woman, seed=3), 70) == worn(replace(woman, seed=3), 50)


def test_length_differs_a_little_between_photographs(woman):
    rng = np.random.default_rng(1)
    lengths = np.array([hairstyle_at(woman, 30, rng).length for _ in range(200)])
    assert np.median(lengths) == pytest.approx(HAIRSTYLES["long"].length, rel=0.05)
    assert 0.05 < np.log(lengths).std() < 0.15


def test_partings_are_in_the_middle_or_to_a_side(man):
    sides = {parting_of(replace(man, seed=seed), HAIRSTYLES["side parting"]) for seed in range(8)}
    assert sides == {-0.42, 0.42}
    assert 0.0 in {parting_of(replace(man, seed=seed), HAIRSTYLES["long"]) for seed in range(8)}


@pytest.mark.parametrize("name", HAIRSTYLES)
def test_every_style_can_be_combed(name):
    direction, share = comb(HAIRSTYLES[name], ROOTS, 0.1)
    assert direction.shape == (4, 3)
    assert share.shape == (4,)
    assert direction.dtype == share.dtype == np.float32
    assert np.linalg.norm(direction, axis=1).min() > 0.05
    assert 0 < share.min() <= share.max() <= 1.5


def test_combs_go_their_ways():
    centre, _ = comb(HAIRSTYLES["long"], ROOTS, 0.0)
    assert centre[0, 0] < 0 < centre[1, 0]
    back, _ = comb(HAIRSTYLES["swept back"], ROOTS, 0.0)
    assert (back[:, 1] > 0.9).all()
    away, _ = comb(HAIRSTYLES["crew cut"], ROOTS, 0.0)
    np.testing.assert_allclose(away[:, 1:], (ROOTS - np.array(CROWN))[:, 1:], atol=1e-6)


def test_a_fringe_falls_forward_and_is_cut():
    direction, share = comb(HAIRSTYLES["fringe"], ROOTS, 0.0)
    open_direction, open_share = comb(HAIRSTYLES["bob"], ROOTS, 0.0)
    assert direction[2, 1] < -0.5 < open_direction[2, 1]
    assert share[2] < 0.5 < open_share[2]
    np.testing.assert_allclose(direction[3], open_direction[3])  # the back of the head has no fringe


def test_a_ponytail_is_combed_to_its_knot():
    style = HAIRSTYLES["ponytail"]
    direction, share = comb(style, ROOTS, 0.0)
    np.testing.assert_allclose(ROOTS + direction, np.tile(KNOT, (4, 1)), atol=1e-6)
    np.testing.assert_allclose(share * style.length, np.linalg.norm(direction, axis=1), rtol=1e-5)


def test_hair_over_the_forehead_can_be_shorter():
    curly, roots = HAIRSTYLES["curly"], np.array([[0.0, 0.1, 1.3], [0.0, 2.5, 1.3]], np.float32)
    _, worn_share = comb(curly, roots, 0.0)
    _, whole_share = comb(replace(curly, front=1.0), roots, 0.0)
    np.testing.assert_allclose(worn_share, whole_share * [curly.front, 1.0], rtol=1e-6)
