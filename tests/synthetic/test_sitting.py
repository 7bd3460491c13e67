from dataclasses import replace

from likeness.synthetic.shot import Shot
from likeness.synthetic.sitting import Sitting


def at(person, age):
    return Sitting(person, Shot(1, age))


def test_hair_is_grey_once_more_than_half_of_it_is(man):
    # greying from 45 - 8 to 45 + 12 years: half at 47
    assert [at(man, age).hair for age in (30, 46.9, 47.1, 80)] == ["black", "black", "grey", "grey"]


def test_hairstyles_are_those_of_the_age(woman):
    styles = [at(replace(woman, seed=7), age).hair_style for age in (1, 6, 8, 50, 60)]
    assert styles == ["", "", "long", "long", "bob"]
    assert at(replace(woman, seed=8), 60).hair_style == "short"
    assert at(replace(woman, seed=9), 60).hair_style == "long"


def test_beards_are_for_grown_men(man):
    bearded = replace(man, beard="moustache")
    assert [at(bearded, age).beard for age in (5, 19, 20)] == ["", "", "moustache"]
