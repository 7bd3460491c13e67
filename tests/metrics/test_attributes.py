import io

import numpy as np
import pandas as pd
import pytest

from likeness.metrics.attributes import Attribute, attributes_of, decode, encode, widths, with_none

TABLE = pd.DataFrame(
    {
        "index": [0, 1, 2, 3],
        "world": ["portrait", "portrait", "landscape", "landscape"],
        "glasses": [True, False, None, None],
        "tree": [None, None, "oak", ""],
        "age_years": [0.0, 80.0, None, None],
        "same": ["always"] * 4,
    }
)
HAIR = Attribute(name="hair", kind="categorical", values=("black", "red"))
GLASSES = Attribute(name="glasses", kind="flag", values=(False, True))
AGE = Attribute(name="age_years", kind="number", values=(0.0, 10.0, 50.0))


def stored(table):
    """A table after it was a CSV file."""
    return pd.read_csv(io.StringIO(table.to_csv(index=False)))


def test_what_can_be_asked_follows_from_the_table():
    world, glasses, tree, age = attributes_of(TABLE, unread=["index"])
    assert (world.kind, world.values) == ("categorical", ("landscape", "portrait"))
    assert (glasses.kind, glasses.values) == ("flag", (False, True))
    assert (tree.kind, tree.values) == ("categorical", ("", "oak"))
    assert age.kind == "number"
    assert (age.values[0], age.values[-1]) == (0.0, 80.0)


def test_it_is_the_same_once_the_table_has_been_a_file():
    again = with_none(stored(TABLE), "world")
    assert attributes_of(again, unread=["index"]) == attributes_of(TABLE, unread=["index"])
    assert again["tree"].isna().tolist() == [True, True, False, False]


def test_no_tree_is_not_the_same_as_no_landscape():
    filled = with_none(stored(TABLE), "world")
    assert filled["tree"].tolist()[2:] == ["oak", ""]
    assert filled["glasses"].isna().tolist() == [False, False, True, True]
    pd.testing.assert_frame_equal(with_none(TABLE, "nothing"), TABLE)


def test_a_name_is_no_category():
    names = pd.DataFrame({"name": [f"name {number}" for number in range(65)]})
    with pytest.raises(ValueError, match="Column name has 65 values"):
        attributes_of(names)
    with pytest.raises(ValueError, match="None of the columns name is left"):
        attributes_of(names, unread=["name"])


def test_anchors_lie_close_where_pictures_are_many():
    ages = np.concatenate([np.linspace(0, 10, 900), np.linspace(10, 90, 100)])
    (age,) = attributes_of(pd.DataFrame({"age_years": ages}))
    assert sum(anchor <= 10 for anchor in age.values) >= 20


def test_distributions_by_hand():
    table = pd.DataFrame({"hair": ["red", None], "glasses": [None, True], "age_years": [20.0, 60.0]})
    encoded = encode(table, [HAIR, GLASSES, AGE])
    # 20 lies a quarter of the way from 10 to 50; 60 is beyond the last anchor.
    assert encoded.tolist() == [[0, 1, 0, 0, 0, 0.75, 0.25], [0, 0, 0, 1, 0, 0, 1]]
    assert encoded.shape[1] == sum(widths([HAIR, GLASSES, AGE]))


def test_a_column_that_is_not_there_is_missing_everywhere():
    assert not encode(pd.DataFrame({"hair": ["red"]}), [GLASSES, AGE]).any()


def test_a_value_that_was_never_learned_is_an_error():
    with pytest.raises(ValueError, match="hair blue is none of black, red"):
        encode(pd.DataFrame({"hair": ["red", "blue"]}), [HAIR])


def test_reading_undoes_writing():
    table = pd.DataFrame({"hair": ["red", "black"], "glasses": [True, False], "age_years": [33.0, 5.0]})
    read = decode(encode(table, [HAIR, GLASSES, AGE]), [HAIR, GLASSES, AGE])
    assert read["hair"].tolist() == ["red", "black"]
    assert read["glasses"].tolist() == [True, False]
    assert read["glasses"].dtype == bool
    assert read["age_years"].tolist() == pytest.approx([33, 5])
    assert read["hair_p"].tolist() == [1, 1]


def test_the_likelier_value_is_read_with_its_probability():
    read = decode(np.array([[0.3, 0.7, 0.5, 0.25, 0.25]]), [HAIR, AGE])
    assert read.loc[0, "hair"] == "red"
    assert read.loc[0, "hair_p"] == pytest.approx(0.7)
    assert read.loc[0, "age_years"] == pytest.approx(15)


@pytest.mark.parametrize("attribute", [HAIR, GLASSES, AGE, AGE.model_copy(update={"values": (0.0, 1.0)})])
def test_an_attribute_survives_json(attribute):
    again = Attribute.model_validate_json(attribute.model_dump_json())
    assert again == attribute
    assert [type(value) for value in again.values] == [type(value) for value in attribute.values]
