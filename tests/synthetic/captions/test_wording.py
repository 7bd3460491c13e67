import numpy as np
import pytest

from likeness.synthetic.captions.wording import (
    Caption,
    joined,
    listed,
    one,
    saying,
    shuffled,
    with_adjective,
    with_article,
)

TREE, LAKE, WINTER = saying("a tree", "tree"), saying("a lake", "kind"), saying("in winter", "season")


def test_joined_parts_say_what_each_says():
    assert joined([TREE, saying(""), WINTER]) == Caption("a tree in winter", frozenset({"tree", "season"}))
    assert joined([TREE, LAKE], ", ").text == "a tree, a lake"
    assert joined([]) == Caption("")


@pytest.mark.parametrize(
    ("parts", "text"),
    [([TREE], "a tree"), ([TREE, LAKE], "a tree and a lake"), ([TREE, LAKE, WINTER], "a tree, a lake and in winter")],
)
def test_lists_end_in_and(parts, text):
    assert listed(parts).text == text
    assert listed(parts).said == frozenset().union(*(part.said for part in parts))


def test_articles_follow_the_first_letter():
    assert [with_article(noun) for noun in ("oak", "pine", "old car")] == ["an oak", "a pine", "an old car"]
    assert with_adjective("autumn", "a landscape") == "an autumn landscape"
    assert with_adjective("snowy", "an evening") == "a snowy evening"
    assert with_adjective("misty", "the coast") == "the misty coast"
    assert with_adjective("dry", "fields") == "dry fields"


def test_choices_are_even(rng):
    counts = np.bincount([one(rng, range(4)) for _ in range(4000)])
    assert counts.min() > 900
    orders = {tuple(shuffled(rng, "abc")) for _ in range(100)}
    assert len(orders) == 6
