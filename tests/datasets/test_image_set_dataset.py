import base64
import inspect
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError, Version
from pandas.testing import assert_frame_equal
from PIL import Image

from likeness.datasets.image_set import ImageSet
from likeness.datasets.image_set_dataset import ImageSetDataset
from likeness.datasets.picture import open_picture

VERSION = "2026-01-01T00.00.00.000Z"


def versioned(filepath):
    return ImageSetDataset(filepath, version=Version(None, VERSION))


@pytest.fixture
def images(album):
    metadata = pd.DataFrame(
        {
            "file": ["b.png", "child/a.jpg", "child/c.png"],
            "identity": ["007", "", None],
            "age_years": [0.1 + 0.2, np.nan, 70.0],
            "seed": [2**40, 1, 2],
            "held_out": [True, False, True],
            "prompt": ["a photo, 30 years", 'said "no"\nsecond line', "ü"],
        }
    )
    (album / "notes.txt").write_text("x")
    return ImageSet.from_folder(album, metadata)


@pytest.mark.parametrize("place", ["local", "memory"])
def test_a_set_comes_back_as_it_was(images, album, tmp_path, memory, place):
    photos = versioned(tmp_path / "photos" if place == "local" else "memory:///data/photos")
    photos.save(images)
    back = photos.load()
    assert_frame_equal(back.manifest, images.manifest, check_exact=True)
    assert_frame_equal(back.rejected, images.rejected)
    assert back.rejected["file"].tolist() == ["notes.txt"]
    assert back.digest == images.digest
    assert back.root.endswith(f"photos/{VERSION}/photos")
    assert back.root.startswith("memory://") is (place == "memory")
    np.testing.assert_array_equal(back.open("child/a.jpg"), open_picture(album / "child" / "a.jpg"))


def test_from_memory_to_this_machine_and_back(images, tmp_path, memory):
    versioned("memory:///there/photos").save(images)
    here = versioned(tmp_path / "photos")
    here.save(versioned("memory:///there/photos").load())
    assert here.load().digest == images.digest
    assert [image.size for _, image in here.load()] == [image.size for _, image in images]


def test_a_local_version_shares_the_files_it_was_made_from(images, album, tmp_path):
    photos = versioned(tmp_path / "photos")
    photos.save(images)
    assert (Path(photos.load().root) / "b.png").samefile(album / "b.png")


def test_only_the_pictures_chosen_are_stored(images, tmp_path):
    photos = versioned(tmp_path / "photos")
    photos.save(images.select(["child/c.png"]))
    folder = tmp_path / "photos" / VERSION / "photos"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "child/c.png",
        "manifest.csv",
        "manifest.json",
        "metadata.jsonl",
    ]


@pytest.mark.parametrize("version", [Version(None, VERSION), None])
def test_a_set_of_no_pictures_comes_back(images, tmp_path, version):
    photos = ImageSetDataset(tmp_path / "photos", version=version)
    photos.save(images.select([]))
    back = photos.load()
    assert len(back) == 0
    assert set(images.manifest.columns) <= set(back.manifest.columns) | {"group"}
    assert photos.preview()


def test_pictures_added_to_a_set_without_versions_are_found(images, tmp_path):
    photos = ImageSetDataset(tmp_path / "photos")
    photos.save(images)
    assert photos.exists()
    assert photos.load().digest == images.digest
    Image.new("RGB", (20, 20)).save(tmp_path / "photos" / "new.png")
    (tmp_path / "photos" / "b.png").unlink()
    Image.new("RGB", (30, 30)).save(tmp_path / "photos" / "b.png")
    back = photos.load().manifest.set_index("file")
    assert back.index.tolist() == ["b.png", "child/a.jpg", "child/c.png", "new.png"]
    assert back.loc["b.png", ["width", "identity"]].tolist() == [30, "007"]


def test_a_person_s_folder_is_read_as_it_is(album):
    Image.new("RGB", (1, 1)).save(album / "dot.png")
    photos = ImageSetDataset(album)
    assert photos.exists()
    images = photos.load()
    assert len(images) == 3
    assert images.rejected.to_dict("list") == {
        "file": ["dot.png"],
        "reason": ["1x1 pixels: smaller than 16 on a side"],
    }
    assert len(ImageSetDataset(album, minimum_side=40).load()) == 1
    assert not (album / "manifest.json").exists()
    assert ImageSetDataset(album, fs_args={"auto_mkdir": True}).load().storage_options == {"auto_mkdir": True}


def test_a_folder_without_usable_pictures_names_the_parameter(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "notes.txt").write_text("x")
    for name, problem in [
        ("nowhere", "there is no folder"),
        ("empty", "is empty"),
        ("texts", r"no picture in .* can be used \(notes\.txt: not a picture"),
    ]:
        photos = ImageSetDataset(tmp_path / name, parameter="sitter_photos")
        with pytest.raises(DatasetError, match=f"sitter_photos: .*{problem}.*--params sitter_photos=<folder>"):
            photos.load()
        assert photos.exists() is (name != "nowhere")
    with pytest.raises(DatasetError, match=r"nowhere: .*set the filepath of nowhere in the catalog"):
        ImageSetDataset(tmp_path / "nowhere").load()


def test_a_damaged_version_is_an_error_that_says_what_to_do(images, tmp_path):
    photos = versioned(tmp_path / "photos")
    photos.save(images)
    folder = tmp_path / "photos" / VERSION / "photos"
    described = json.loads((folder / "manifest.json").read_text())

    (folder / "b.png").rename(folder / "x.png")
    with pytest.raises(DatasetError, match=r"is damaged: b\.png is gone\. Delete this version"):
        photos.load()
    (folder / "x.png").rename(folder / "b.png")
    (folder / "manifest.json").write_text(json.dumps({**described, "format": 99}))
    with pytest.raises(DatasetError, match=r"manifest\.json is of format 99, expected 1"):
        photos.load()
    (folder / "manifest.json").write_text("{")
    with pytest.raises(DatasetError, match="its manifest cannot be read"):
        photos.load()
    (folder / "manifest.json").write_text(json.dumps(described))
    (folder / "manifest.csv").unlink()
    with pytest.raises(DatasetError, match=r"manifest\.csv is gone"):
        photos.load()


def test_metadata_that_cannot_be_stored_leaves_no_version(images, tmp_path):
    photos = versioned(tmp_path / "photos")
    column = pd.Series([object()] * 3, dtype=object)
    with pytest.raises(DatasetError, match="manifest of photos cannot be stored: object cannot be written"):
        photos.save(replace(images, manifest=images.manifest.assign(what=column)))
    assert not photos.exists()


def test_a_picture_cannot_take_the_manifest_s_name(images, tmp_path):
    manifest = images.manifest.assign(file=["manifest.json", "child/a.jpg", "child/c.png"])
    with pytest.raises(DatasetError, match=r"cannot be named manifest\.json"):
        versioned(tmp_path / "photos").save(replace(images, manifest=manifest))


def test_the_preview_is_a_contact_sheet_for_kedro_viz(tmp_path):
    for number in range(30):
        Image.new("RGB", (32, 32), (number * 8, 0, 0)).save(tmp_path / f"{number:02}.png")
    photos = ImageSetDataset(tmp_path)
    assert inspect.signature(photos.preview).return_annotation in ("ImagePreview", type(photos).preview)
    small, large = (
        Image.open(io.BytesIO(base64.b64decode(photos.preview(**arguments))))
        for arguments in ({"pictures": 4, "columns": 2}, {})
    )
    assert small.format == "PNG"
    assert large.size[0] > small.size[0]
    reds = {pixel[0] for pixel in np.asarray(small.convert("RGB")).reshape(-1, 3) if pixel[1] == 0 and pixel[2] == 0}
    assert reds == {0, 80, 152, 232}, "pictures spread evenly: 0, 10, 19 and 29"


def test_kedro_viz_shows_the_preview(album):
    from kedro_viz.models.flowchart.node_metadata import DataNodeMetadata
    from kedro_viz.models.flowchart.nodes import GraphNode

    node = GraphNode.create_data_node(
        dataset_id="photos",
        dataset_name="photos",
        layer="raw",
        tags=set(),
        dataset=ImageSetDataset(album, metadata={"kedro-viz": {"layer": "raw", "preview_args": {"pictures": 2}}}),
        modular_pipelines=set(),
    )
    shown = DataNodeMetadata(data_node=node)
    assert shown.preview_type == "ImagePreview"
    assert Image.open(io.BytesIO(base64.b64decode(str(shown.preview)))).format == "PNG"
