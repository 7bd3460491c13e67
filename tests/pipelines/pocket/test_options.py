from pathlib import Path

import yaml

from likeness.pipelines.pocket.options import AGES, PictureOptions, ProbeOptions, ReportOptions

CONF = Path(__file__).parents[3] / "conf" / "base" / "pocket" / "parameters.yml"
GIVEN = yaml.safe_load(CONF.read_text())["pocket"]


def test_shards_cover_what_is_asked_for():
    options = PictureOptions(count=257, held_out=129, shard=128)
    assert options.held_out_shards == [0, 1]
    assert options.training_shards == [2, 3, 4]


def test_ten_ages_youngest_first():
    assert len({age.prompt for age in AGES}) == 10
    years = [age.years for age in AGES]
    assert years == sorted(years)


def test_the_parameters_show_every_default():
    assert ReportOptions.model_validate(GIVEN["report"]) == ReportOptions()
    assert {*GIVEN["report"]} == {*ReportOptions.model_fields}
    probe = ProbeOptions.model_validate(GIVEN["probe"])
    assert (probe.size, probe.channels, probe.blocks) == (256, (16, 32, 64, 128, 224), (0, 2, 2, 4, 2))
    assert PictureOptions.model_validate(GIVEN["pictures"]) == PictureOptions()
