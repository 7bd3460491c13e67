"""Tables of verdicts, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.cezanne import verdicts


def judged(shares, **columns):
    table = pd.DataFrame(shares, columns=["p_0", "p_2"])
    return table.assign(file=[f"{place}.png" for place in range(len(table))], **columns)


def test_judges_are_taken_apart_with_the_classes_that_each_knows():
    one = judged([[0.9, 0.1]], judge="net")
    other = judged([[1.0, np.nan]], judge="control")
    parts = verdicts.by_judge([pd.concat([one, other]), one.head(0)])
    assert list(parts) == ["net", "control"]
    assert "p_2" in parts["net"]
    assert "p_2" not in parts["control"]


def test_the_gain_counts_pairs_of_one_prompt_and_seed():
    # Learned: passes, passes, fails; control: fails, passes, fails; the last is below the threshold.
    shares = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.9, 0.1], [0.55, 0.45]]
    pictures = pd.DataFrame(
        {
            "file": [f"{place}.png" for place in range(6)],
            "prompt_name": ["a", "a", "b"] * 2,
            "seed": [1, 2, 1] * 2,
            "variant": ["learned"] * 3 + ["control"] * 3,
        }
    )
    table = verdicts.style_gain({"net": judged(shares)}, pictures, "0", 0.6).set_index("prompt_name")
    assert table.loc["a", ["pairs", "learned", "control", "difference"]].tolist() == [2, 1.0, 0.5, 0.5]
    assert table.loc["b", ["learned", "control", "difference"]].tolist() == [0, 0, 0]
    assert table.loc["all", "difference"] == pytest.approx(1 / 3)
    assert table.loc["all", "difference_low"] < 1 / 3 < table.loc["all", "difference_high"]


def test_a_judge_that_does_not_know_the_painter_has_no_gain():
    assert verdicts.style_gain({"net": judged([[0.9, 0.1]])}, pd.DataFrame(), "9", 0.5).empty


def test_network_scores_count_pictures_as_they_are_and_compare_with_the_change():
    plain = judged([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]], **{"class": ["0", "0", "2"]}, change="as_they_are")
    after = judged([[0.1, 0.9], [0.2, 0.8], [0.1, 0.9]], **{"class": ["0", "0", "2"]}, change="round_trip")
    confusion, scores = verdicts.network_scores(pd.concat([plain, after], ignore_index=True))
    assert confusion.set_index("class").to_numpy().tolist() == [[1, 1], [0, 1]]
    row = scores.set_index("class").loc["0"]
    assert (row["recall"], row["recall_after"], row["difference"]) == (0.5, 0.0, -0.5)
    assert "recall_after" not in verdicts.network_scores(plain)[1]


def test_only_judged_pictures_of_a_known_class_are_counted():
    table = judged([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], **{"class": ["0", "2", ""]})
    confusion, scores = verdicts.known_scores({"net": table})
    assert confusion.set_index("class")[["0", "2"]].to_numpy().tolist() == [[1, 0], [1, 0]]
    assert scores[["pictures", "accuracy"]].to_numpy().tolist() == [[2, 0.5]]
    assert verdicts.known_scores({"net": table.tail(1)})[1].empty


def test_judges_are_compared_by_change():
    table = judged(
        [[0.9, 0.1], [0.2, 0.8]], **{"class": ["0", "0"]}, change=["as_they_are", "round_trip"], measured_on="test"
    )
    scores = verdicts.compare_judges({"net": table}).set_index("change")
    assert scores["accuracy"].to_dict() == {"as_they_are": 1.0, "round_trip": 0.0}
    assert scores["measured_on"].unique().tolist() == ["test"]
    assert scores.loc["as_they_are", "calibration_error"] == pytest.approx(0.1)
