import numpy as np
import pandas as pd
import pytest

from likeness.classify.controls import fit_without, paired_difference, recall_after_change
from likeness.classify.judgements import judgement_table
from likeness.classify.judging import judge_pictures


def judged(change, *right):
    """Four pictures of class a and two of class b, judged rightly or not."""
    shares = np.array([[0.9, 0.1] if good == (place < 4) else [0.1, 0.9] for place, good in enumerate(right)])
    table = judgement_table(list("123456"), shares, ["a", "b"], labels=list("aaaabb"))
    return table.assign(change=change)


def test_recall_before_and_after_by_hand():
    before = judged("as_they_are", True, True, True, False, True, True)
    after = judged("round_trip", True, False, False, True, True, True)
    # The order of the rows does not matter: pictures are paired by their files.
    table = recall_after_change(pd.concat([before, after[::-1]]), "round_trip").set_index("class")
    assert table.loc["a", ["pictures", "recall", "recall_after", "difference"]].to_list() == [4, 0.75, 0.5, -0.25]
    assert (table.loc["a", "difference_low"], table.loc["a", "difference_high"]) == paired_difference(1, 2, 4)[1:]
    assert table.loc["b", "difference"] == 0
    with pytest.raises(ValueError, match="nothing was judged after the change 'jpeg'; there is 'as_they_are'"):
        recall_after_change(before, "jpeg")


def test_the_paired_interval_is_that_of_agresti_and_min():
    # 1.96 √(20.5 + 10.5 - 10² / 102) / 102 around 10 / 102.
    difference, low, high = paired_difference(20, 10, 100)
    assert difference == pytest.approx(0.1)
    assert low == pytest.approx(10 / 102 - 1.959964 * np.sqrt(31 - 100 / 102) / 102)
    assert high == pytest.approx(10 / 102 + 1.959964 * np.sqrt(31 - 100 / 102) / 102)
    assert paired_difference(0, 0, 50)[0] == 0


def test_a_class_left_out_is_never_seen(textures, tiny, tmp_path):
    labels = ["coarse"] * 8 + ["fine"] * 4 + ["strange"] * 4
    validation = [place in (0, 8, 12) for place in range(16)]
    fitted = fit_without(
        textures, labels, tiny(epochs=0), tmp_path, left_out=("strange",), groups=range(16), validation=validation
    )
    assert fitted.classifier.classes == ("coarse", "fine")
    assert fitted.validation["file"].to_list() == [textures.manifest["file"][place] for place in (0, 8)]
    # Its pictures are fine ones, and pass for what they are most like.
    strange = textures.select(textures.manifest["file"][12:])
    assert (judge_pictures(fitted.classifier, strange, tmp_path)["p_fine"] > 0.5).all()
    with pytest.raises(ValueError, match="classes foreign are to be left out, and there is no picture of them"):
        fit_without(textures, labels, tiny(), tmp_path, left_out=("foreign",))
