from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.places import PLACES
from likeness.synthetic.shot import EXPRESSIONS, HARD, draw_shot


def shots(hard="", count=200):
    return [draw_shot(np.random.default_rng(seed), 30.0, hard=hard) for seed in range(count)]


def test_equal_randomness_is_an_equal_shot():
    assert shots(count=3) == shots(count=3)
    assert len(set(shots())) == 200


def test_a_face_is_seen_from_the_front():
    drawn = shots()
    assert max(abs(shot.yaw) for shot in drawn) <= 0.5
    assert min(shot.head_height for shot in drawn) >= 0.5
    assert {shot.expression for shot in drawn} == set(EXPRESSIONS)
    assert {shot.place for shot in drawn} == set(PLACES)
    assert {shot.hard for shot in drawn} == {""}


@pytest.mark.parametrize(
    ("hard", "name", "low", "high"),
    [
        ("back of the head", "yaw", 1.7, 4.6),
        ("dark", "exposure", 0.0, 0.07),
        ("tiny", "head_height", 0.05, 0.09),
    ],
)
def test_hard_shots_are_out_of_the_ordinary(hard, name, low, high):
    values = [getattr(shot, name) for shot in shots(hard, 60)]
    assert low < min(values)
    assert max(values) < high
    assert hard in HARD


def test_profiles_show_either_side():
    yaw = np.array([shot.yaw for shot in shots("profile", 60)])
    assert (np.abs(yaw) > 1.2).all()
    assert {-1, 1} == set(np.sign(yaw))


def test_small_children_seldom_wear_glasses():
    child = [draw_shot(np.random.default_rng(seed), 4.0).glasses for seed in range(400)]
    adult = [draw_shot(np.random.default_rng(seed), 40.0).glasses for seed in range(400)]
    assert 0 < sum(child) < sum(adult) / 2


def wearers(age_years, share):
    drawn = [draw_shot(np.random.default_rng(seed), age_years, glasses_share=share) for seed in range(1000)]
    return float(np.mean([shot.glasses for shot in drawn]))


def test_as_many_wear_glasses_as_is_asked_for():
    assert np.mean([shot.glasses for shot in shots(count=1000)]) == pytest.approx(0.12, abs=0.03)
    assert wearers(40.0, 0.5) == pytest.approx(0.5, abs=0.05)
    assert wearers(40.0, 1.0) == 1
    assert wearers(4.0, 1.0) == pytest.approx(0.25, abs=0.04)
    assert wearers(40.0, 0.0) == wearers(4.0, 0.0) == 0


def test_glasses_change_nothing_else():
    with_glasses, without = (draw_shot(np.random.default_rng(0), 30.0, glasses_share=share) for share in (1.0, 0.0))
    assert with_glasses == replace(without, glasses=True)


def test_expressions_are_made_of_actions_the_head_knows(head):
    for actions in EXPRESSIONS.values():
        assert set(actions) <= set(head.action_names)
        assert all(0 < strength <= 1 for strength in actions.values())
