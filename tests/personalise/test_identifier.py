import pytest
import torch
from torch import nn

from likeness.diffusion.encoding import encode_prompts
from likeness.personalise.embedding_files import read_embedding
from likeness.personalise.identifier import IdentifierEmbedding, save_identifier, train_identifier


def test_only_the_identifiers_row_gets_a_gradient():
    table = nn.Embedding(5, 3).requires_grad_(False)
    embedding = IdentifierEmbedding(table, 2)
    tokens = torch.tensor([[0, 2, 2], [1, 2, 4]])
    assert torch.equal(embedding(tokens), table(tokens))
    embedding(tokens).sum().backward()
    assert embedding.row.grad.tolist() == [3.0, 3.0, 3.0]
    assert table.weight.grad is None


def test_merging_writes_the_row_and_no_other():
    table = nn.Embedding(5, 3).requires_grad_(False)
    before = table.weight.clone()
    embedding = IdentifierEmbedding(table, 2)
    nn.init.constant_(embedding.row, 7.0)
    merged = embedding.merged().weight
    assert merged[2].tolist() == [7.0, 7.0, 7.0]
    others = [0, 1, 3, 4]
    assert torch.equal(merged[others], before[others])


def test_a_word_in_pieces_becomes_a_token_that_starts_from_their_mean(model):
    tokenizer = model.tokenizer
    words, table = len(tokenizer), model.text_encoder.get_input_embeddings().weight.clone()
    pieces = tokenizer("Zé5", add_special_tokens=False)["input_ids"]
    assert len(pieces) > 1
    embedding = train_identifier(model, "Zé5")
    assert tokenizer("a photo of Zé5, a man")["input_ids"].count(words) == 1
    assert words not in tokenizer("a photo of zé5, Zé55")["input_ids"]
    assert torch.allclose(embedding.row, table[pieces].mean(dim=0))
    assert torch.equal(embedding.table.weight[:words], table)
    assert model.text_encoder.config.vocab_size == words + 1


def test_a_word_of_the_vocabulary_keeps_its_token_and_embedding(model):
    with torch.no_grad():
        before = encode_prompts(model, ["a man in a forest"]).hidden_states
        words = len(model.tokenizer)
        embedding = train_identifier(model, "man")
        assert len(model.tokenizer) == words
        assert embedding.token == model.tokenizer.convert_tokens_to_ids("man</w>")
        assert torch.equal(encode_prompts(model, ["a man in a forest"]).hidden_states, before)
    learning = [name for name, parameter in model.text_encoder.named_parameters() if parameter.requires_grad]
    assert learning == ["embeddings.token_embedding.row"]


@pytest.mark.parametrize(("word", "file"), [("sks", "sks"), ("<zwx>", "zwx")])
def test_the_learned_row_is_stored_under_its_word(model, tmp_path, word, file):
    learned = train_identifier(model, word)
    save_identifier(model, tmp_path)
    stored = read_embedding(tmp_path / f"{file}.safetensors")
    assert stored.placeholder == word
    assert torch.equal(stored.vectors, learned.row.detach().unsqueeze(0))
