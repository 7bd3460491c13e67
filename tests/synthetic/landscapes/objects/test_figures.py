from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import FIGURES
from likeness.synthetic.landscapes.objects.builds import BUILDS
from likeness.synthetic.landscapes.objects.figures import figure
from likeness.synthetic.landscapes.objects.limbs import arm_of, leg_of
from likeness.synthetic.landscapes.objects.poses import Limb, draw_pose

KINDS = FIGURES[1:]
WHITE = (1.0, 1.0, 1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("height", [24, 60])
@pytest.mark.parametrize("seed", range(5))
def test_someone_is_as_tall_as_asked(kind, height, seed, noon):
    sprite = figure(kind, height, noon, np.random.default_rng(seed))
    rows = np.flatnonzero(sprite.alpha.max(1) > 0.3)
    assert abs(rows[-1] + 1 - sprite.foot[1]) < 0.08 * height
    body = sprite.alpha[int(sprite.foot[1] - 0.55 * height) :]
    assert body.sum() > 0.06 * height**2
    assert sprite.foot[1] - rows[0] > 0.85 * height  # runners lean; raised arms, hats and kites are above
    assert np.isfinite(sprite.colour).all()


def test_children_have_large_heads_and_men_broad_shoulders():
    heads = {kind: build.tall / build.head for kind, build in BUILDS.items()}
    assert set(heads) == set(KINDS)
    assert 4 <= heads["boy"] <= 5
    assert 4 <= heads["girl"] <= 5
    assert min(heads["man"], heads["woman"]) > 6.5
    assert BUILDS["man"].broad > 1.25 * BUILDS["woman"].broad
    assert BUILDS["man"].tall > BUILDS["woman"].tall > BUILDS["boy"].tall


def test_women_and_girls_wear_skirts(noon):
    def knees(kind):
        """How wide someone is a quarter of the way up, as a share of the height."""
        found = []
        for seed in range(12):
            sprite = figure(kind, 60, noon, np.random.default_rng(seed))
            found.append(sprite.alpha[int(sprite.foot[1]) - 16].sum() / 60)
        return float(np.median(found))

    assert knees("girl") > 1.25 * knees("boy")
    assert knees("woman") > 1.15 * knees("man")


def test_nobody_is_snowed_under(noon):
    dry, snowy = (figure("man", 50, replace(noon, snow=snow), np.random.default_rng(1)) for snow in (0.0, 1.0))
    np.testing.assert_array_equal(dry.colour, snowy.colour)


def test_clothes_have_many_colours(noon):
    even = replace(noon, sun_colour=(0.0, 0.0, 0.0), sky_colour=WHITE, ground_colour=WHITE)
    shades = []
    for seed in range(16):
        sprite = figure("girl", 40, even, np.random.default_rng(seed))
        skirt = sprite.colour[int(sprite.foot[1]) - 16, int(sprite.foot[0])]
        shades.append(np.argmax(skirt) * 10 + np.argmin(skirt))
    assert len(set(shades)) >= 3


def test_children_play_more_than_grown_ups(rng):
    toys = [[draw_pose(child, rng).plays_with for _ in range(400)] for child in (True, False)]
    child, adult = (np.mean([toy != "" for toy in some]) for some in toys)
    assert child > 3 * adult > 0
    assert {"", "ball", "kite"} == set(toys[0])


def test_a_kite_flies_above_who_holds_it(noon):
    heights = {}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        toy = draw_pose(True, rng).plays_with
        sprite = figure("boy", 40, noon, np.random.default_rng(seed))
        heights.setdefault(toy, []).append(sprite.foot[1])
    assert min(heights["kite"]) > 70 > 60 > max(heights[""])
    assert np.mean(heights["ball"]) > np.mean(heights[""])


def test_limbs_point_where_their_angles_say():
    build, shoulder = BUILDS["man"], np.zeros(3, np.float32)
    reach = 0.19 * build.tall * 1.95

    def hand(limb):
        return arm_of(build, limb, 1.0, shoulder, WHITE, WHITE, long=True)[1] / reach

    np.testing.assert_allclose(hand(Limb(0, 0, 0)), [0, -1, 0], atol=1e-6)
    np.testing.assert_allclose(hand(Limb(0, np.pi / 2, 0)), [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(hand(Limb(np.pi / 2, 0, 0)), [0, 0, 1], atol=1e-6)
    assert hand(Limb(0, 0, 1.0))[2] > 0.3  # elbows bend forward

    leg = leg_of(build, Limb(0, 0, 1.0), 1.0, np.array([0, build.hips, 0]), WHITE, WHITE, WHITE, bare_from=1.0)
    assert leg.position[leg.position[:, 1] < 0.5 * build.hips][:, 2].mean() < -0.1  # knees bend back
