import pandas as pd
import pytest

from likeness.datasets.metadata import metadata_by_file, with_groups


def test_metadata_is_indexed_by_mended_file_names_without_what_is_measured():
    table = pd.DataFrame({"file": [" ./a.png", "child\\b.png"], "width": [1, 1], "sha256": ["x", "y"], "age": [3, 4]})
    indexed = metadata_by_file(table)
    assert indexed.index.tolist() == ["a.png", "child/b.png"]
    assert indexed.columns.tolist() == ["age"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"name": ["a"], "age": [1]}), "no column 'file', only name, age"),
        (pd.DataFrame({"file": ["a.png", "b.png", "./a.png"]}), "more than one row for a.png"),
    ],
)
def test_metadata_that_cannot_be_joined_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        metadata_by_file(table)


def test_the_top_folder_is_the_group_where_nothing_is_said():
    files = ["a.png", "child/b.png", "adult/phone/c.png", "child/d.png"]
    assert with_groups(pd.DataFrame({"file": files}))["group"].tolist() == ["", "child", "adult", "child"]
    said = pd.DataFrame({"file": files, "group": ["other", "", None, "adult"]})
    assert with_groups(said)["group"].tolist() == ["other", "child", "adult", "adult"]


def test_a_flat_folder_has_no_groups():
    assert with_groups(pd.DataFrame({"file": ["a.png"]})).columns.tolist() == ["file"]
    assert with_groups(pd.DataFrame({"file": ["a.png"], "group": ["x"]}))["group"].tolist() == ["x"]
