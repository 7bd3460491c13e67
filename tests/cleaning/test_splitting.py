import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.cleaning.splitting import divide

SPLITS = {"train": 0.8, "validation": 0.2}


def counted(parts, classes):
    return pd.crosstab(classes, parts)


def singles(counts):
    classes = pd.Series([label for label, count in counts.items() for _ in range(count)])
    return pd.Series([f"g{row}" for row in range(len(classes))]), classes


def test_every_class_keeps_its_share():
    groups, classes = singles({"0": 50, "1": 20, "4": 5})
    table = counted(divide(groups, classes, SPLITS, 0), classes)
    assert table["validation"].to_dict() == {"0": 10, "1": 4, "4": 1}
    assert table["train"].to_dict() == {"0": 40, "1": 16, "4": 4}


def test_folds_are_even():
    groups, classes = singles({"0": 23, "1": 10})
    table = counted(divide(groups, classes, dict.fromkeys(range(5), 0.2), 0), classes)
    assert sorted(table.loc["0"]) == [4, 4, 5, 5, 5]
    assert list(table.loc["1"]) == [2] * 5


def test_even_two_pictures_are_in_both_parts():
    groups, classes = singles({"0": 2, "1": 3})
    table = counted(divide(groups, classes, SPLITS, 0), classes)
    assert table["validation"].to_dict() == {"0": 1, "1": 1}


def test_groups_over_two_classes_are_kept_whole_and_classes_even():
    """Ten pairs of an original with its replica beside forty single pictures: 6 of each class go to validation."""
    groups = pd.Series([f"pair{row // 2}" for row in range(20)] + [f"g{row}" for row in range(40)])
    classes = pd.Series(["0", "1"] * 30)
    parts = divide(groups, classes, SPLITS, 3)
    assert parts.groupby(groups).nunique().eq(1).all()
    assert counted(parts, classes)["validation"].to_dict() == {"0": 6, "1": 6}


def test_the_seed_decides_and_the_order_does_not(rng):
    groups, classes = singles({"0": 30, "1": 30})
    first = divide(groups, classes, SPLITS, 1)
    assert first.equals(divide(groups, classes, SPLITS, 1))
    assert not first.equals(divide(groups, classes, SPLITS, 2))
    order = rng.permutation(60)
    assert divide(groups[order], classes[order], SPLITS, 1).sort_index().equals(first)


def test_nothing_is_divided_into_nothing():
    empty = pd.Series([], dtype="str")
    assert divide(empty, empty, SPLITS, 0).empty


@given(
    st.lists(st.tuples(st.integers(0, 15), st.sampled_from("abc")), min_size=1, max_size=60),
    st.integers(2, 5),
    st.integers(0, 3),
)
def test_no_group_is_ever_torn(rows, parts, seed):
    groups, classes = pd.Series([row[0] for row in rows]), pd.Series([row[1] for row in rows])
    divided = divide(groups, classes, dict.fromkeys(range(parts), 1 / parts), seed)
    assert divided.groupby(groups).nunique().eq(1).all()
    assert set(divided) <= set(range(parts))


@pytest.mark.parametrize("seed", range(5))
def test_a_class_with_enough_groups_is_in_every_part(seed):
    rng = np.random.default_rng(seed)
    groups = pd.Series(np.concatenate([np.arange(40), rng.integers(0, 40, 40)]))
    classes = pd.Series(np.where(groups < 6, "rare", "common"))
    for shares in (SPLITS, {"train": 0.7, "validation": 0.15, "test": 0.15}, dict.fromkeys(range(5), 0.2)):
        assert (counted(divide(groups, classes, shares, seed), classes) > 0).all(axis=None)
