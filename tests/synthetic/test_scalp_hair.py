from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.hairstyles import HAIRSTYLES
from likeness.synthetic.scalp_hair import density_at, scalp_hair
from likeness.synthetic.skull import skull_of, surface_radius


def grown(person, age, body, style="short", seed=0):
    few = replace(HAIRSTYLES[style], count=700)
    return scalp_hair(person, age, body, few, density_at(person, age, body.head), np.random.default_rng(seed))


def test_density_falls_with_age_in_balding_men_alone(man, woman, body):
    man_s, woman_s = ([density_at(person, age, body.head).sum() for age in (20, 45, 70)] for person in (man, woman))
    assert man_s == sorted(man_s, reverse=True)
    assert woman_s[0] == woman_s[1] > woman_s[2] > man_s[2]
    assert density_at(woman, 0, body.head).sum() < 0.7 * woman_s[0]


def test_a_bald_head_has_no_strands(man, body, rng):
    bare = np.zeros(len(body.vertices), np.float32)
    assert scalp_hair(man, 30, body, HAIRSTYLES["short"], bare, rng) is None


@pytest.mark.parametrize("style", HAIRSTYLES)
def test_every_style_grows_out_of_the_scalp_and_stays_out_of_the_skull(woman, body, style):
    hair = grown(woman, 30, body, style)
    assert np.isfinite(hair.nodes).all()
    assert hair.colour.shape == (len(hair.nodes), 3)
    assert hair.ambient.shape == hair.nodes.shape[:2]
    assert hair.ambient.min() > 0
    assert hair.ambient.max() <= 1
    skull = skull_of(body)
    tips = hair.nodes[::9, -1] - np.array(skull.centre)
    surface = np.array([surface_radius(tuple(map(float, tip)), skull) for tip in tips])
    depth = (surface - np.linalg.norm(tips, axis=1)) / body.unit
    assert depth.max() < 0.12 + HAIRSTYLES[style].curl


def test_fewer_strands_grow_on_a_receding_hairline(man, body):
    young, old = grown(man, 20, body), grown(man, 70, body)
    assert len(old.nodes) < 0.9 * len(young.nodes)


def test_long_hair_leaves_the_face_free_and_a_fringe_does_not(woman, body):
    def on_forehead(style):
        """Share of the strands."""
        shares = []
        for seed in range(4):
            hair = grown(woman, 30, body, style, seed)
            x, y, z = np.moveaxis((hair.nodes - body.between_eyes()) / body.unit, -1, 0)
            shares.append(((np.abs(x) < 0.5) & (y < 0.6) & (z < 0.95) & (z > 0.3)).any(1).mean())
        return float(np.mean(shares))

    assert on_forehead("long") < 0.004
    assert on_forehead("fringe") > 5 * on_forehead("long")
    assert on_forehead("fringe") > 0.014


def test_a_ponytail_hangs_behind(woman, body):
    tail, bob = grown(woman, 30, body, "ponytail"), grown(woman, 30, body, "crew cut")
    assert len(tail.nodes) == len(bob.nodes) + 900
    behind = (tail.nodes[:, -1] - body.between_eyes()) / body.unit
    assert ((behind[:, 1] > 2.4) & (behind[:, 2] < 0)).sum() > 500


def test_strands_next_to_the_skin_come_first(woman, body):
    hair = grown(woman, 30, body)
    assert (np.diff(hair.ambient[:, 0]) >= 0).all()
