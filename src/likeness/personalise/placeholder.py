"""Placeholders: the new words that Textual Inversion learns, as tokens and as what other programs call them."""

from __future__ import annotations

import unicodedata

from transformers import AddedToken, CLIPTokenizer

from likeness.diffusion.placeholders import vector_tokens


def spelled(placeholder: str) -> str:
    """The placeholder in Unicode's composed form (NFC), in which tokens are compared.

    Raises:
        ValueError: it is empty or has white space in it.
    """
    if not placeholder or len(placeholder.split()) != 1 or placeholder != placeholder.strip():
        raise ValueError(
            f"Parameter placeholder: {placeholder!r} is not one word. Expected one such as <cezanne>, without spaces."
        )
    return unicodedata.normalize("NFC", placeholder)


def ascii_trigger(placeholder: str) -> str:
    """What stands for the placeholder in files for other programs: lower case and without accents.

    diffusers 0.42 lower-cases the tokens it adds and then looks for them in prompts as they were written: under a name
    with capitals it would use only the first of several vectors.

    >>> ascii_trigger("<Cézanne>")
    '<cezanne>'

    Raises:
        ValueError: it has letters without an ASCII form.
    """
    decomposed = unicodedata.normalize("NFKD", spelled(placeholder))
    trigger = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()
    if not trigger.isascii():
        raise ValueError(
            f"Parameter placeholder: {placeholder!r} has letters that are no ASCII letter with accents, so that other "
            "programs could not use it. Choose one such as <cezanne>."
        )
    return trigger


def check_free(tokenizer: CLIPTokenizer, placeholder: str) -> None:
    """Make sure that neither the placeholder nor its trigger is a token yet.

    Raises:
        ValueError: one is, or the placeholder cannot be one.
    """
    added = {name.lower() for name in tokenizer.added_tokens_encoder}
    for name in (spelled(placeholder), ascii_trigger(placeholder)):
        is_token = len(tokenizer(name, add_special_tokens=False)["input_ids"]) == 1
        if is_token or not added.isdisjoint(token.lower() for token in vector_tokens(name, 2)):
            raise ValueError(
                f"Parameter placeholder: {name!r} already is a token of the model, whose meaning would be lost. "
                "Choose a new one, in angle brackets for example: <my-style>."
            )


def add_placeholder(tokenizer: CLIPTokenizer, placeholder: str, vectors: int) -> int:
    """Add a placeholder's tokens. Prompts may write it with any capitals and in any of Unicode's normal forms.

    Args:
        tokenizer: is changed.
        placeholder: no token of it yet.
        vectors: how many tokens the placeholder stands for.

    Returns:
        The id of the first; the others follow it.

    Raises:
        ValueError: it is a token already.
    """
    check_free(tokenizer, placeholder)
    first = len(tokenizer)
    tokenizer.add_tokens([AddedToken(name, normalized=True) for name in vector_tokens(spelled(placeholder), vectors)])
    return first
