from __future__ import annotations

import pydantic
import pytest

from likeness.personalise.options import DreamBoothOptions


def test_every_option_says_what_it_is():
    assert all(field.description for field in DreamBoothOptions.model_fields.values())


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"learning_rate": 0.0}, {"method": "magic"}, {"ema_decay": 1.0}, {"stesp": 3}]
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(pydantic.ValidationError, match=next(iter(wrong))):
        DreamBoothOptions(**wrong)


def test_words_are_trained_one_way_only():
    with pytest.raises(pydantic.ValidationError, match="leave train_identifier off"):
        DreamBoothOptions(train_text_encoder=True, train_identifier=True)
