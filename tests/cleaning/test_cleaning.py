import io
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import Version
from PIL import Image

from likeness.cleaning import ClassError, CleaningOptions, clean
from likeness.datasets import ImageSet, ImageSetDataset

SMALL = CleaningOptions(size=32, folds=2)


def rows(report):
    return {row["file"]: row for _, row in report.iterrows()}


def test_good_pictures_come_out_described(gallery, two_classes, tmp_path):
    cleaned, report = clean(gallery(two_classes), SMALL, str(tmp_path / "work"))
    assert list(cleaned.manifest.columns) == [
        *("file", "sha256", "width", "height", "class", "group", "split", "fold", "source", "scale")
    ]
    assert len(cleaned) == len(report) == 8
    assert set(cleaned.manifest["source"]) == set(two_classes)
    assert set(cleaned.manifest[["width", "height"]].to_numpy().ravel()) == {32}
    for row, picture in cleaned:
        assert row["class"] == row["source"][0]
        np.testing.assert_array_equal(np.asarray(picture)[..., 0], np.asarray(picture)[..., 2])
    table = pd.crosstab(cleaned.manifest["class"], cleaned.manifest["split"])
    assert table.to_numpy().tolist() == [[3, 1], [3, 1]]
    assert pd.crosstab(cleaned.manifest["class"], cleaned.manifest["fold"]).to_numpy().tolist() == [[2, 2], [2, 2]]
    assert (report["status"] == "kept").all()
    assert (report["reason"] == "").all()
    assert report["cleaned"].tolist() == cleaned.manifest["file"].tolist()


def test_the_catalog_keeps_what_was_cleaned(gallery, two_classes, tmp_path):
    options = SMALL.model_copy(update={"test_share": 0.25})
    cleaned, _ = clean(gallery(two_classes), options, str(tmp_path / "work"))
    tested = cleaned.manifest["split"] == "test"
    assert cleaned.manifest.loc[tested, "fold"].isna().all()
    assert cleaned.manifest.loc[~tested, "fold"].notna().all()
    dataset = ImageSetDataset(tmp_path / "saved", version=Version(None, "2026-01-01T00.00.00.000Z"))
    dataset.save(cleaned)
    assert dataset.load().digest == cleaned.digest


def test_near_duplicates_stay_together(gallery, two_classes, scene, tmp_path, caplog):
    large = {file: scene(number, 160, 160) for number, file in enumerate(two_classes)}
    first, *_ = large
    images = gallery(
        {**large, "0/smaller.jpg": large[first].resize((90, 90)), "1/cut.png": large[first].crop((8, 8, 150, 150))}
    )
    with caplog.at_level(logging.INFO, logger="likeness.cleaning"):
        cleaned, report = clean(images, SMALL, str(tmp_path / "work"))
    together = cleaned.manifest[cleaned.manifest["source"].isin([first, "0/smaller.jpg", "1/cut.png"])]
    assert len(together) == 3
    for column in ("group", "split", "fold"):
        assert together[column].nunique() == 1
    assert cleaned.manifest["group"].nunique() == 8
    assert rows(report)[first]["near_duplicates"] == "0/smaller.jpg; 1/cut.png"
    assert f"{first} and 1/cut.png" in caplog.text


def test_a_picture_in_two_classes_is_taken_from_both(gallery, two_classes, tmp_path, caplog):
    images = gallery({**two_classes, "0/same.jpg": two_classes["1/1.png"]})
    root = Path(images.root)
    (root / "1" / "0-again.png").write_bytes((root / "0" / "0.png").read_bytes())
    (root / "0" / "2_again.png").write_bytes((root / "0" / "2.png").read_bytes())
    cleaned, report = clean(ImageSet.from_folder(root), SMALL, str(tmp_path / "work"))
    reasons = report.set_index("file")["reason"]
    assert reasons["0/0.png"] == "the same picture as 1/0-again.png, which is in class 1"
    assert reasons["1/0-again.png"] == "the same picture as 0/0.png, which is in class 0"
    assert reasons["0/same.jpg"] == "the same picture as 1/1.png, which is in class 1"
    assert reasons["1/1.png"] == "the same picture as 0/same.jpg, which is in class 0"
    assert reasons["0/2_again.png"] == "duplicate of 0/2.png"
    assert reasons["0/2.png"] == ""
    assert set(cleaned.manifest["source"]) == set(two_classes) - {"0/0.png", "1/1.png"}
    assert "0/0.png (the same picture as 1/0-again.png" in caplog.text


def test_copies_within_a_class_are_kept_but_not_twice_the_same(gallery, two_classes, tmp_path):
    images = gallery({**two_classes, "0/0.bmp": two_classes["0/0.png"]})
    _, report = clean(images, SMALL, str(tmp_path / "work"))
    assert rows(report)["0/0.bmp"]["status"] == "kept"
    assert rows(report)["0/0.png"]["reason"] == "duplicate of 0/0.bmp once cleaned"


def test_what_cannot_be_used_is_reported_and_harms_nothing(gallery, two_classes, scene, tmp_path, caplog):
    root = Path(
        gallery(
            {
                **two_classes,
                "0/blank.png": Image.new("RGB", (64, 64), "red"),
                "lonely.png": scene(20),
                "0/tiny.png": scene(21, 40, 90),
                "7/other.png": scene(22),
            }
        ).root
    )
    whole = io.BytesIO()
    scene(23, 200, 200).save(whole, format="JPEG")
    (root / "1" / "cut_short.jpg").write_bytes(whole.getvalue()[:2000])
    (root / "1" / "notes.txt").write_text("not a picture")
    options = SMALL.model_copy(update={"classes": ("0", "1")})
    cleaned, report = clean(ImageSet.from_folder(root), options, str(tmp_path / "work"))
    reasons = report[report["status"] == "set aside"].set_index("file")["reason"]
    expected = {
        "0/blank.png": "blank",
        "lonely.png": "no class",
        "0/tiny.png": "40x90 pixels: smaller than cleaning.minimum_side, 64",
        "7/other.png": "class 7 is none of cleaning.classes",
        "1/cut_short.jpg": "truncated",
        "1/notes.txt": "not a picture",
    }
    assert set(reasons.index) == set(expected)
    for file, reason in expected.items():
        assert reasons[file].startswith(reason)
    assert len(cleaned) == 8
    assert report[report["status"] == "set aside"][["cleaned", "group", "split", "fold"]].isna().all(axis=None)
    assert "0/blank.png" in caplog.text


def test_a_class_of_one_picture_is_refused(gallery, two_classes, scene, tmp_path):
    images = gallery({**two_classes, "2/only.png": scene(30)})
    with pytest.raises(ClassError, match=r"class 2 has one picture, 2/only\.png"):
        clean(images, SMALL, str(tmp_path / "work"))
    cleaned, _ = clean(images, SMALL.model_copy(update={"classes": ("0", "1")}), str(tmp_path / "work"))
    assert set(cleaned.manifest["class"]) == {"0", "1"}


def test_a_flat_folder_with_a_table_works_and_keeps_its_columns(gallery, scene, tmp_path):
    images = gallery({f"{number}.png": scene(number) for number in range(6)})
    table = pd.DataFrame(
        {
            "file": [f"{number}.png" for number in range(6)],
            "class": [number % 2 for number in range(6)],
            "artist": list("abcdef"),
        }
    )
    cleaned, _ = clean(ImageSet.from_folder(images.root, table), SMALL, str(tmp_path / "work"))
    by_source = cleaned.manifest.set_index("source")
    assert by_source["class"].to_dict() == {f"{number}.png": str(number % 2) for number in range(6)}
    assert by_source["artist"].to_dict() == dict(zip(table["file"], table["artist"], strict=True))


def test_the_same_run_twice_gives_the_same(gallery, two_classes, tmp_path):
    images = gallery(two_classes)
    first, first_report = clean(images, SMALL, str(tmp_path / "one"))
    second, second_report = clean(images, SMALL, str(tmp_path / "two"))
    assert first.digest == second.digest
    assert first_report.equals(second_report)
    without, _ = clean(images, SMALL.model_copy(update={"folds": None}), str(tmp_path / "one"))
    assert "fold" not in without.manifest
