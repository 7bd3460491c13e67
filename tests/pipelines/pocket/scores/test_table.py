import numpy as np
import pytest

from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.table import mean_score, ratio_score, score_table, single_score

OPTIONS = ReportOptions(resamples=50)


def test_a_row_says_what_stands_behind_it():
    row = mean_score("ssim", [0.5, np.nan, 1.0], OPTIONS, "portraits")
    assert (row.measure, row.group, row.value, row.count) == ("ssim", "portraits", 0.75, 2)
    assert 0.5 <= row.low <= 0.75 <= row.high <= 1


def test_a_ratio_is_of_sums():
    assert ratio_score("ratio", [1, 0, 1], [1, 1, 1], 3, OPTIONS).value == pytest.approx(2 / 3)


def test_rows_make_a_table():
    table = score_table([single_score("disk_mb", 30.0, 7), mean_score("ssim", [1, 1], OPTIONS)])
    assert table.columns.tolist() == ["measure", "group", "value", "low", "high", "count"]
    assert table["low"].isna().tolist() == [True, False]
    assert table["count"].tolist() == [7, 2]
