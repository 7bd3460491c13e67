import json

import pandas as pd
import pytest
from kedro.io import DatasetError

from likeness.datasets.image_folder import metadata_lines
from likeness.datasets.image_set import ImageSet
from likeness.datasets.image_set_dataset import ImageSetDataset
from likeness.datasets.scan import duplicate_of


def describe(folder, *rows):
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_columns_are_taken_over_and_text_is_the_caption(album):
    describe(
        album,
        {"file_name": "child/a.jpg", "text": "café, at the sea", "age_years": 7.5},
        "",
        {"file_name": ".\\b.png", "caption": "mine", "text": "kept", "boxes": [[1, 2]]},
    )
    manifest = ImageSet.from_folder(album).manifest.set_index("file")
    assert list(manifest.index) == ["b.png", "child/a.jpg", "child/c.png"]
    assert manifest.loc["child/a.jpg", ["caption", "age_years", "group"]].tolist() == ["café, at the sea", 7.5, "child"]
    assert manifest.loc["b.png", ["caption", "text", "boxes"]].tolist() == ["mine", "kept", [[1, 2]]]
    assert manifest.loc["child/c.png", ["caption", "age_years"]].isna().all()


def test_of_splits_the_training_one_is_read(album, tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    album.rename(root / "train")
    (root / "test").mkdir()
    describe(root / "train", {"file_name": "child/a.jpg", "text": "me"})
    images = ImageSetDataset(root).load()
    assert images.root == str(root / "train")
    assert images.manifest["group"].tolist() == ["", "child", "child"]
    images.open("child/a.jpg")
    describe(root, {"file_name": "train/b.png"})
    assert "train/b.png" in ImageSet.from_folder(root).manifest["file"].tolist()


def test_our_own_manifest_goes_first(album):
    describe(album, {"file_name": "b.png", "text": "theirs"})
    (album / "manifest.csv").write_text("file,caption\nb.png,ours\n")
    assert ImageSet.from_folder(album).manifest["caption"].tolist()[0] == "ours"


def test_a_file_that_is_not_there_is_set_aside_with_its_line(album, photograph):
    (album / "copy.png").write_bytes((album / "b.png").read_bytes())
    describe(album, {"file_name": "b.png"}, {"file_name": "gone.jpg"}, {"file_name": "copy.png"})
    rejected = ImageSet.from_folder(album).rejected.set_index("file")["reason"]
    assert rejected["gone.jpg"] == "no such file in the folder (metadata.jsonl, line 2)"
    assert duplicate_of(rejected["copy.png"]) == "b.png"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"file_name": "b.png"}, "{broken"], "line 2: no JSON"),
        ([{"file": "b.png"}], "line 1: no file_name"),
        (["[1]"], "line 1: no file_name"),
        ([{"file_name": 7}], "line 1: no file_name"),
        ([{"file_name": "../b.png"}], r"line 1: \.\./b\.png is not inside"),
        ([{"file_name": "b.png"}, "", {"file_name": "./b.png"}], "line 3: b.png is described in line 1 already"),
    ],
)
def test_odd_lines_are_named(album, rows, message):
    describe(album, *rows)
    with pytest.raises(DatasetError, match=rf"album: metadata.jsonl, {message}.*Correct"):
        ImageSet.from_folder(album)


def test_a_stored_set_is_in_this_form_too(album, tmp_path):
    images = ImageSet.from_folder(album, pd.DataFrame({"file": ["b.png"], "prompt": ["ä photo"], "seed": [3]}))
    ImageSetDataset(tmp_path / "stored").save(images)
    rows = [json.loads(line) for line in (tmp_path / "stored" / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert [row["file_name"] for row in rows] == ["b.png", "child/a.jpg", "child/c.png"]
    assert (rows[0]["prompt"], rows[0]["seed"], rows[0]["width"]) == ("ä photo", 3, 48)
    assert (rows[1]["prompt"], rows[1]["seed"]) == (None, None)
    loaded = ImageSetDataset(tmp_path / "stored").load()
    assert loaded.rejected.empty
    assert loaded.digest == images.digest
    (tmp_path / "stored" / "manifest.csv").unlink()
    assert ImageSet.from_folder(tmp_path / "stored").manifest["prompt"][0] == "ä photo"


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        metadata_lines(pd.DataFrame({"file": ["a"], "odd": [{1, 2}]}))
