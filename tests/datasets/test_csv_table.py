import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from likeness.datasets.csv_table import table_from_csv, table_to_csv

TABLE = pd.DataFrame(
    {
        "file": ["007", 'a,b\n"c"', "", "ü ;"],
        "note": ["", None, "NA", "nan"],
        "seed": np.array([2**62, -1, 0, 7], dtype="int64"),
        "score": [0.1 + 0.2, np.nan, np.inf, 1e-300],
        "share": np.array([0.1, 1 / 3, 0, -0.0], dtype="float32"),
        "hard": [True, False, True, False],
        "age": pd.array([3, None, 5, 6], dtype="Int64"),
        "glasses": pd.array([True, None, False, True], dtype="boolean"),
        "embedding": pd.Series([[0.1, 2.0], None, [], {"a": [1]}], dtype=object),
        "taken": pd.to_datetime(["2026-01-02 03:04:05.678901", None, "1999-12-31", "2000-01-01"], format="ISO8601"),
    }
)


def test_every_cell_comes_back_as_it_was():
    text, schema = table_to_csv(TABLE)
    back = table_from_csv(text, schema)
    assert_frame_equal(back, TABLE, check_exact=True)
    assert back["note"].isna().tolist() == [False, True, False, False]
    assert np.signbit(back["share"].iloc[3])


def test_a_table_without_rows_keeps_its_columns_and_types():
    text, schema = table_to_csv(TABLE.iloc[:0])
    back = table_from_csv(text, schema)
    assert len(back) == 0
    assert_frame_equal(back.drop(columns="embedding"), TABLE.iloc[:0].drop(columns="embedding"))


def test_the_text_is_what_a_person_would_write():
    table = pd.DataFrame({"file": ["a.png", "b.png"], "age_years": [3.5, np.nan], "place": ["sea", None]})
    assert table_to_csv(table) == (
        "file,age_years,place\na.png,3.5,sea\nb.png,,\n",
        {"file": {"type": "text"}, "age_years": {"type": "float64"}, "place": {"type": "text", "missing": [1]}},
    )


def test_categories_are_kept_as_text():
    text, schema = table_to_csv(pd.DataFrame({"class": pd.Categorical(["a", "b", None])}))
    assert table_from_csv(text, schema)["class"].tolist()[:2] == ["a", "b"]


def test_what_json_cannot_hold_is_refused():
    for value in (object(), b"bytes", pd.Timedelta("1h")):
        with pytest.raises(TypeError, match="cannot be written as JSON"):
            table_to_csv(pd.DataFrame({"a": [value]}))


def test_a_person_s_table_is_read_by_what_its_cells_say():
    table = table_from_csv(
        "file,identity,age,score,hard,note,zip,empty\n1.png,007,3, 0.5,true,None,01234,\n2.png,12,-4,,False,,5,\n"
    )
    assert table.to_dict("list") == {
        "file": ["1.png", "2.png"],
        "identity": ["007", "12"],
        "age": [3, -4],
        "score": [0.5, pytest.approx(np.nan, nan_ok=True)],
        "hard": [True, False],
        "note": ["None", ""],
        "zip": ["01234", "5"],
        "empty": ["", ""],
    }
    assert table["age"].dtype == "int64"
    assert table["hard"].dtype == "bool"


def test_decimals_below_one_are_numbers():
    assert table_from_csv("x\n0.5\n-0.25\n1e-3\n")["x"].tolist() == [0.5, -0.25, 0.001]


def test_semicolons_blank_lines_and_windows_lines():
    table = table_from_csv("file;age\r\na.png;3\r\n\r\nb.png;4\r\n")
    assert table.to_dict("list") == {"file": ["a.png", "b.png"], "age": [3, 4]}


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n1\n", "line 2 has 1 cells, the header has 2"), ("a,a\n1,2\n", "two columns have the same name: a, a")],
)
def test_a_broken_table_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        table_from_csv(text)


def test_a_header_that_does_not_fit_the_schema_is_refused():
    with pytest.raises(ValueError, match=r"the columns are \['b'\], expected \['a'\]"):
        table_from_csv("b\n1\n", {"a": {"type": "int64"}})


def test_a_type_of_another_version_is_refused():
    with pytest.raises(ValueError, match="a column of type period is not known"):
        table_from_csv("a\n1\n", {"a": {"type": "period"}})


def test_no_text_is_an_empty_table():
    assert table_from_csv("").empty
