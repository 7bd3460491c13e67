import math

import numpy as np
import pandas as pd
import pytest

from likeness.classify.intervals import wilson_interval
from likeness.classify.judgements import judgement_table
from likeness.classify.verdicts import agreement, class_shares, verdicts

SHARES = [[0.9, 0.1, 0.0], [0.4, 0.35, 0.25], [0.2, 0.3, 0.5], [0.6, 0.4, 0.0]]
CLASSES = ["authentic", "replica", "other"]
JUDGED = judgement_table(["1", "2", "3", "4"], np.array(SHARES), CLASSES)


def test_an_unsure_network_says_unknown():
    table = verdicts(JUDGED, unknown_below=0.5)
    assert table["verdict"].to_list() == ["authentic", "unknown", "other", "authentic"]
    assert table["most_likely"].to_list() == ["authentic", "authentic", "other", "authentic"]
    assert table["confidence"].to_list() == [0.9, 0.4, 0.5, 0.6]
    assert table["p_replica"].to_list() == [0.1, 0.35, 0.3, 0.4]


def test_shares_of_a_set_by_hand():
    table = class_shares(verdicts(JUDGED, unknown_below=0.5), CLASSES)
    assert table["class"].to_list() == [*CLASSES, "unknown"]
    assert table["pictures"].to_list() == [2, 0, 1, 1]
    assert table["share"].sum() == 1
    assert table["most_likely"].to_list() == [3, 0, 1, 0]
    assert tuple(table.loc[0, ["share", "share_low", "share_high"]]) == wilson_interval(2, 4)
    assert table["mean_probability"].to_list()[:3] == pytest.approx([0.525, 0.2875, 0.1875])
    assert math.isnan(table["mean_probability"].to_list()[3])


def test_no_pictures_have_no_shares():
    table = class_shares(verdicts(JUDGED[:0], unknown_below=0.5), CLASSES)
    assert table["pictures"].to_list() == [0, 0, 0, 0]
    assert table["share"].isna().all()


def test_agreement_by_hand():
    table = agreement({"one": list("aabb"), "two": list("aaba"), "three": list("bbaa")})
    assert table[["first", "second"]].to_numpy().tolist() == [["one", "two"], ["one", "three"], ["two", "three"]]
    assert table["share"].to_list() == [0.75, 0.0, 0.25]
    # By chance one and two agree on .5 · .75 + .5 · .25 = .5 of the pictures.
    assert table["kappa"].to_list()[0] == pytest.approx(0.5)
    assert table["kappa"].to_list()[1] == pytest.approx(-1.0)
    assert table["share_low"].to_list()[0] == wilson_interval(3, 4).low


def test_two_that_always_say_one_thing_have_no_kappa():
    assert math.isnan(agreement({"one": ["a", "a"], "two": ["a", "a"]})["kappa"].item())


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="no class may be called 'unknown'"):
        verdicts(pd.DataFrame({"file": ["1"], "p_a": [0.5], "p_unknown": [0.5]}), unknown_below=0.5)
    with pytest.raises(ValueError, match="one judged 1 pictures and two 2"):
        agreement({"one": ["a"], "two": ["a", "b"]})
