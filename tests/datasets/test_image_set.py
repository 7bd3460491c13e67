import logging
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from likeness.datasets.digest import digest_of
from likeness.datasets.image_set import ImageSet
from likeness.datasets.picture import UnreadablePictureError, open_picture

FILES = ["b.png", "child/a.jpg", "child/c.png"]


def test_a_plain_folder(album):
    images = ImageSet.from_folder(album)
    assert images.root == str(album)
    assert len(images) == 3
    assert images.manifest["file"].tolist() == FILES
    assert images.manifest["group"].tolist() == ["", "child", "child"]
    assert images.rejected.empty


def test_pictures_are_opened_one_by_one(album):
    images = ImageSet.from_folder(album)
    np.testing.assert_array_equal(images.open("child/c.png"), open_picture(album / "child" / "c.png"))
    rows = [(row["file"], int(row["width"]), image.size) for row, image in images]
    assert rows == [("b.png", 48, (48, 32)), ("child/a.jpg", 40, (40, 60)), ("child/c.png", 48, (48, 32))]
    iterator = iter(images)
    next(iterator)
    (album / "child" / "a.jpg").unlink()
    with pytest.raises(UnreadablePictureError, match=r"child/a\.jpg: no longer in .*album"):
        next(iterator)


def test_a_picture_broken_since_is_named_by_its_file(album):
    images = ImageSet.from_folder(album)
    (album / "b.png").write_bytes(b"no longer a picture")
    with pytest.raises(UnreadablePictureError) as caught:
        images.open("b.png")
    assert caught.value.file == "b.png"


def test_only_pictures_of_the_set_are_opened(album):
    images = ImageSet.from_folder(album).select(["b.png"])
    with pytest.raises(KeyError, match=r"child/a.jpg"):
        images.open("child/a.jpg")


def test_metadata_given_is_joined_on_file(album):
    given = pd.DataFrame({"file": ["child/c.png", "b.png", "gone.png"], "age": [7.5, 40.0, 1.0], "width": [1, 1, 1]})
    images = ImageSet.from_folder(album, given)
    assert images.manifest["age"].tolist() == [40.0, pytest.approx(np.nan, nan_ok=True), 7.5]
    assert images.manifest["width"].tolist() == [48, 40, 48]
    assert images.rejected.to_dict("list") == {"file": ["gone.png"], "reason": ["no such file in the folder"]}


def test_manifest_csv_of_the_folder_is_metadata(album):
    (album / "manifest.csv").write_text(
        "\ufefffile,identity,group\nb.png,007,adult\nchild/a.jpg,012,\nlost.png,3,adult\n", encoding="utf-8"
    )
    images = ImageSet.from_folder(album)
    assert images.manifest["identity"].tolist()[:2] == ["007", "012"]
    assert images.manifest["group"].tolist() == ["adult", "child", "child"]
    assert images.rejected["file"].tolist() == ["lost.png"]


@pytest.mark.parametrize("text", ["name\nb.png\n", "file,age\nb.png\n", "file\nb.png\n./b.png\n"])
def test_a_broken_manifest_csv_is_named(album, text):
    (album / "manifest.csv").write_text(text)
    with pytest.raises(DatasetError, match=r"album: .*Correct manifest\.csv"):
        ImageSet.from_folder(album)


def test_only_the_files_asked_for_are_looked_at(album):
    (album / "embeddings.parquet").write_bytes(b"not a picture")
    images = ImageSet.from_folder(album, files=["child/c.png", "b.png"])
    assert images.manifest["file"].tolist() == ["child/c.png", "b.png"]
    assert images.rejected.empty
    everybody = pd.DataFrame({"file": ["child/a.jpg", "b.png"], "age": [1, 2]})
    images = ImageSet.from_folder(album, everybody, files=["b.png"])
    assert images.manifest["age"].tolist() == [2]
    assert images.rejected.empty


def test_bad_files_are_set_aside_and_warned_of_by_name_once(album, caplog):
    for number in range(14):
        (album / f"note{number:02}.txt").write_text("secret words")
    with caplog.at_level(logging.WARNING):
        images = ImageSet.from_folder(album)
        ImageSet.from_folder(album)
    assert len(images) == 3
    assert len(images.rejected) == 14
    assert len(caplog.records) == 1
    warning = caplog.records[0].getMessage()
    assert "3 pictures can be used, 14 files set aside" in warning
    assert "note11.txt (not a picture" in warning
    assert warning.endswith("and 2 more")
    assert "secret" not in warning


def test_a_folder_without_pictures_is_an_empty_set(tmp_path):
    images = ImageSet.from_folder(tmp_path)
    assert len(images) == 0
    assert list(images) == []
    assert images.manifest.columns.tolist() == ["file", "sha256", "width", "height"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match=r"There is no folder .*nowhere"):
        ImageSet.from_folder(tmp_path / "nowhere")


def test_select_keeps_the_order_given(album):
    images = ImageSet.from_folder(album)
    chosen = images.select(iter(["child/c.png", "b.png"]))
    assert chosen.manifest["file"].tolist() == ["child/c.png", "b.png"]
    assert chosen.manifest.index.tolist() == [0, 1]
    assert chosen.root == images.root
    assert len(images.select([])) == 0
    with pytest.raises(KeyError, match=r"no picture 'x.png'"):
        images.select(["b.png", "x.png"])
    with pytest.raises(ValueError, match="names a file twice"):
        images.select(["b.png", "b.png"])


def test_the_digest_is_over_names_contents_order_and_metadata(album, tmp_path, photograph):
    images = ImageSet.from_folder(album)
    shutil.copytree(album, tmp_path / "moved")
    assert ImageSet.from_folder(tmp_path / "moved").digest == images.digest
    assert replace(images, manifest=images.manifest[images.manifest.columns[::-1]]).digest == images.digest
    assert digest_of(images) == digest_of(ImageSet.from_folder(tmp_path / "moved"))
    others = [
        images.select(["b.png"]),
        images.select(FILES[::-1]),
        replace(images, manifest=images.manifest.assign(age=1)),
        replace(images, manifest=images.manifest.assign(age=2)),
    ]
    photograph(9).save(tmp_path / "moved" / "b.png")
    others.append(ImageSet.from_folder(tmp_path / "moved"))
    assert len({images.digest, *(other.digest for other in others)}) == 6


def test_a_manifest_must_have_the_measured_columns(tmp_path):
    with pytest.raises(ValueError, match="lacks the columns sha256, width, height"):
        ImageSet(str(tmp_path), pd.DataFrame({"file": ["a.png"]}))


def test_pictures_in_memory(album, memory):
    memory.put(str(album), "/album", recursive=True)
    images = ImageSet.from_folder("memory://album")
    assert images.digest == ImageSet.from_folder(album).digest
    np.testing.assert_array_equal(images.open("child/c.png"), open_picture(album / "child" / "c.png"))
    memory.rm("/album/b.png")
    with pytest.raises(UnreadablePictureError, match=r"b\.png: no longer in memory://album"):
        images.open("b.png")


def test_credentials_are_not_shown(album):
    images = ImageSet.from_folder(album, storage_options={"auto_mkdir": True})
    assert images.open("b.png").size == (48, 32)
    assert "auto_mkdir" not in repr(images)
