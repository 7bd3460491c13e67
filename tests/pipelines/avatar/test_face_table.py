import logging
from pathlib import Path

import pandas as pd
import pytest

from likeness.datasets import ImageSet
from likeness.faces.detection import Detector
from likeness.faces.weights import FaceModelError
from likeness.pipelines.avatar import face_table
from likeness.pipelines.avatar.face_table import boxes, find_faces, reasons, sitter_faces

DETECTOR = Detector("dlib", 25, align=False)
SAMPLE = Path(__file__).parents[3] / "data" / "01_raw" / "sitter_photos"


def faces_of(rows):
    """Rows of (file, embedding) in order; several rows of a file are several faces, None is no face."""
    table = pd.DataFrame(rows, columns=["file", "embedding"])
    table["face"] = table.groupby("file").cumcount().where(table["embedding"].notna(), -1)
    table["faces"] = table["embedding"].notna().groupby(table["file"]).transform("sum")
    size = table["face"] + 1
    reason = table["embedding"].isna().map({True: "no face", False: ""})
    return table.assign(recogniser="Dlib", x=size, y=2 * size, w=10 * size, h=10 * size, reason=reason)


def test_among_several_faces_the_sitters_is_the_one_like_the_others(caplog):
    caplog.set_level(logging.WARNING)
    table = faces_of(
        [("a", [1.0, 0.0]), ("b", [0.9, 0.1]), ("party", [0.0, 1.0]), ("party", [1.0, 0.1]), ("back", None)]
    )
    kept = sitter_faces(table, "euclidean")
    assert kept["file"].tolist() == ["a", "b", "party"]
    assert kept["embedding"].tolist()[2] == [1.0, 0.1]
    assert "party (2 faces)" in caplog.text
    assert "Crop them to one person" in caplog.text


def test_without_a_photo_of_one_person_the_largest_face_is_taken():
    kept = sitter_faces(faces_of([("a", [0.0, 1.0]), ("a", [1.0, 0.0]), ("a", [1.0, 1.0])]), "cosine")
    assert kept["embedding"].tolist() == [[1.0, 1.0]]


def test_photos_of_one_person_are_kept_as_they_are():
    table = faces_of([("a", [1.0, 0.0]), ("b", None)])
    assert sitter_faces(table, "cosine")["file"].tolist() == ["a"]


def test_boxes_and_reasons():
    table = faces_of([("a", [1.0, 0.0]), ("a", [0.0, 1.0]), ("b", None)])
    assert boxes(table) == {"a": (1, 2, 10, 10)}
    assert reasons(table).to_dict() == {"a": "", "b": "no face"}


@pytest.fixture
def photos():
    table = ImageSet.from_folder(SAMPLE)
    easy = table.manifest.loc[table.manifest["hard"].fillna("") == "", "file"]
    return table.select(
        [*easy.head(2), *table.manifest.loc[table.manifest["hard"] == "back of the head", "file"].head(1)]
    )


@pytest.fixture
def searched(monkeypatch):
    """Files in which faces were looked for, call by call."""
    calls = []
    embed = face_table.embed_pictures

    def spied(images, *arguments, **options):
        images = list(images)
        calls.extend(file for file, _ in images)
        return embed(images, *arguments, **options)

    monkeypatch.setattr(face_table, "embed_pictures", spied)
    return calls


def test_a_photo_is_searched_once(photos, searched, tmp_path):
    settings = {"recognisers": ["Dlib"], "detector": DETECTOR, "allow_download": False, "work_folder": str(tmp_path)}
    files = photos.manifest["file"].tolist()
    first = find_faces(photos.select(files[:2]), **settings)
    assert searched == files[:2]
    searched.clear()
    everything = find_faces(photos, **settings)
    assert searched == files[2:]
    assert everything["file"].tolist() == files
    assert everything["reason"].tolist()[2] == "no face found by dlib"
    pd.testing.assert_frame_equal(everything.head(2), first, check_dtype=False)
    assert len(everything["embedding"].iloc[0]) == 128


def test_the_same_picture_under_another_name_is_not_searched_again(photos, searched, tmp_path):
    settings = {"recognisers": ["Dlib"], "detector": DETECTOR, "allow_download": False, "work_folder": str(tmp_path)}
    find_faces(photos, **settings)
    renamed = ImageSet(photos.root, photos.manifest.assign(file=["x.jpg", "y.jpg", "z.jpg"]))
    searched.clear()
    assert find_faces(renamed, **settings)["file"].tolist() == ["x.jpg", "y.jpg", "z.jpg"]
    assert searched == []


def test_faces_cut_out_otherwise_are_searched_anew(photos, searched, tmp_path):
    settings = {"recognisers": ["Dlib"], "allow_download": False, "work_folder": str(tmp_path)}
    one = photos.select(photos.manifest["file"].head(1))
    ways = [DETECTOR, Detector("dlib", 25, align=True), Detector("dlib", 0, align=False)]
    tables = [find_faces(one, detector=way, **settings) for way in [*ways, DETECTOR]]
    assert searched == one.manifest["file"].tolist() * 3
    assert [(table["expand_percentage"].iloc[0], table["align"].iloc[0]) for table in tables[:3]] == [
        (25, False),
        (25, True),
        (0, False),
    ]
    assert tables[3].equals(tables[0])
    assert len({tuple(table["embedding"].iloc[0]) for table in tables}) == 3


def test_an_unknown_recogniser_is_refused(photos, tmp_path):
    with pytest.raises(FaceModelError, match=r"'ArkFace' is unknown; expected one of .*ArcFace"):
        find_faces(photos, ["ArkFace"], DETECTOR, allow_download=False, work_folder=str(tmp_path))


def test_no_pictures_have_no_faces(photos, tmp_path):
    table = find_faces(photos.select([]), ["Dlib"], DETECTOR, allow_download=False, work_folder=str(tmp_path))
    assert table.empty
    assert {"file", "face", "embedding", "reason"} <= set(table.columns)
