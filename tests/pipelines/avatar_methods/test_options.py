import pydantic
import pytest

from likeness.pipelines.avatar.options import FineTuningOptions
from likeness.pipelines.avatar_methods.options import FULL, LORA, MethodsOptions


def test_a_method_changes_only_what_it_says():
    common = FineTuningOptions(steps=7, learning_rate=1e-3, template="a picture of {model}")
    options = MethodsOptions(lora={"learning_rate": 2e-3, "lora_rank": 4})
    assert options.fine_tuning(FULL, common) == common
    lora = options.fine_tuning(LORA, common)
    assert (lora.method, lora.learning_rate, lora.lora_rank) == ("lora", 2e-3, 4)
    assert lora == common.model_copy(update={"method": "lora", "learning_rate": 2e-3, "lora_rank": 4})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"subset": "all"}, "one of child_01.*not 'all'"),
        ({"lora": {"stpes": 3}}, "Extra inputs are not permitted"),
        ({"full": {"steps": 0}}, "greater than or equal to 1"),
        ({"full": {"method": "lora"}}, "method cannot be another's here"),
        ({"lora": {"class_pictures": 3}}, "class_pictures cannot be another's here"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_trained(given, message):
    with pytest.raises(pydantic.ValidationError, match=message):
        MethodsOptions(**given)


def test_options_that_do_not_go_together_are_refused():
    options = MethodsOptions(lora={"train_text_encoder": True})
    with pytest.raises(pydantic.ValidationError, match="leave train_identifier off"):
        options.fine_tuning(LORA, FineTuningOptions(train_identifier=True))
