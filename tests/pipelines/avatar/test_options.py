import pydantic
import pytest

from likeness.pipelines.avatar.options import (
    AgeOptions,
    ClassPictureOptions,
    FineTuningOptions,
    PortraitOptions,
    SitterOptions,
    ValidationOptions,
    VerificationOptions,
)


def test_a_template_must_name_what_it_is_filled_with():
    with pytest.raises(pydantic.ValidationError, match=r"\{age_prompt\} is missing from 'a photo of \{model\}'"):
        PortraitOptions(template="a photo of {model}")
    with pytest.raises(pydantic.ValidationError, match=r"only \{model\}, \{age_prompt\} may stand in braces"):
        PortraitOptions(template="a {style} photo of {model} as {age_prompt}")
    with pytest.raises(pydantic.ValidationError, match=r"\{model\} is missing"):
        FineTuningOptions(template="a photo")
    with pytest.raises(pydantic.ValidationError, match=r"\{class_word\} is missing"):
        ClassPictureOptions(template="a photo")


@pytest.mark.parametrize(
    "section",
    [
        SitterOptions,
        PortraitOptions,
        ClassPictureOptions,
        VerificationOptions,
        AgeOptions,
        FineTuningOptions,
        ValidationOptions,
    ],
)
def test_unknown_options_are_refused(section):
    with pytest.raises(pydantic.ValidationError, match="Extra inputs are not permitted"):
        section(stpes=3)


def test_a_metric_must_be_one_of_deepface():
    with pytest.raises(pydantic.ValidationError, match="'cosine', 'euclidean' or 'euclidean_l2'"):
        VerificationOptions(metrics=["manhattan"])
