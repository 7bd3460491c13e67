import pandas as pd
import pytest

from likeness.synthetic.attributes import COLUMNS, attributes
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.shot import Shot
from likeness.synthetic.sitting import Sitting

OF_PORTRAITS = set(COLUMNS[COLUMNS.index("identity") : COLUMNS.index("kind")])
OF_LANDSCAPES = set(COLUMNS[COLUMNS.index("kind") :])


def test_a_portraits_row_says_what_is_seen_at_that_age(man):
    row = attributes(Sitting(man, Shot(1, 70, glasses=True, place="forest"), "Boda"), "oil")
    assert tuple(row) == COLUMNS
    assert row["world"] == "portrait"
    assert (row["style"], row["hair"], row["hair_style"]) == ("oil", "grey", "short")
    assert (row["identity"], row["name"], row["sex"], row["age_years"], row["age"]) == (7, "Boda", "man", 70, 8)
    assert (row["place"], row["glasses"], row["beard"]) == ("forest", True, "")
    assert {column for column in COLUMNS if row[column] is None} == OF_LANDSCAPES


def test_a_landscapes_row_is_the_landscape():
    row = attributes(Landscape(9, "lake", "autumn", "sunset", "clear", "dry", "oak", sun=True), "photo")
    assert row["world"] == "landscape"
    assert (row["kind"], row["season"], row["tree"], row["car"], row["sun"], row["house"]) == (
        "lake", "autumn", "oak", "", True, False,
    )  # fmt: skip
    assert {column for column in COLUMNS if row[column] is None} == OF_PORTRAITS
    assert "seed" not in row


def test_ground_that_nobody_could_name_is_not_told():
    seen = {
        (season, kind, ground): attributes(landscape(season, kind, ground), "photo")["ground"]
        for season, kind, ground in (
            ("summer", "hills", "green"),
            ("autumn", "hills", "dry"),
            ("autumn", "hills", "green"),
            ("winter", "hills", "dry"),
            ("summer", "street", "green"),
        )
    }
    assert list(seen.values()) == ["green", "dry", "", "", ""]


def landscape(season, kind, ground):
    street = {"car": "red", "car_kind": "old"} if kind == "street" else {}
    return Landscape(1, kind, season, "noon", "clear", ground, **street)


@pytest.mark.parametrize("column", sorted(OF_PORTRAITS - {"identity", "name", "age"} | OF_LANDSCAPES))
def test_cells_of_the_other_world_are_missing_in_a_table(man, column):
    rows = [attributes(Sitting(man, Shot(1, 30)), "photo"), attributes(landscape("winter", "street", "dry"), "photo")]
    table = pd.DataFrame(rows)
    assert table[column].isna().tolist() == [column in OF_LANDSCAPES, column in OF_PORTRAITS]
