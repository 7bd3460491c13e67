import re
from itertools import combinations, pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from likeness.diffusion.alignment import align, paired_words, token_mapper
from likeness.diffusion.words import SplitPrompt, Word


def prompt(text):
    """A prompt in which "car3" is one word of three tokens, and "," and "." are words of their own."""
    words, place = [], 1
    for spaced in text.split():
        for index, name in enumerate(re.findall(r"[^,.]+|[,.]", spaced)):
            pieces = int(name[-1]) if name[-1].isdigit() else 1
            ids = tuple(hash((name, piece)) for piece in range(pieces))
            words.append(Word(name, ids, place, index == 0))
            place += pieces
    return SplitPrompt(text, tuple(words))


def mapped(source, target, length=10, kind=None):
    """The mapper without its zeros."""
    mapper = token_mapper(prompt(source), prompt(target), length, kind)
    assert mapper.shape == (length, length)
    return {(int(i), int(j)): round(float(mapper[i, j]), 6) for i, j in mapper.nonzero()}


def pairs(source, target, kind=None):
    found = paired_words(prompt(source).words, prompt(target).words, kind)
    return sorted(" ".join(w.text for w in a) + ">" + " ".join(w.text for w in b) for a, b in found)


# Token 0 starts the prompt; the end token and the padding follow the last word.
THIRD = round(1 / 3, 6)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("a cat sat", "a cat sat", {(i, i): 1 for i in range(8)}),
        ("a cat sat", "a dog sat", {(i, i): 1 for i in range(8)}),
        # One token becomes three: each takes a third, and what follows moves by two.
        (
            "a cat sat",
            "a dog3 sat",
            {(0, 0): 1, (1, 1): 1, (2, 2): THIRD, (2, 3): THIRD, (2, 4): THIRD, (3, 5): 1, (4, 6): 1, (5, 7): 1}
            | {(6, 7): 1, (7, 7): 1},
        ),
        # Three become one: it takes all; the last padding is shared by what the target has more of it.
        (
            "a cat3 sat",
            "a dog sat",
            {(0, 0): 1, (1, 1): 1, (2, 2): 1, (3, 2): 1, (4, 2): 1, (5, 3): 1, (6, 4): 1}
            | {(7, 5): THIRD, (7, 6): THIRD, (7, 7): THIRD},
        ),
        # As many tokens: one by one.
        ("cat2", "dog2", {(i, i): 1 for i in range(8)}),
        # Two words at once, the first longer and the last shorter.
        (
            "cat sat2 up",
            "dog2 sat2 x",
            {(0, 0): 1, (1, 1): 0.5, (1, 2): 0.5, (2, 3): 1, (3, 4): 1, (4, 5): 1, (5, 6): 1, (6, 7): 1, (7, 7): 1},
        ),
        # At the end.
        ("a cat", "a dog2", {(0, 0): 1, (1, 1): 1, (2, 2): 0.5, (2, 3): 0.5, (3, 4): 1, (4, 5): 1, (5, 6): 1}
            | {(6, 7): 1, (7, 7): 1}),
        # At the beginning.
        ("cat sat", "dog2 sat", {(0, 0): 1, (1, 1): 0.5, (1, 2): 0.5, (2, 3): 1, (3, 4): 1, (4, 5): 1, (5, 6): 1}
            | {(6, 7): 1, (7, 7): 1}),
    ],
)  # fmt: skip
def test_replaced_words_by_hand(source, target, expected):
    assert mapped(source, target, 8) == expected
    assert mapped(source, target, 8, kind="replace") == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        # "big" is added: nothing flows to token 2.
        ("a cat", "a big cat", {(0, 0): 1, (1, 1): 1, (2, 3): 1, (3, 4): 1, (4, 5): 1, (5, 5): 1}),
        ("a cat", "big a cat", {(0, 0): 1, (1, 2): 1, (2, 3): 1, (3, 4): 1, (4, 5): 1, (5, 5): 1}),
        ("a cat", "a cat big", {(0, 0): 1, (1, 1): 1, (2, 2): 1, (3, 4): 1, (4, 5): 1, (5, 5): 1}),
        # "big" is removed: nothing flows from token 2.
        ("a big cat", "a cat", {(0, 0): 1, (1, 1): 1, (3, 2): 1, (4, 3): 1, (5, 4): 0.5, (5, 5): 0.5}),
        ("", "cat", {(0, 0): 1, (1, 2): 1, (2, 3): 1, (3, 4): 1, (4, 5): 1, (5, 5): 1}),
    ],
)
def test_added_and_removed_words_by_hand(source, target, expected):
    assert mapped(source, target, 6) == expected
    assert mapped(source, target, 6, kind="refine") == expected


def test_refining_lets_a_replaced_word_attend_by_itself():
    assert mapped("a cat", "a dog", 6, kind="refine") == {(0, 0): 1, (1, 1): 1, (3, 3): 1, (4, 4): 1, (5, 5): 1}


def test_a_prompt_that_fills_the_encoder_still_has_its_end():
    assert mapped("a", "a b", 4) == {(0, 0): 1, (1, 1): 1, (2, 3): 1, (3, 3): 1}
    assert mapped("a b", "a", 4) == {(0, 0): 1, (1, 1): 1, (3, 2): 0.5, (3, 3): 0.5}
    assert mapped("cat", "dog2", 4) == {(0, 0): 1, (1, 1): 0.5, (1, 2): 0.5, (2, 3): 1, (3, 3): 1}


def test_more_tokens_than_the_encoder_takes_are_refused():
    with pytest.raises(ValueError, match=r"the prompt 'a b c' has 5 tokens and the text encoder takes 4: shorten it"):
        token_mapper(prompt("a"), prompt("a b c"), 4)
    with pytest.raises(ValueError, match="'a b c' has 5 tokens"):
        token_mapper(prompt("a b c"), prompt("a"), 4)


def test_replacing_needs_as_many_words():
    with pytest.raises(ValueError, match="as many words, and these have 2 and 3"):
        mapped("a cat", "a big cat", kind="replace")


def test_replacing_goes_by_places_and_keeps_punctuation():
    assert pairs("a b, c", "b a, c", kind="replace") == [",>,", "a>b", "b>a", "c>c"]
    # Punctuation belongs to its word: it is added, and changes no place.
    assert pairs("a cat sat", "a dog, lay", kind="replace") == ["a>a", "cat>dog", "sat>lay"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        # Replace and add in one edit.
        ("a boy plays", "a picture of a girl plays in rain", ["a>a", "boy>girl", "plays>plays"]),
        ("a pine tree", "a big banyan tree in winter", ["a>a", "pine>big banyan", "tree>tree"]),
        ("a red car", "a car in blue", ["a>a", "car>car"]),
        ("a man with a hat", "a man with a cap and a coat", ["a>a", "a>a", "hat>cap", "man>man", "with>with"]),
        ("a hat on him", "a cap, new, on him", ["a>a", "hat>cap", "him>him", "on>on"]),
        # What is unlike in number is one phrase.
        ("a boy", "an old man", ["a>an", "boy>old man"]),
        ("the boy", "the old man", ["boy>old man", "the>the"]),
        ("in a field at noon", "in a city", ["a>a", "field>city", "in>in"]),
        # Nothing in common.
        ("cat", "dog", ["cat>dog"]),
        ("cat", "of dogs in rain", []),
    ],
)
def test_the_kind_of_edit_is_told_from_the_prompts(source, target, expected):
    assert pairs(source, target) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("", "abc", []),
        ("abc", "xyz", []),
        ("ac", "abc", [(0, 0), (1, 2)]),
        # The whole stays together, at the end as at the beginning.
        ("ab", "axab", [(0, 2), (1, 3)]),
        ("ab", "abxa", [(0, 0), (1, 1)]),
        ("abc", "xaxabxc", [(0, 3), (1, 4), (2, 6)]),
        # More pairs before fewer gaps.
        ("abcd", "abxxcxd", [(0, 0), (1, 1), (2, 4), (3, 6)]),
        # Of equals the latest.
        ("a", "aa", [(0, 1)]),
        ("aa", "a", [(1, 0)]),
    ],
)
def test_alignment_by_hand(source, target, expected):
    assert align(source, target) == expected


letters = st.text("abc", max_size=6)


@given(letters, letters)
def test_alignments_are_as_long_as_the_longest_common_subsequence(source, target):
    found = align(source, target)
    assert all(source[i] == target[j] for i, j in found)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(found))
    subsequences = {c for n in range(len(source) + 1) for c in combinations(source, n)}
    longest = max(len(c) for c in subsequences if c in {d for d in combinations(target, len(c))})
    assert len(found) == longest


@given(letters, letters)
def test_no_alignment_of_as_many_pairs_has_fewer_gaps(source, target):
    def gaps(chosen):
        return sum(b != (a[0] + 1, a[1] + 1) for a, b in pairwise(chosen))

    found = align(source, target)
    matches = [(i, j) for i in range(len(source)) for j in range(len(target)) if source[i] == target[j]]
    rivals = (
        rival
        for rival in combinations(matches, min(len(found), 4))
        if len(rival) == len(found) and all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(rival))
    )
    assert all(gaps(found) <= gaps(rival) for rival in rivals)


words = st.lists(st.sampled_from(["a", "b2", "c3", "d", ","]), max_size=5).map(" ".join)


@given(words, words)
def test_attention_is_neither_lost_nor_counted_twice(source, target):
    mapper = token_mapper(prompt(source), prompt(target), 20)
    sums = mapper.sum(1)
    paired = paired_words(prompt(source).words, prompt(target).words)
    kept = {token for before, _ in paired for word in before for token in word.tokens}
    for token in range(20):
        inside_word = 0 < token < prompt(source).end
        assert sums[token].item() == pytest.approx(1 if not inside_word or token in kept else 0)


def test_the_unchanged_prompt_maps_every_token_to_itself():
    assert torch.equal(token_mapper(prompt("a b2 c, d3"), prompt("a b2 c, d3"), 20), torch.eye(20))
