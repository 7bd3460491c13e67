"""The sample sets' plans, and whether the photographs in the project are those planned."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from likeness.synthetic.captions import AGE_GROUPS, age_group
from likeness.synthetic.sample import (
    SITTER_SEED,
    held_out_photographs,
    impostor_photographs,
    sitter_photographs,
)
from likeness.synthetic.shot import HARD
from likeness.synthetic.subjects import FIRST_SEED

RAW = Path(__file__).parents[2] / "data" / "01_raw"
PLANS = {
    "sitter_photos": sitter_photographs,
    "held_out_photos": held_out_photographs,
    "impostor_photos": impostor_photographs,
}


@pytest.fixture(scope="module")
def plans():
    return {name: list(plan(0)) for name, plan in PLANS.items()}


def test_the_sets_have_the_studys_sizes(plans):
    assert {name: len(plan) for name, plan in plans.items()} == {
        "sitter_photos": 122,
        "held_out_photos": 30,
        "impostor_photos": 80,
    }
    assert Counter(photograph.row()["group"] for photograph in plans["sitter_photos"]) == {"child": 24, "adult": 98}
    for plan in plans.values():
        assert len({photograph.file for photograph in plan}) == len(plan)
        assert len({photograph.shot.seed for photograph in plan}) == len(plan)


def test_one_man_sits_for_his_sets(plans):
    for name in ("sitter_photos", "held_out_photos"):
        assert {photograph.person.seed for photograph in plans[name]} == {SITTER_SEED}
    sitter = plans["sitter_photos"][0].person
    assert (sitter.sex, sitter.hair) == ("man", "red")


def test_a_quarter_of_his_photographs_are_hard(plans):
    hard = Counter(photograph.shot.hard for photograph in plans["sitter_photos"])
    assert sum(hard[kind] for kind in HARD) == 30
    assert set(hard) == {"", *HARD}
    for group in ("child", "adult"):
        some = [photograph.shot.hard for photograph in plans["sitter_photos"] if photograph.file.startswith(group)]
        assert np.mean([kind != "" for kind in some]) == pytest.approx(0.25, abs=0.01)
    for name in ("held_out_photos", "impostor_photos"):
        assert {photograph.shot.hard for photograph in plans[name]} == {""}


def test_held_out_photographs_show_each_age_three_times(plans):
    plan = plans["held_out_photos"]
    assert [photograph.metadata["age"] for photograph in plan] == [age for age in range(10) for _ in range(3)]
    for photograph in plan:
        assert age_group(photograph.shot.age_years) == photograph.metadata["age"]
    seeds = {photograph.shot.seed for photograph in plan}
    assert seeds.isdisjoint(photograph.shot.seed for photograph in plans["sitter_photos"])


def test_impostors_are_others_and_many_are_alike(plans):
    plan, sitter = plans["impostor_photos"], plans["sitter_photos"][0].person
    assert len({photograph.person.seed for photograph in plan}) == 80
    assert len({photograph.metadata["identity"] for photograph in plan}) == 80
    alike = [photograph for photograph in plan if photograph.metadata["resembles_sitter"]]
    assert len(alike) >= 40
    for photograph in alike:
        person = photograph.person
        assert (person.sex, person.skin, person.hair) == (sitter.sex, sitter.skin, sitter.hair)
    for photograph in plan:
        assert abs(np.corrcoef(photograph.person.shape, sitter.shape)[0, 1]) < 0.5
    counts = Counter(age_group(photograph.shot.age_years) for photograph in plan)
    assert set(counts) == set(range(len(AGE_GROUPS)))


def test_training_pictures_never_show_a_sample_person(plans):
    assert max(photograph.person.seed for plan in plans.values() for photograph in plan) < FIRST_SEED


def test_other_seeds_make_other_plans():
    assert next(sitter_photographs(0)).shot == next(sitter_photographs(0)).shot != next(sitter_photographs(1)).shot


@pytest.mark.parametrize("name", PLANS)
def test_the_photographs_in_the_project_are_those_planned(name, plans):
    stored = pd.read_csv(RAW / name / "manifest.csv", keep_default_na=False).set_index("file")
    planned = pd.DataFrame([photograph.row() for photograph in plans[name]]).set_index("file")
    pd.testing.assert_frame_equal(stored[planned.columns], planned, check_like=True, check_dtype=False)
    assert all((RAW / name / file).is_file() for file in stored.index)
