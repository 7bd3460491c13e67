"""Ages read off pictures of noise by a tiny probe, and what is made of ages known by hand."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from likeness.datasets import ImageSet
from likeness.metrics.attributes import Attribute
from likeness.metrics.probe import Probe, ProbeDesign, ProbeError, save_probe
from likeness.pipelines.avatar.ages import age_columns, looks_right, open_age_probe, read_ages
from likeness.pipelines.avatar.options import AgeOptions, VerificationOptions

AGE = Attribute(name="age_years", kind="number", values=(0.0, 40.0, 90.0))


def read(probe, pictures, asked="years"):
    return read_ages("all_01", pictures, asked, probe)


@pytest.fixture
def probe(tiny_probe):
    return open_age_probe(tiny_probe)


@pytest.fixture
def portraits(pictures):
    drawn = pictures("portraits", 3, size=40)
    drawn.manifest["years"] = [5.0, 5.0, np.nan]
    return drawn


def test_a_row_a_picture_in_order(probe, portraits):
    table = read(probe, portraits)
    assert table.columns.tolist() == ["model", "picture", "asked_age_years", "apparent_age_years"]
    assert table["model"].tolist() == ["all_01"] * 3
    assert table["picture"].tolist() == portraits.manifest["file"].tolist()
    assert table["asked_age_years"].tolist()[:2] == [5.0, 5.0]
    assert table["asked_age_years"].isna().tolist() == [False, False, True]
    assert table["apparent_age_years"].between(0, 90).all()
    assert table["apparent_age_years"].nunique() == 3
    reverse = portraits.select(portraits.manifest["file"][::-1])
    assert read(probe, reverse)["apparent_age_years"].tolist() == table["apparent_age_years"].tolist()[::-1]


def test_the_age_is_what_the_probe_says(pictures, tmp_path):
    """A probe whose head has no weights but for a bias says .5 · 40 + .5 · 90 of every picture."""
    probe = Probe(ProbeDesign(size=16, channels=(4, 8), blocks=(1, 1), attributes=(AGE,))).eval()
    with torch.no_grad():
        probe.head.weight.zero_()
        probe.head.bias.copy_(torch.tensor([-1e4, 0.0, 0.0]))
    save_probe(tmp_path / "probe", probe)
    table = read(open_age_probe(tmp_path / "probe"), pictures("portraits", 2))
    assert table["apparent_age_years"].tolist() == pytest.approx([65.0, 65.0])


def test_the_middle_of_an_oblong_picture_is_read(probe, tmp_path, rng):
    square = Image.fromarray(rng.integers(0, 255, (40, 40, 3), dtype=np.uint8))
    wide = Image.new("RGB", (80, 40), "white")
    wide.paste(square, (20, 0))
    for name, image in (("square", square), ("wide", wide)):
        (tmp_path / name).mkdir()
        image.save(tmp_path / name / "a.png")
    ages = [
        read(probe, ImageSet.from_folder(tmp_path / name))["apparent_age_years"].iloc[0] for name in ("square", "wide")
    ]
    assert ages[0] == pytest.approx(ages[1], abs=1e-6)


def test_ages_that_are_not_read_or_not_known_are_missing(portraits, probe):
    unread = read(None, portraits)
    assert unread["apparent_age_years"].isna().all()
    assert unread["asked_age_years"].notna().sum() == 2
    assert read(probe, portraits, asked="age_years")["asked_age_years"].isna().all()
    assert read(probe, portraits.select([])).dtypes.to_dict() == unread.dtypes.to_dict()


def test_a_number_that_a_person_wrote_as_text(portraits, probe):
    portraits.manifest["age_years"] = ["7", "about ten", ""]
    asked = read(probe, portraits, asked="age_years")["asked_age_years"]
    assert asked[0] == 7
    assert asked.isna().tolist() == [False, True, True]


def table_of(asked, apparent):
    names = [f"p{index}" for index in range(len(asked))]
    return pd.DataFrame({"picture": names, "asked_age_years": asked, "apparent_age_years": apparent})


def test_an_age_is_right_within_years_and_a_share_of_itself():
    # 2 + .5 · asked: 0 ± 2, 10 ± 7.
    options = AgeOptions(tolerance_years=2.0, relative_tolerance=0.5)
    right = looks_right(table_of([0, 0, 10, 10, 10, 10], [2.0, 2.1, 3.0, 2.9, 17.0, 17.1]), options)
    assert right.to_dict() == {"p0": 1, "p1": 0, "p2": 1, "p3": 0, "p4": 1, "p5": 0}
    unknown = looks_right(table_of([np.nan, 10.0], [10.0, np.nan]), options)
    assert unknown.isna().all()


def test_the_error_and_its_interval():
    row = age_columns(table_of([10.0, 20.0, 30.0, np.nan], [12.0, 20.0, 20.0, 5.0]), VerificationOptions())
    assert row["age_error_years"] == pytest.approx(4.0)
    assert (row["age_error_years_low"], row["age_error_years_high"]) == (0.0, 10.0)
    assert row["age_order"] == pytest.approx(np.sqrt(3) / 2)  # of the ranks 1, 2.5, 2.5 over 1, 2, 3


def test_no_ages_make_no_numbers():
    empty = table_of([], []).astype({"asked_age_years": object})
    assert np.isnan(list(age_columns(empty, VerificationOptions()).values())).all()


def test_a_folder_without_a_probe_is_named_with_what_to_do(tmp_path):
    with pytest.raises(ProbeError, match=r"probe: There is no probe in .*nowhere.*--params avatar\.ages\.read=false"):
        open_age_probe(tmp_path / "nowhere")


def test_a_probe_that_reads_no_ages_is_named(tiny_probe, tmp_path):
    design = json.loads((tiny_probe / "probe.json").read_text())
    design["attributes"] = [one for one in design["attributes"] if one["name"] != "age_years"]
    save_probe(tmp_path / "probe", Probe(ProbeDesign.model_validate(design)))
    with pytest.raises(ProbeError, match=r"that in .*probe reads no age_years, only hair\. Name another"):
        open_age_probe(tmp_path / "probe")
