import unicodedata

import pytest

from likeness.diffusion.placeholders import encode
from likeness.personalise.placeholder import add_placeholder, ascii_trigger, check_free, spelled

DECOMPOSED = unicodedata.normalize("NFD", "<Cézanne>")


@pytest.mark.parametrize(
    ("placeholder", "trigger"),
    [("<Cézanne>", "<cezanne>"), (DECOMPOSED, "<cezanne>"), ("<MONET-2>", "<monet-2>"), ("sks", "sks")],
)
def test_triggers_are_lower_case_ascii(placeholder, trigger):
    assert ascii_trigger(placeholder) == trigger


def test_both_normal_forms_are_one_spelling():
    assert DECOMPOSED != "<Cézanne>"
    assert spelled(DECOMPOSED) == spelled("<Cézanne>") == "<Cézanne>"


@pytest.mark.parametrize("placeholder", ["", " ", "<my style>", " <style>"])
def test_a_placeholder_is_one_word(placeholder):
    with pytest.raises(ValueError, match=r"Parameter placeholder: .* is not one word.*such as <cezanne>"):
        spelled(placeholder)


def test_letters_that_other_programs_cannot_spell_are_refused():
    with pytest.raises(ValueError, match="placeholder: '<梵高>' has letters that are no ASCII"):
        ascii_trigger("<梵高>")


def test_tokens_are_added_in_a_row_and_found_in_any_spelling(model):
    words = len(model.tokenizer)
    assert add_placeholder(model.tokenizer, DECOMPOSED, 3) == words
    assert len(model.tokenizer) == words + 3
    for written in ("<Cézanne>", DECOMPOSED, "<CÉZANNE>"):
        assert encode(model.tokenizer, f"a {written}").ids[2:-1] == [words, words + 1, words + 2]
    assert encode(model.tokenizer, "a Cézanne").ids == model.tokenizer("a Cézanne")["input_ids"]


@pytest.mark.parametrize("taken", ["man", "Man", "<|endoftext|>", "<", "<Known>", "<known>", "<Famous>"])
def test_what_already_is_a_token_is_named(model, taken):
    model.tokenizer.add_tokens(["<Known>", "<famous>_1"])
    with pytest.raises(ValueError, match=r"already is a token of the model.*Choose a new one"):
        check_free(model.tokenizer, taken)


def test_a_trigger_that_already_is_a_token_is_named(model):
    add_placeholder(model.tokenizer, "<cezanne>", 2)
    with pytest.raises(ValueError, match="placeholder: '<cezanne>' already is a token"):
        add_placeholder(model.tokenizer, "<Cézanne>", 1)


def test_nothing_is_added_twice(model):
    add_placeholder(model.tokenizer, "<Cézanne>", 1)
    words = len(model.tokenizer)
    with pytest.raises(ValueError, match="'<Cézanne>' already is a token"):
        add_placeholder(model.tokenizer, DECOMPOSED, 1)
    assert len(model.tokenizer) == words
