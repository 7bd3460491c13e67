import numpy as np
import pandas as pd
import pytest

from likeness.classify.judgements import (
    calibration_error,
    classes_in,
    judgement_table,
    predicted_classes,
    shares_in,
)

SHARES = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])


def test_what_is_put_into_the_table_comes_out():
    table = judgement_table(["1", "2", "3"], SHARES, ["b", "a"], labels=["b", "b", "a"])
    assert table.columns.to_list() == ["file", "class", "p_b", "p_a"]
    assert classes_in(table) == ["b", "a"]
    np.testing.assert_array_equal(shares_in(table), SHARES)
    assert predicted_classes(table) == ["b", "a", "b"]
    assert predicted_classes(table.set_index(pd.Index([7, 8, 9]))[1:]) == ["a", "b"]
    assert "class" not in judgement_table(["1"], SHARES[:1], ["b", "a"])


def test_the_calibration_error_by_hand():
    table = judgement_table(["1", "2", "3"], SHARES, ["b", "a"], labels=["b", "b", "a"])
    assert calibration_error(table) == pytest.approx((0.1 + 0.8 + 0.6) / 3)
    with pytest.raises(ValueError, match="pictures of class c, and the classes are b, a"):
        calibration_error(table.assign(**{"class": ["a", "b", "c"]}))
