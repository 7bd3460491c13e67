"""On real paintings, where they are at hand: what random textures cannot show."""

from pathlib import Path

import pytest

from likeness.classify.changes import detail_change
from likeness.classify.controls import recall_after_change
from likeness.classify.cross_validation import cross_validate
from likeness.classify.judgements import predicted_classes
from likeness.classify.options import TrainingOptions
from likeness.classify.scores import accuracy
from likeness.cleaning import CleaningOptions, clean
from likeness.datasets import ImageSet


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_classes_are_told_apart_at_either_detail_level(paintings: Path, tmp_path: Path) -> None:
    pictures, _ = clean(ImageSet.from_folder(paintings), CleaningOptions(), str(tmp_path))
    labels, groups = pictures.manifest["class"].to_list(), pictures.manifest["group"].to_list()
    # A fifth of the default's views, so that it takes two minutes.
    views = {"versions": 5, "views_per_version": 1, "judged_grids": (2,), "flip": False}
    options = TrainingOptions.model_validate({"views": views, "epochs": 0})
    judged, _ = cross_validate(
        pictures, labels, options, tmp_path, groups=groups, changes={"reduced": detail_change(192, 80)}
    )
    shares = {
        name: accuracy(table["class"].to_list(), predicted_classes(table)).share
        for name, table in judged.groupby("change")
    }
    assert shares["as_they_are"] > 0.75
    assert shares["reduced"] > 0.7
    # Pictures that a generator made have nothing to lose; scans lose their finest brushwork.
    assert recall_after_change(judged, "reduced").set_index("class")["difference"].min() > -0.3
