import math

import pytest

from likeness.classify.intervals import wilson_interval
from likeness.classify.scores import accuracy, class_scores, confusion_matrix

LABELS = ["a", "a", "a", "b", "b", "c"]
PREDICTED = ["a", "a", "b", "b", "unknown", "b"]


def test_accuracy_counts_unknown_as_wrong():
    assert accuracy(LABELS, PREDICTED) == wilson_interval(3, 6)


def test_confusion_by_hand():
    table = confusion_matrix(LABELS, PREDICTED, ["a", "b", "c"])
    assert list(table.columns) == ["a", "b", "c", "unknown"]
    assert table.to_numpy().tolist() == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0]]


def test_precision_and_recall_by_hand():
    scores = class_scores(confusion_matrix(LABELS, PREDICTED, ["a", "b", "c"])).set_index("class")
    assert scores["pictures"].to_list() == [3, 2, 1]
    assert scores["predicted"].to_list() == [2, 3, 0]
    assert scores["precision"].to_list()[:2] == [1.0, pytest.approx(1 / 3)]
    assert math.isnan(scores.loc["c", "precision"])
    assert scores["recall"].to_list() == [pytest.approx(2 / 3), 0.5, 0.0]
    assert scores.loc["a", "recall_low"] == wilson_interval(2, 3).low
    assert scores.loc["b", "precision_high"] == wilson_interval(1, 3).high


def test_a_strange_class_is_named():
    with pytest.raises(ValueError, match="pictures of class c, and the classes are a, b"):
        confusion_matrix(LABELS, PREDICTED, ["a", "b"])
