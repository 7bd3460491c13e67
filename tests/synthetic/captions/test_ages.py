import pytest

from likeness.synthetic.captions.ages import AGE_GROUPS, age_group, age_phrases, age_templates

STUDY = (
    "a newborn baby",
    "a five years old child",
    "a fifteen years old teenager",
    "a young man in his twenties",
    "an adult man in his thirties",
    "an exhausted adult man in his fourties with grayish hair",
    "an wrinkled adult man in his fifties with gray hair",
    "an wrinkled senior in his sixties",
    "an 75 years old old senior in his seventies",
    "a elderly senior in his eighties",
)


def test_the_studys_ages_keep_its_spelling(man):
    for group, phrase in zip(AGE_GROUPS, STUDY, strict=True):
        assert age_phrases(man, (group.low + group.high) / 2)[0] == phrase


def test_ages_fall_into_their_groups():
    assert [age_group(age) for age in (0, 5, 15, 20, 29.9, 30, 75, 89.5)] == [0, 1, 2, 3, 3, 4, 8, 9]
    assert [age_group(age) for age in (2, 10, 18.5, 95)] == [None] * 4


@pytest.mark.parametrize("age", [0.5, 2.5, 5, 8, 15, 18.5, 25, 35, 45, 55, 65, 75, 85, 89.9, 95])
def test_phrases_are_filled_in_for_both_sexes(man, woman, age):
    his, hers = age_phrases(man, age), age_phrases(woman, age)
    for template, of_man, of_woman in zip(age_templates(age), his, hers, strict=True):
        assert (of_man == of_woman) == ("{" not in template)
        assert "{" not in of_man + of_woman
        assert not {"woman", "her", "girl"} & set(of_man.split())
        assert not {"man", "his", "boy"} & set(of_woman.split())
