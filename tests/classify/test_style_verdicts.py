import math

import numpy as np
import pytest

from likeness.classify.intervals import wilson_interval
from likeness.classify.judgements import judgement_table
from likeness.classify.style_verdicts import backbone_agreement, study_form, style_verdicts

CLASSES = ["0", "1", "2"]


def said(*places, sure=0.8):
    shares = np.full((len(places), 3), (1 - sure) / 2)
    shares[np.arange(len(places)), places] = sure
    return judgement_table([f"{number}.png" for number in range(len(places))], shares, CLASSES)


JUDGED = {
    ("learned", "one"): said(0, 0, 0, 1),
    ("learned", "two"): said(0, 0, 2, 2),
    ("control", "one"): said(2, 2, sure=0.4),
    ("control", "two"): said(2, 2),
}


def test_every_set_and_backbone_has_a_row_a_class():
    table = style_verdicts(JUDGED, {"one": 0.05, "two": 0.1})
    assert len(table) == 4 * 4
    rows = table.set_index(["set", "backbone", "class"])
    authentic = rows.loc[("learned", "one", "0")]
    assert (authentic["judged"], authentic["pictures"]) == (4, 3)
    assert tuple(authentic[["share", "share_low", "share_high"]]) == wilson_interval(3, 4)
    assert authentic["mean_probability"] == pytest.approx((3 * 0.8 + 0.1) / 4)
    assert authentic["calibration_error"] == 0.05
    assert authentic["agreement"] == 0.5
    assert rows.loc[("control", "one", "unknown"), "share"] == 1
    assert rows.loc[("control", "one", "2"), "most_likely"] == 2
    assert rows.loc[("control", "one", "2"), "agreement"] == 0


def test_the_threshold_decides_what_is_unknown():
    rows = style_verdicts(JUDGED, {"one": 0.05, "two": 0.1}, unknown_below=0.3).set_index(["set", "backbone", "class"])
    assert rows.loc[("control", "one", "unknown"), "pictures"] == 0
    assert rows.loc[("control", "one", "2"), "agreement"] == 1


def test_the_studys_form():
    table = study_form(style_verdicts(JUDGED, {"one": 0.05, "two": 0.1}))
    assert table.columns.to_list() == ["backbone", "learned", "control"]
    assert table.to_numpy().tolist() == [["one", "0:3 1:1", "2:2"], ["two", "0:2 2:2", "2:2"]]


def test_agreement_is_counted_for_every_set():
    table = backbone_agreement(JUDGED)
    assert table[["set", "first", "second", "share"]].to_numpy().tolist() == [
        ["learned", "one", "two", 0.5],
        ["control", "one", "two", 0.0],
    ]
    alone = style_verdicts({("learned", "one"): said(0)}, {"one": 0.1})
    assert all(math.isnan(share) for share in alone["agreement"])


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="no calibration error of two"):
        style_verdicts(JUDGED, {"one": 0.05})
    with pytest.raises(ValueError, match="one and two judged different pictures of learned"):
        backbone_agreement({**JUDGED, ("learned", "two"): said(0, 0)})
