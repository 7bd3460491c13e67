import unicodedata
from copy import deepcopy

import pytest
from transformers import AddedToken

from likeness.diffusion.placeholders import encode, vector_tokens
from likeness.diffusion.prompts import tokenise
from likeness.diffusion.words import split_prompt, token_indices


@pytest.fixture
def tokenizer(opened):
    """A tokenizer with placeholders of three vectors, of one, and of two."""
    tokenizer = deepcopy(opened.tokenizer)
    names = [*vector_tokens("<Cézanne>", 3), *vector_tokens("<one>", 1), *vector_tokens("<two>", 2)]
    tokenizer.add_tokens([AddedToken(name, normalized=True) for name in names])
    return tokenizer


def test_vectors_are_named_as_diffusers_names_them():
    assert vector_tokens("<t>", 1) == ["<t>"]
    assert vector_tokens("<t>", 3) == ["<t>", "<t>_1", "<t>_2"]


def test_a_placeholder_becomes_all_its_vectors(tokenizer, opened):
    first = len(opened.tokenizer)
    encoded = encode(tokenizer, "a <Cézanne>, <one> <two>s")
    comma, s = opened.tokenizer.convert_tokens_to_ids([",</w>", "s</w>"])
    assert encoded.ids[2:-1] == [first, first + 1, first + 2, comma, first + 3, first + 4, first + 5, s]
    assert encoded.offsets[2:6] == [(2, 11), (2, 11), (2, 11), (11, 12)]
    assert encoded.words[2:6] == [1, 1, 1, 2]


def test_spelling_of_accents_and_capitals_make_no_difference(tokenizer):
    expected = encode(tokenizer, "<Cézanne>").ids
    assert len(expected) == 5
    for written in (unicodedata.normalize("NFD", "<Cézanne>"), "<cézanne>", "<CÉZANNE>"):
        assert encode(tokenizer, written).ids == expected


@pytest.mark.parametrize("prompt", ["", "a photo of Cézanne & a man", "<one>", "<two", "<Cezanne>"])
def test_without_several_vectors_nothing_changes(tokenizer, prompt):
    plain, encoded = tokenizer(prompt, return_offsets_mapping=True), encode(tokenizer, prompt)
    assert (encoded.ids, encoded.offsets) == (plain["input_ids"], plain["offset_mapping"])
    assert encoded.words == plain.word_ids(0)


def test_a_placeholder_is_one_word_of_several_tokens(tokenizer):
    prompt = split_prompt(tokenizer, "a photo of <Cézanne> in a forest")
    assert [word.text for word in prompt.words] == ["a", "photo", "of", "<cézanne>", "in", "a", "forest"]
    assert token_indices(tokenizer, prompt, "<Cézanne>") == (4, 5, 6)
    assert token_indices(tokenizer, prompt, "forest") == (9,)
    assert prompt.end == 10


def test_a_prompt_cut_within_a_placeholder_names_it(tokenizer):
    with pytest.warns(UserWarning, match="does not see '<Cézanne> in a forest'"):
        ids = tokenise(tokenizer, ["a photo of <Cézanne> in a forest"], 7)
    assert ids.shape == (1, 7)
