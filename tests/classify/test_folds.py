from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.classify.folds import held_out, stratified_folds


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), min_size=30, max_size=90), st.integers(0, 9))
def test_a_group_is_never_split_and_every_picture_is_dealt_once(pictures, seed):
    # Ten pictures of each class on their own, so that every class can be dealt out.
    labels = [*"abc" * 10, *(label for label, _ in pictures)]
    groups = [*(f"own{place}" for place in range(30)), *(str(group) for _, group in pictures)]
    folds = stratified_folds(labels, groups, folds=3, seed=seed)
    assert set(folds) == {0, 1, 2}
    for group in set(groups):
        assert len({fold for fold, name in zip(folds, groups, strict=True) if name == group}) == 1


def test_without_groups_every_class_is_spread_to_one_picture():
    labels = list("a" * 69 + "b" * 48 + "c" * 67)
    folds = stratified_folds(labels, folds=5, seed=0)
    for label in "abc":
        counts = Counter(folds[np.array(labels) == label])
        assert max(counts.values()) - min(counts.values()) <= 1
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() <= 2


def test_groups_of_several_classes_are_spread_too():
    labels = list("ab" * 20)
    groups = [place // 2 for place in range(40)]
    folds = stratified_folds(labels, groups, folds=4, seed=0)
    assert Counter(folds[::2]) == Counter(folds[1::2]) == {0: 5, 1: 5, 2: 5, 3: 5}


def test_the_seed_decides():
    labels = list("ab" * 20)
    first = stratified_folds(labels, folds=4, seed=1)
    np.testing.assert_array_equal(first, stratified_folds(labels, folds=4, seed=1))
    assert (first != stratified_folds(labels, folds=4, seed=2)).any()


def test_what_cannot_be_dealt_out_is_named():
    with pytest.raises(ValueError, match=r"class b has 1 pictures that are not near-duplicates.*fewer than the 2"):
        stratified_folds(list("aaab"), folds=2, seed=0)
    with pytest.raises(ValueError, match="class b has 1 pictures"):
        stratified_folds(list("aabb"), ["1", "2", "3", "3"], folds=2, seed=0)
    with pytest.raises(ValueError, match="2 folds of 1 classes"):
        stratified_folds(list("aaaa"), folds=2, seed=0)
    with pytest.raises(ValueError, match="4 pictures have a class and 1 a group"):
        stratified_folds(list("aabb"), ["1"], folds=2, seed=0)


def test_a_share_is_held_out_of_every_class_by_group():
    labels, groups = list("a" * 40 + "b" * 20), [place // 2 for place in range(60)]
    held = held_out(labels, groups, share=0.2, seed=0)
    assert held[:40].sum() == 8
    assert held[40:].sum() == 4
    np.testing.assert_array_equal(held[::2], held[1::2])


@pytest.mark.parametrize("share", [0.0, 0.6, -1.0])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=r"expected more than 0 and at most \.5"):
        held_out(list("aabb"), share=share, seed=0)


def test_of_few_pictures_one_of_each_class_is_held_out():
    held = held_out(list("aabbbbbbbb"), share=0.2, seed=0)
    assert held[:2].sum() == 1
    with pytest.raises(ValueError, match="class a has 1 pictures"):
        held_out(list("abbbb"), share=0.2, seed=0)
