from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from likeness.pipelines.cezanne.options import (
    ClassifierOptions,
    GeneratedClass,
    GeneratedOptions,
    InversionOptions,
    PaintingsSource,
    PictureOptions,
    StylePrompt,
)

PARAMETERS = Path(__file__).parents[3] / "conf/base/cezanne/parameters.yml"


@pytest.mark.parametrize(
    ("model", "section"),
    [
        (PaintingsSource, "paintings"),
        (GeneratedOptions, "generated"),
        (InversionOptions, "inversion"),
        (PictureOptions, "pictures"),
        (ClassifierOptions, "classifiers"),
    ],
)
def test_the_file_names_every_option(model, section):
    written = yaml.safe_load(PARAMETERS.read_text())["cezanne"][section]
    assert set(written) == set(model.model_fields)


def test_a_prompt_needs_one_place_for_the_style():
    with pytest.raises(ValidationError, match=r"needs one \{style\}"):
        StylePrompt(name="one", prompt="a painting")
    with pytest.raises(ValidationError, match=r"needs one \{style\}"):
        StylePrompt(name="one", prompt="{style} and {style}")


def test_a_class_may_be_written_as_a_number():
    assert GeneratedClass(label=2, name="guided", guidance_scales=(8,), pictures=1).label == "2"
    assert InversionOptions(style_class=0).style_class == "0"


@pytest.mark.parametrize("wrong", [{"backbone": "mobilenet"}, {"decoder": {"classes": ("0",)}}])
def test_backbone_and_decoder_are_set_in_one_place(wrong):
    with pytest.raises(ValidationError, match="leave it out of training"):
        ClassifierOptions(training=wrong)


def test_real_classes_pass_through_the_decoder_and_generated_ones_do_not():
    options = ClassifierOptions(round_trip=0.25)
    training = options.training_of("mobilenet", ("0", "2", "cat"))
    assert training.backbone == "mobilenet"
    assert training.decoder.classes == ("0", "cat")
    assert training.decoder.probability == 0.25
    assert ClassifierOptions(round_trip=0).training_of("mobilenet", ("0", "1")).decoder.classes == ()
