import numpy as np
import pandas as pd
import pytest

from likeness.metrics.attributes import Attribute
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.agreement import agreement, compare

OPTIONS = ReportOptions(resamples=50, tolerance=2, relative_tolerance=0.1)
HAIR = Attribute(name="hair", kind="categorical", values=("black", "red"))
GLASSES = Attribute(name="glasses", kind="flag", values=(False, True))
AGE = Attribute(name="age_years", kind="number", values=(0.0, 90.0))
SHOWN = pd.DataFrame(
    {
        "hair": ["red", "red", None, "black"],
        "glasses": [True, None, False, False],
        "age_years": [0.0, 80.0, 80.0, np.nan],
    }
)
READ = pd.DataFrame(
    {
        "hair": ["red", "black", "black", "black"],
        "glasses": [False, True, False, False],
        "age_years": [3.0, 89.9, 90.1, 40.0],
    }
)


def test_cell_by_cell():
    cells = agreement(READ, SHOWN, [HAIR, GLASSES, AGE], OPTIONS)
    assert cells["hair"].tolist() == pytest.approx([1, 0, np.nan, 1], nan_ok=True)
    assert cells["glasses"].tolist() == pytest.approx([0, np.nan, 1, 1], nan_ok=True)
    # 2 years and a tenth: a newborn within 2, somebody of 80 within 10.
    assert cells["age_years"].tolist() == pytest.approx([0, 1, 0, np.nan], nan_ok=True)


def test_what_the_table_does_not_say_is_left_out():
    assert agreement(READ, SHOWN[["hair"]], [HAIR, AGE], OPTIONS).columns.tolist() == ["hair"]


def test_the_ratio_is_over_the_same_cells():
    before = agreement(SHOWN.assign(age_years=80.0), SHOWN, [HAIR, AGE], OPTIONS)
    after = agreement(READ, SHOWN, [HAIR, AGE], OPTIONS)
    rows = {(row.measure, row.group): row for row in compare(("before", before), ("after", after), "ratio", OPTIONS)}
    assert rows["before", "hair"].value == 1
    assert rows["after", "hair"].value == pytest.approx(2 / 3)
    assert rows["ratio", "hair"].value == pytest.approx(2 / 3)
    assert rows["ratio", "hair"].count == 3
    # All together: of 6 cells 5 agree before, 3 after.
    assert rows["before", "all"].value == pytest.approx(5 / 6)
    assert rows["after", "all"].value == pytest.approx(3 / 6)
    assert rows["ratio", "all"].value == pytest.approx(3 / 5)
    assert rows["ratio", "all"].count == 4


def test_an_attribute_that_no_picture_has_has_no_row():
    nobody = pd.DataFrame({"hair": [1.0, 0.0], "glasses": [np.nan, np.nan]})
    groups = {row.group for row in compare(("before", nobody), ("after", nobody), "ratio", OPTIONS)}
    assert groups == {"all", "hair"}
