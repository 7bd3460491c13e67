import numpy as np
import pandas as pd
import pytest
from PIL import Image

from likeness.classify import cross_validation
from likeness.classify.baseline import cross_validate_baseline
from likeness.classify.changes import Change
from likeness.classify.cross_validation import cross_validate
from likeness.classify.folds import stratified_folds
from likeness.datasets import ImageSet

GREY = Change(lambda image: Image.new("RGB", image.size, (127, 127, 127)), "grey")


def test_every_picture_is_judged_once_by_the_folds_it_is_not_in(textures, labels, tiny, tmp_path):
    judged, history = cross_validate(textures, labels, tiny(epochs=0), tmp_path, folds=2, changes={"grey": GREY})
    plain = judged[judged["change"] == "as_they_are"].set_index("file")
    assert sorted(plain.index) == sorted(textures.manifest["file"])
    fold_of = dict(zip(textures.manifest["file"], stratified_folds(labels, folds=2, seed=0), strict=True))
    assert plain["fold"].to_dict() == fold_of
    assert (plain[["p_coarse", "p_fine"]].idxmax(axis=1) == "p_" + plain["class"]).all()
    # An even picture says nothing of the class: all of a fold are judged alike.
    changed = judged[judged["change"] == "grey"]
    assert changed.groupby("fold")["p_fine"].agg(np.ptp).max() < 1e-6
    assert sorted(history["fold"].unique()) == [0, 1]
    assert (history["temperature"] > 0).all()


def test_finished_folds_are_not_trained_again(textures, labels, tiny, tmp_path, monkeypatch):
    train, trainings = cross_validation.train, []

    def stopped(*arguments):
        if len(trainings) == 1:
            raise KeyboardInterrupt
        trainings.append(1)
        return train(*arguments)

    monkeypatch.setattr(cross_validation, "train", stopped)
    with pytest.raises(KeyboardInterrupt):
        cross_validate(textures, labels, tiny(epochs=0), tmp_path, folds=2)
    monkeypatch.setattr(cross_validation, "train", lambda *arguments: trainings.append(1) or train(*arguments))
    resumed, _ = cross_validate(textures, labels, tiny(epochs=0), tmp_path, folds=2)
    assert len(trainings) == 2
    fresh, _ = cross_validate(textures, labels, tiny(epochs=0), tmp_path / "fresh", folds=2)
    pd.testing.assert_frame_equal(resumed, fresh)


def test_groups_are_not_split(textures, labels, tiny, tmp_path):
    groups = [place // 2 for place in range(16)]
    judged, _ = cross_validate(textures, labels, tiny(epochs=0), tmp_path, folds=2, groups=groups)
    folds = judged.set_index("file")["fold"].loc[textures.manifest["file"]].to_numpy()
    np.testing.assert_array_equal(folds[::2], folds[1::2])


def test_the_baseline_sees_grey_and_size_and_no_texture(tmp_path, rng):
    for number in range(12):
        bright = np.clip(rng.normal(180 if number % 2 else 70, 30, (24, 24)), 0, 255).astype(np.uint8)
        Image.fromarray(bright).save(tmp_path / f"{number:02}.png")
    pictures = ImageSet.from_folder(tmp_path)
    labels = ["dark", "bright"] * 6
    table = cross_validate_baseline(pictures, labels, folds=3)
    assert (table[["p_bright", "p_dark"]].idxmax(axis=1) == "p_" + table["class"]).all()
    np.testing.assert_array_equal(table["fold"], stratified_folds(labels, folds=3, seed=0))
    np.testing.assert_allclose(table[["p_bright", "p_dark"]].sum(axis=1), 1)
