import pandas as pd
import pytest
from matplotlib.figure import Figure

from likeness.cleaning.report import class_balance, draw_class_balance


@pytest.fixture
def report():
    """Class 2: four pictures kept, two of them near-duplicates; class 10: one kept, one set aside; one of no class."""
    return pd.DataFrame(
        {
            "file": list("abcdefg"),
            "class": ["2", "2", "2", "2", "10", "10", ""],
            "status": ["kept"] * 5 + ["set aside"] * 2,
            "group": ["a", "a", "c", "d", "e", None, None],
            "split": ["train", "train", "validation", "train", "train", None, None],
        }
    )


def test_every_class_is_counted(report):
    balance = class_balance(report).set_index("class")
    assert balance.index.tolist() == ["2", "10"]
    counts = balance.drop(columns=["share", "weight"]).T.to_dict()
    assert counts["2"] == {
        "pictures": 4,
        "set_aside": 0,
        "kept": 4,
        "groups": 3,
        "near_duplicates": 2,
        "train": 3,
        "validation": 1,
    }
    assert counts["10"] == {
        "pictures": 2,
        "set_aside": 1,
        "kept": 1,
        "groups": 1,
        "near_duplicates": 0,
        "train": 1,
        "validation": 0,
    }
    assert balance["share"].tolist() == [0.8, 0.2]
    assert balance["weight"].tolist() == pytest.approx([4 / 2 / 3, 4 / 2 / 1])
    assert (balance["weight"] * balance["train"]).sum() / balance["train"].sum() == pytest.approx(1)


def test_bars_are_as_long_as_the_counts(report):
    axes = Figure().add_subplot()
    draw_class_balance(axes, class_balance(report), ["navy", "lightblue", "white"])
    widths = [[bar.get_width() for bar in bars] for bars in axes.containers]
    assert widths == [[3, 1], [1, 0], [0, 1]]
    assert [bar.get_x() for bar in axes.containers[2]] == [4, 1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["class 2", "class 10"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["train", "validation", "set aside"]
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert inks["3"] == "white"
