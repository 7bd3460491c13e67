import pytest
import torch

from likeness.diffusion.schedules import cross_schedule, self_steps, whole_steps
from likeness.diffusion.words import split_prompt

PROMPT = "a photo of a man"  # tokens 1 to 5


def ends(opened, shares, steps=10):
    """The number of first steps of each of the first seven tokens; the schedule is 1 up to there and 0 afterwards."""
    schedule = cross_schedule(opened.tokenizer, split_prompt(opened.tokenizer, PROMPT), shares, steps, 7)
    assert schedule.shape == (steps, 7)
    assert schedule.dtype == torch.bool
    counts = schedule.sum(0)
    assert torch.equal(schedule, torch.arange(steps)[:, None] < counts)
    return counts.tolist()


@pytest.mark.parametrize(
    ("share", "expected"),
    # ⌊share · 11⌋ of ten steps: the last row of eleven is never sampled.
    [(0, 0), (0.0, 0), (0.09, 0), (0.1, 1), (0.4, 4), (0.5, 5), (0.8, 8), (0.9, 9), (0.91, 10), (1, 10), (1.0, 10)],
)
def test_a_share_holds_for_the_first_steps(opened, share, expected):
    assert ends(opened, share) == [expected] * 7


def test_words_have_their_own_shares(opened):
    assert ends(opened, {"default_": 0.8, "man": 0.2}) == [8, 8, 8, 8, 8, 2, 8]
    assert ends(opened, {"man": 1, "a": 0, "default_": 0.4}) == [4, 0, 4, 4, 0, 10, 4]
    assert ends(opened, {"man": 0}) == [8, 8, 8, 8, 8, 0, 8]


@pytest.mark.parametrize("shares", [{"a man": 1, "man": 0, "default_": 0}, {"man": 0, "default_": 0, "a man": 1}])
def test_the_longer_of_two_entries_counts_in_either_order(opened, shares):
    assert ends(opened, shares) == [0, 0, 0, 0, 10, 10, 0]


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (1.2, "cross_replace is 1.2: a share of the steps lies between 0 and 1"),
        (-0.1, "cross_replace is -0.1"),
        (float("nan"), "cross_replace is nan"),
        ({"man": 2}, "cross_replace of 'man' is 2"),
        ({"woman": 0.2}, "'woman' is not in the prompt 'a photo of a man'"),
    ],
)
def test_impossible_shares_are_named(opened, shares, message):
    with pytest.raises(ValueError, match=message):
        ends(opened, shares)


@pytest.mark.parametrize(("share", "expected"), [(0, 0), (0.4, 4), (0.45, 4), (0.99, 9), (1, 10), (1.0, 10)])
def test_self_attention_is_followed_for_a_share_of_the_steps(share, expected):
    assert self_steps(share, 10) == expected
    with pytest.raises(ValueError, match=r"self_replace is 1\.5"):
        self_steps(1.5, 10)


def test_shares_that_no_float_holds_are_not_rounded_down():
    assert 0.29 * 100 < 29
    assert whole_steps(0.29, 100, "share") == 29
