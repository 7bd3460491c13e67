from pathlib import Path

import pydantic
import pytest
import yaml

from likeness.pipelines.prompt_edit.options import (
    ControlOptions,
    PhotoOptions,
    SamplingOptions,
    ScoringOptions,
    SweepOptions,
)

PARAMETERS = Path(__file__).parents[3] / "conf/base/prompt_edit/parameters.yml"
SECTIONS = {
    "sampling": SamplingOptions,
    "control": ControlOptions,
    "photos": PhotoOptions,
    "sweeps": SweepOptions,
    "scoring": ScoringOptions,
}


def test_the_parameters_show_every_option_with_its_default():
    written = yaml.safe_load(PARAMETERS.read_text())["prompt_edit"]
    assert written.keys() == SECTIONS.keys()
    for name, section in SECTIONS.items():
        # The study's pictures are compared at the sample's size.
        expected = section().model_dump(mode="json")
        if name == "scoring":
            expected["ssim"]["size"] = 256
        assert written[name] == expected


@pytest.mark.parametrize("section", SECTIONS.values())
def test_unknown_options_are_refused(section):
    with pytest.raises(pydantic.ValidationError, match="Extra inputs are not permitted"):
        section(stpes=3)
