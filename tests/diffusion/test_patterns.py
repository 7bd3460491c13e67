import torch

from likeness.diffusion.patterns import Followers, Following

CPU = torch.device("cpu")
TOKENS = 3


def following(row=0, **changes):
    settings = {
        "row": row,
        "mapper": torch.eye(TOKENS),
        "cross": torch.tensor([[True] * TOKENS, [True, False, False], [False] * TOKENS]),
        "weights": torch.ones(TOKENS),
        "self_steps": 2,
        "self_limit": 1 / 4,
    }
    return Following(**(settings | changes))


def followers(*rows, unconditional=0):
    return Followers(rows, unconditional=unconditional, device=CPU, dtype=torch.float64)


def test_rows_count_from_the_unconditional_ones():
    rows = followers(None, following(), None, following(2), unconditional=4)
    assert rows.index([0, 3]).tolist() == [4, 7]
    assert rows.self_sources(0, 1 / 16).tolist() == [0, 1, 2, 3, 4, 4, 6, 6]


def test_self_attention_is_followed_for_its_steps_and_up_to_its_limit():
    rows = followers(None, following(), following(self_steps=1, self_limit=1.0))
    assert rows.self_sources(0, 1 / 4).tolist() == [0, 0, 0]
    assert rows.self_sources(0, 1.0).tolist() == [0, 1, 0]
    assert rows.self_sources(1, 1 / 4).tolist() == [0, 0, 2]
    assert rows.self_sources(1, 1.0) is rows.self_sources(2, 1 / 4) is None


def test_where_all_tokens_follow_no_row_attends_by_itself():
    weights = torch.tensor([1.0, 2.0, -1.0])
    pattern = followers(None, following(weights=weights), unconditional=2).pattern(0)
    assert pattern.queries.tolist() == [0, 1, 2, 2]
    assert pattern.changed.tolist() == [3]
    assert pattern.taken.tolist() == [weights.diag().tolist()]
    assert pattern.taken.dtype == torch.float64
    assert pattern.mixed is None


def test_where_some_follow_a_row_attends_by_itself_too():
    weights = torch.tensor([1.0, 2.0, -1.0])
    pattern = followers(None, None, following(1, weights=weights), unconditional=3).pattern(1)
    # Of the six rows and the mixed one after them: what it follows, and then itself.
    assert pattern.queries.tolist() == [0, 1, 2, 3, 4, 4, 5]
    assert pattern.taken.tolist() == [torch.tensor([1.0, 0.0, 0.0]).diag().tolist()]
    assert pattern.mixed.tolist() == [5]
    assert pattern.own.shape == (1, 1, TOKENS, 1)
    assert pattern.own.flatten().tolist() == [0, 2, -1]


def test_where_none_follow_weights_alone_change_a_row():
    pattern = followers(None, following(), following(weights=torch.tensor([1.0, 0.0, 1.0]))).pattern(2)
    assert pattern.queries is pattern.mixed is None
    assert pattern.changed.tolist() == [2]
    assert pattern.taken.tolist() == [torch.tensor([1.0, 0.0, 1.0]).diag().tolist()]
    assert followers(None, following()).pattern(2).changed is None


def test_the_same_tokens_follow():
    late = following(cross=torch.tensor([[True] * TOKENS, [True] * TOKENS, [False] * TOKENS]))
    assert followers(None, late).same(0, 1)
    assert not followers(None, late).same(1, 2)
    assert not followers(None, late, following()).same(0, 1)
