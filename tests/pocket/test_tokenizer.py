import pytest
import torch
from tokenizers import AddedToken
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from likeness.pocket.options import TokenizerOptions
from likeness.pocket.tokenizer import token_ids, token_table, train_tokenizer

CAPTIONS = ["a photo of an old man in a forest", "an old woman at the beach", "a photo of a young woman, smiling"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(CAPTIONS, TokenizerOptions(vocabulary=560, length=16))


def test_frequent_words_become_single_pieces(tokenizer):
    assert tokenizer.tokenize("photo of woman") == ["photo</w>", "of</w>", "woman</w>"]
    assert len(tokenizer) <= 560


@pytest.mark.parametrize("text", ["sks", "cézanne", "75 years", "zoë's", "日本", "{?}"])
def test_any_word_can_be_spelled(tokenizer, text):
    pieces = tokenizer.tokenize(text)
    assert tokenizer.unk_token not in pieces
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True).replace(" ", "") == text.replace(
        " ", ""
    )


def test_upper_case_reads_as_lower_case(tokenizer):
    assert tokenizer("A Photo").input_ids == tokenizer("a photo").input_ids


def test_is_the_same_after_saving(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    opened = CLIPTokenizer.from_pretrained(tmp_path)
    assert opened.model_max_length == 16
    for text in [*CAPTIONS, "sks", "Cézanne"]:
        assert opened(text).input_ids == tokenizer(text).input_ids


def test_takes_new_tokens(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    opened = CLIPTokenizer.from_pretrained(tmp_path)
    size = len(opened)
    opened.add_tokens([AddedToken("<Cézanne>", normalized=False)])
    encoder = CLIPTextModel(
        CLIPTextConfig(vocab_size=size, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    )
    encoder.resize_token_embeddings(len(opened))
    ids = opened("a photo of <Cézanne>", return_tensors="pt").input_ids
    assert size in ids
    assert torch.isfinite(encoder(ids)[0]).all()


def test_ids_are_padded_with_the_end_token_and_cut(tokenizer):
    short, long = token_ids(tokenizer, ["a", "man " * 40])
    assert short.tolist()[0] == tokenizer.bos_token_id
    assert short.tolist()[2:] == [tokenizer.eos_token_id] * 14
    assert long.shape == (16,)
    assert long[-1] == tokenizer.eos_token_id


def test_table_holds_every_alternative(tokenizer):
    table, counts = token_table(tokenizer, [CAPTIONS[:1], CAPTIONS])
    assert table.shape == (2, 3, 16)
    assert counts.tolist() == [1, 3]
    assert torch.equal(table[1].long(), token_ids(tokenizer, CAPTIONS))
    assert not table[0, 1:].any()


def test_every_picture_needs_a_caption(tokenizer):
    with pytest.raises(ValueError, match="caption"):
        token_table(tokenizer, [["a man"], []])
