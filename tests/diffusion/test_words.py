from pathlib import Path

import pytest
from transformers import CLIPTokenizer

from likeness.diffusion.words import split_prompt, token_indices

POCKET_TOKENIZER = Path(__file__).parents[2] / "data" / "01_raw" / "pocket_model" / "tokenizer"


@pytest.fixture(scope="module")
def tokenizer():
    """The pocket model's, with a placeholder token."""
    tokenizer = CLIPTokenizer.from_pretrained(POCKET_TOKENIZER)
    tokenizer.add_tokens(["<sitter>"])
    return tokenizer


def tokens(tokenizer, prompt, words):
    """What is found, as the tokenizer spells it."""
    found = token_indices(tokenizer, split_prompt(tokenizer, prompt), words)
    ids = tokenizer(prompt)["input_ids"]
    return tokenizer.convert_ids_to_tokens([ids[place] for place in found])


def test_words_and_punctuation_and_digits_are_told_apart(tokenizer):
    prompt = split_prompt(tokenizer, "An old man's forty-year-old hat,\t1980!")
    expected = ["an", "old", "man", "'s", "forty", "-", "year", "-", "old", "hat", ",", "1", "9", "8", "0", "!"]
    assert [word.text for word in prompt.words] == expected


def test_the_words_are_all_tokens_between_start_and_end(tokenizer):
    text = "  a  photo of Cézanne, <sitter> &  it's\na garden "
    prompt = split_prompt(tokenizer, text)
    ids = tokenizer(text)["input_ids"]
    assert [token for word in prompt.words for token in word.ids] == ids[1:-1]
    assert [place for word in prompt.words for place in word.tokens] == list(range(1, prompt.end))
    assert ids[prompt.end] == tokenizer.eos_token_id


def test_white_space_is_noticed(tokenizer):
    prompt = split_prompt(tokenizer, "a red,\nblue  car")
    assert [(word.text, word.spaced) for word in prompt.words] == [
        ("a", True),
        ("red", True),
        (",", False),
        ("blue", True),
        ("car", True),
    ]


@pytest.mark.parametrize(
    ("prompt", "words", "expected"),
    [
        ("a photo of a man", "photo", [2]),
        ("a photo of a man", "man", [5]),
        ("a  photo\tof   a man", "man", [5]),
        ("a man, smile", "man", [2]),
        ("a man, smile", ",", [3]),
        ("a man, smile", "man,", [2, 3]),
        ("a photo of a man", "a", [1, 4]),
        ("a photo of a man", "A", [1, 4]),
        ("old man and old woman", "old man", [1, 2]),
        ("old man and old woman", "old  Man", [1, 2]),
        ("<sitter> in <sitter>s forest", "<sitter>", [1, 3]),
        ("a brown-haired man", "brown", [2]),
    ],
)
def test_places_of_a_word(tokenizer, prompt, words, expected):
    assert token_indices(tokenizer, split_prompt(tokenizer, prompt), words) == tuple(expected)


@pytest.mark.parametrize("written", ["Cézanne", "Ce\u0301zanne", "CÉZANNE"])
@pytest.mark.parametrize("words", ["Cézanne", "Ce\u0301zanne", "cézanne"])
def test_accents_are_found_however_they_are_written(tokenizer, written, words):
    prompt = f"a  photo of {written} smile"
    pieces = tokens(tokenizer, prompt, words)
    # Whatever pieces the vocabulary has, together they are the whole word and nothing else, "é" as its two bytes.
    assert "".join(pieces) == "cÃ©zanne</w>"
    assert len(pieces) > 1
    assert tokens(tokenizer, prompt, "smile") == ["smile</w>"]


def test_a_part_of_a_word_is_not_the_word(tokenizer):
    # "woman" could be spelt "wo" + "man</w>", "manly" is "man" + "ly</w>".
    with pytest.raises(ValueError, match=r"the word 'man' is not in the prompt 'a woman, manly'"):
        token_indices(tokenizer, split_prompt(tokenizer, "a woman, manly"), "man")
    assert tokens(tokenizer, "zzman xman", "zzman")[-1].endswith("</w>")
    with pytest.raises(ValueError, match="'man'"):
        token_indices(tokenizer, split_prompt(tokenizer, "zzman xman"), "man")


@pytest.mark.parametrize("words", ["", "  ", "woman", "man photo"])
def test_a_word_that_is_not_there_is_named(tokenizer, words):
    with pytest.raises(ValueError, match=f"{words!r} is not in the prompt 'a photo of a man'"):
        token_indices(tokenizer, split_prompt(tokenizer, "a photo of a man"), words)


def test_an_empty_prompt_has_no_words(tokenizer):
    prompt = split_prompt(tokenizer, "")
    assert (prompt.words, prompt.end) == ((), 1)
