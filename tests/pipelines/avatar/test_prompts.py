import math
from dataclasses import replace

import pandas as pd
import pytest

from likeness.pipelines.avatar.options import STUDY_AGES, PortraitOptions, SitterOptions, ValidationOptions
from likeness.pipelines.avatar.prompts import (
    adapt,
    portrait_requests,
    training_prompts,
    validation_requests,
    with_age_prompts,
    with_texts,
)

WOMAN = SitterOptions(identifier="ohwx", class_word="woman", pronoun="her")


def test_the_study_prompts_in_their_own_spelling():
    requests = portrait_requests(SitterOptions(), PortraitOptions())
    assert len(requests) == 30
    assert requests["prompt"].iloc[15] == (
        "A coloful photo of sks man as an exhausted adult man in his fourties with grayish hair, expressive face, "
        "highly detailed, sharp focus, natural bright light"
    )
    assert requests["age"].tolist() == [age for age in range(10) for _ in range(3)]
    assert requests["seed"].is_unique


def test_a_woman_gets_her_own_words():
    prompts = portrait_requests(WOMAN, PortraitOptions())["prompt"]
    assert prompts.iloc[9].startswith("A coloful photo of ohwx woman as a young woman in her twenties,")
    assert not prompts.str.contains(r"\b(?:man|his)\b").any()


def test_only_whole_words_are_adapted():
    assert adapt("a human man with his mandolin", WOMAN) == "a human woman with her mandolin"


def test_seeds_do_not_depend_on_how_many_pictures_an_age_gets():
    two, three = (
        portrait_requests(SitterOptions(), PortraitOptions(pictures_per_age=number)).set_index(["age", "picture"])
        for number in (2, 3)
    )
    assert two["seed"].equals(three["seed"].loc[two.index])


def test_captions_name_the_age_where_it_is_known():
    template = "a photo of {model}"
    assert training_prompts(template, [3.0, math.nan], WOMAN) == ["a photo of ohwx woman"] * 2
    assert training_prompts(template, [3.0, math.nan, 28], WOMAN, STUDY_AGES) == [
        "a photo of ohwx woman as a five years old child",
        "a photo of ohwx woman",
        "a photo of ohwx woman as a young woman in her twenties",
    ]


def test_photos_belong_to_the_age_prompt_nearest_in_years(pictures):
    photos = pictures("photos", 4)
    photos.manifest["age_years"] = [1.2, 80.0, math.nan, 29.9]
    assert with_age_prompts(photos, STUDY_AGES).manifest["age"].tolist() == [0, 9, pd.NA, 3]
    unknown = photos.manifest.drop(columns="age_years")
    assert with_age_prompts(replace(photos, manifest=unknown), STUDY_AGES).manifest["age"].isna().all()


def test_a_photographs_own_words_join_its_caption():
    captions = ["a photo of sks man"] * 4
    texts = ["smiling at the sea", "sks man asleep", "  ", None]
    photos = pd.DataFrame({"file": list("abcd"), "caption": texts})
    expected = [f"{captions[0]}, smiling at the sea", "sks man asleep", captions[0], captions[0]]
    assert with_texts(captions, photos, SitterOptions()) == expected
    assert with_texts(captions, photos.drop(columns="caption"), SitterOptions()) == captions


@pytest.mark.parametrize(
    ("pictures", "ages"),
    [(1, [0]), (5, [0, 2, 4, 6, 8]), (10, [*range(10)]), (12, [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9])],
)
def test_a_validation_spreads_its_pictures_over_the_ages(pictures, ages):
    requests = validation_requests(SitterOptions(), PortraitOptions(), ValidationOptions(pictures=pictures))
    assert requests["age"].tolist() == ages
    assert requests["seed"].is_unique


def test_no_validation_picture_is_one_that_is_reported_on():
    sitter, portraits = SitterOptions(), PortraitOptions(pictures_per_age=999)
    chosen_on = validation_requests(sitter, portraits, ValidationOptions(pictures=100))
    reported = portrait_requests(sitter, portraits)
    assert set(chosen_on["seed"]).isdisjoint(reported["seed"])
    assert set(chosen_on["prompt"]) == set(reported["prompt"])
    with pytest.raises(ValueError, match=r"avatar\.validation\.seed: the reported portraits have the seed 42 too"):
        validation_requests(sitter, portraits, ValidationOptions(seed=42))
