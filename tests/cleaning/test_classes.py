from pathlib import Path

import pandas as pd
import pytest

from likeness.cleaning.classes import ClassError, check_classes, class_labels, in_order
from likeness.datasets import ImageSet


def members(**classes):
    """Pictures of classes by their groups, such as c0=["a", "b"]."""
    rows = [
        (f"{name[1:]}/{row}.png", name[1:], group) for name, own in classes.items() for row, group in enumerate(own)
    ]
    return pd.DataFrame(rows, columns=["file", "class", "group"]).set_index("file")


def test_the_folder_names_the_class(gallery, scene):
    images = gallery({"0/a.png": scene(0), "0/deep/b.png": scene(1), "other/c.png": scene(2), "d.png": scene(3)})
    labels = class_labels(images)
    assert labels.to_dict() == {"0/a.png": "0", "0/deep/b.png": "0", "other/c.png": "other", "d.png": ""}


def test_the_table_says_it_first(gallery, scene):
    images = gallery({"0/a.png": scene(0), "0/b.png": scene(1), "c.png": scene(2), "d.png": scene(3)})
    metadata = pd.DataFrame({"file": ["0/a.png", "c.png", "d.png"], "class": [4, 1.0, None]})
    labels = class_labels(ImageSet.from_folder(images.root, metadata))
    assert labels.to_dict() == {"0/a.png": "4", "0/b.png": "0", "c.png": "1", "d.png": ""}


def test_files_set_aside_have_a_class_too(gallery, scene):
    images = gallery({"a.png": scene(0), "1/b.png": scene(1)})
    root = Path(images.root)
    (root / "copy.png").write_bytes((root / "a.png").read_bytes())
    (root / "1" / "broken.png").write_bytes(b"no picture")
    (root / "manifest.csv").write_text("file,class\na.png,0\ncopy.png,1\n")
    labels = class_labels(ImageSet.from_folder(root))
    assert labels.to_dict() == {"1/b.png": "1", "a.png": "0", "copy.png": "1", "1/broken.png": "1"}


def test_numbers_come_in_order_before_words():
    assert in_order(["10", "b", "2", "a", "2"]) == ["2", "10", "a", "b"]


def test_two_classes_are_enough(gallery, two_classes):
    check_classes(gallery(two_classes), members(c0=["a", "b"], c1=["c", "d"]), None, 2)


@pytest.mark.parametrize(
    ("given", "wanted", "parts", "message"),
    [
        ({"c0": ["a"] * 2}, None, 2, "only class 0 has pictures"),
        ({}, None, 2, "no class has pictures"),
        ({"c0": ["a", "b"], "c1": ["c", "d"]}, ("0", "1", "3"), 2, "class 3 has no picture.*Add pictures to .*/3, or "),
        ({"c0": ["a", "b"], "c1": ["c"]}, None, 2, "class 1 has one picture, 1/0.png, too few for 2 parts"),
        ({"c0": ["a", "b"], "c1": ["c"] * 3}, None, 2, "class 1 has 3 pictures that are all near-duplicates"),
        ({"c0": list("abcde"), "c1": ["f", "g", "g"]}, None, 5, "class 1 has 3 pictures in 2 groups .* for 5 parts"),
        ({"c0": list("abcde"), "c1": ["f", "g"]}, None, 5, "class 1 has 2 pictures, too few for 5 parts"),
    ],
)
def test_what_cannot_be_learned_from_is_named(gallery, two_classes, given, wanted, parts, message):
    images = gallery(two_classes)
    if set(given) != {"c0", "c1"}:
        images = ImageSet.from_folder(images.root, pd.DataFrame({"file": ["0/0.png"], "class": ["0"]}))
    with pytest.raises(ClassError, match=message) as caught:
        check_classes(images, members(**given), wanted, parts)
    assert "cleaning." in str(caught.value) or "manifest.csv" in str(caught.value)
    assert images.root in str(caught.value)


def test_an_empty_folder_and_one_of_broken_files_are_named(gallery, two_classes):
    root = Path(gallery(two_classes).root)
    (root / "2").mkdir()
    (root / ".cache").mkdir()
    usable = members(c0=["a", "b"], c1=["c", "d"])
    with pytest.raises(ClassError, match="class 2 has no picture that can be used") as empty:
        check_classes(ImageSet.from_folder(root), usable, None, 2)
    assert "remove the folder" in str(empty.value)
    (root / "2" / "notes.png").write_bytes(b"no picture")
    with pytest.raises(ClassError, match=r"\(2/notes.png: not a picture"):
        check_classes(ImageSet.from_folder(root), usable, None, 2)
    check_classes(ImageSet.from_folder(root), usable, ("0", "1"), 2)
