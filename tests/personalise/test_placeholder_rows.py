import pytest
import torch
from torch import nn

from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import open_model
from likeness.personalise.placeholder_rows import PlaceholderRows, train_placeholder


def example():
    """Five words of width 3, of which the last is spare, and two rows from the spare one on."""
    table = nn.Embedding(5, 3).requires_grad_(False)
    return PlaceholderRows(table, 4, torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))


def test_tokens_are_looked_up_in_the_table_or_among_the_rows():
    embedding = example()
    found = embedding(torch.tensor([[0, 4, 5], [5, 3, 3]]))
    words = embedding.table.weight
    assert torch.equal(found[0, 0], words[0])
    assert torch.equal(found[1, 1:], words[[3, 3]])
    assert found[0, 1:].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert found[1, 0].tolist() == [4, 5, 6]


def test_only_the_rows_get_gradients():
    embedding = example()
    embedding(torch.tensor([[0, 4, 4], [5, 3, 4]])).sum().backward()
    assert embedding.rows.grad.tolist() == [[3, 3, 3], [1, 1, 1]]
    assert embedding.table.weight.grad is None


def test_rows_stay_in_float32_beside_a_coarser_table():
    embedding = PlaceholderRows(nn.Embedding(5, 3, dtype=torch.bfloat16), 5, torch.ones(1, 3, dtype=torch.bfloat16))
    assert embedding.rows.dtype == torch.float32
    assert embedding(torch.tensor([[0, 5]])).dtype == torch.bfloat16


def test_every_vector_starts_from_the_initialisers(model):
    table = model.text_encoder.get_input_embeddings()
    man = model.tokenizer.convert_tokens_to_ids("man</w>")
    (embedding,) = train_placeholder(model, "<Cézanne>", vectors=3, initialiser="Man", seed=0)
    assert torch.equal(embedding.rows, table.weight[man].repeat(3, 1))
    assert embedding.table is table
    with torch.no_grad():
        learned, known = encode_prompts(model, ["a photo of <Cézanne>", "a photo of man man man"]).hidden_states
    assert torch.equal(learned, known)


def test_a_random_start_is_like_the_vocabulary(model):
    weight = model.text_encoder.get_input_embeddings().weight
    weight.copy_(torch.randn(weight.shape) * torch.linspace(0.1, 2, weight.shape[1]) + 3)
    expected_mean, expected_std = weight.mean(dim=0), weight.std(dim=0)
    (many,) = train_placeholder(model, "<many>", vectors=32, initialiser=None, seed=0)
    rows = many.rows.detach()
    assert ((rows.mean(dim=0) - expected_mean).abs() < expected_std).all()
    assert torch.allclose(rows.std(dim=0), expected_std, rtol=0.6)


def test_a_random_start_depends_on_the_seed_alone(base):
    starts = []
    for seed in (0, 0, 1):
        torch.rand(1)
        opened = open_model(base, device="cpu")
        (made,) = train_placeholder(opened, "<new>", vectors=2, initialiser=None, seed=seed)
        starts.append(made.rows.detach())
    assert torch.equal(starts[0], starts[1])
    assert not torch.equal(starts[0], starts[2])
    assert not torch.equal(starts[0][0], starts[0][1])


def test_nothing_but_the_rows_learns(model):
    train_placeholder(model, "<new>", vectors=2, initialiser="man", seed=0)
    learning = [name for name, parameter in model.text_encoder.named_parameters() if parameter.requires_grad]
    assert learning == ["embeddings.token_embedding.rows"]


@pytest.mark.parametrize(("word", "said"), [("old man", r"2 tokens \(old \+ man\)"), ("", "0 tokens"), ("qx", "2 tok")])
def test_an_initialiser_that_is_not_one_token_is_named(model, word, said):
    words = len(model.tokenizer)
    with pytest.raises(ValueError, match=f"Parameter initialiser: '{word}' is {said}.*such as painting"):
        train_placeholder(model, "<new>", vectors=1, initialiser=word, seed=0)
    assert len(model.tokenizer) == words
