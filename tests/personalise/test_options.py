import pydantic
import pytest

from likeness.personalise.options import DreamBoothOptions, TextualInversionOptions


@pytest.mark.parametrize("kind", [DreamBoothOptions, TextualInversionOptions])
def test_every_option_says_what_it_is(kind):
    assert all(field.description for field in kind.model_fields.values())


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"learning_rate": 0.0}, {"method": "magic"}, {"ema_decay": 1.0}, {"stesp": 3}]
)
def test_wrong_options_are_refused(wrong):
    with pytest.raises(pydantic.ValidationError, match=next(iter(wrong))):
        DreamBoothOptions(**wrong)


def test_words_are_trained_one_way_only():
    with pytest.raises(pydantic.ValidationError, match="leave train_identifier off"):
        DreamBoothOptions(train_text_encoder=True, train_identifier=True)


@pytest.mark.parametrize("precision", ["no", "fp16"])
def test_eight_bits_need_bfloat16(precision):
    with pytest.raises(pydantic.ValidationError, match=f"bfloat16 only, not with mixed_precision {precision}"):
        DreamBoothOptions(moments="8bit", mixed_precision=precision)


@pytest.mark.parametrize(
    "wrong", [{"vectors": 0}, {"learn": "person"}, {"templates": ["no place"]}, {"templates": ["{} {}"]}, {"lora": 1}]
)
def test_wrong_options_of_textual_inversion_are_refused(wrong):
    with pytest.raises(pydantic.ValidationError, match=next(iter(wrong))):
        TextualInversionOptions(**wrong)


def test_the_learning_rate_grows_with_the_pictures_of_a_step():
    settings = {"learning_rate": 1e-3, "batch_size": 4, "gradient_accumulation": 2}
    assert TextualInversionOptions(**settings).full_learning_rate == pytest.approx(8e-3)
    assert TextualInversionOptions(**settings, scale_learning_rate=False).full_learning_rate == pytest.approx(1e-3)
    assert DreamBoothOptions(**settings).full_learning_rate == pytest.approx(1e-3)


@pytest.mark.parametrize("kind", [DreamBoothOptions, TextualInversionOptions])
def test_what_a_graph_cannot_hold_is_not_recorded(kind):
    assert kind().replays
    for without in ({"replay": False}, {"gradient_checkpointing": True}, {"compile": "reduce-overhead"}):
        assert not kind(**without).replays
    assert kind(compile="default").replays
