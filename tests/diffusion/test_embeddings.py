import pytest
import torch

from likeness.diffusion.embeddings import PromptEmbeddings, combined, joined


def of(*values, pooled):
    """A row for each value: two tokens of width 3, and pooled ones of width 2 that are ten times as large."""
    rows = torch.tensor(values).view(-1, 1)
    return PromptEmbeddings(rows.unsqueeze(2).expand(-1, 2, 3), 10 * rows.expand(-1, 2) if pooled else None)


def values_of(embeddings):
    """What `of` was given, if both kinds of embeddings still say the same."""
    values: list[float] = embeddings.hidden_states[:, 0, 0].tolist()
    if embeddings.pooled is not None:
        assert embeddings.pooled[:, 0].tolist() == [10 * value for value in values]
    return values


@pytest.mark.parametrize("pooled", [False, True])
def test_rows_are_taken_joined_and_repeated_together(pooled):
    embeddings = of(1, 2, 3, pooled=pooled)
    assert len(embeddings) == 3
    assert values_of(embeddings[1:]) == [2, 3]
    assert [values_of(row) for row in embeddings.rows()] == [[1], [2], [3]]
    assert values_of(joined([embeddings[2:], embeddings])) == [3, 1, 2, 3]
    assert values_of(of(4, pooled=pooled).expand(3)) == [4, 4, 4]
    assert values_of(combined(torch.add, embeddings, of(1, 1, 2, pooled=pooled))) == [2, 3, 5]
    assert (joined([embeddings, embeddings]).pooled is None) == (not pooled)


@pytest.mark.parametrize("pooled", [False, True])
def test_number_formats_change_together(pooled):
    embeddings = of(1, pooled=pooled)
    coarse = embeddings.to(combined(torch.Tensor.bfloat16, embeddings))
    kinds = ("hidden_states", "pooled") if pooled else ("hidden_states",)
    assert {getattr(coarse, kind).dtype for kind in kinds} == {torch.bfloat16}
    assert {getattr(coarse.float(), kind).dtype for kind in kinds} == {torch.float32}


def test_embeddings_of_two_kinds_of_models_are_not_mixed():
    with pytest.raises(ValueError, match="1 of 2 prompt embeddings are pooled too"):
        joined([of(1, pooled=True), of(2, pooled=False)])
