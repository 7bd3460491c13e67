"""Placeholder tokens that stand for several vectors, as Textual Inversion learns them (Gal et al. 2022).

A placeholder of n vectors is a token and n - 1 more that follow it, all of them added to the tokenizer and named as
diffusers names them. In a prompt only the first is written; encoding puts the others behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from transformers import CLIPTokenizer


@dataclass(frozen=True)
class EncodedPrompt:
    """The tokens of a prompt, its start and end token included, not yet cut or padded.

    Attributes:
        ids: of the tokens.
        offsets: where each begins and ends in the prompt; all vectors of a placeholder share its place.
        words: the number of the word each belongs to, None for start and end token.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    words: list[int | None]


def vector_tokens(placeholder: str, vectors: int) -> list[str]:
    """Names of a placeholder's tokens, one a vector: `<t>`, `<t>_1`, `<t>_2` …"""
    return [placeholder, *(f"{placeholder}_{number}" for number in range(1, vectors))]


def encode(tokenizer: CLIPTokenizer, prompt: str) -> EncodedPrompt:
    """Split a prompt into tokens, with every placeholder's vectors in its place.

    A tokenizer without placeholders of several vectors encodes as it always does.
    """
    encoded = tokenizer(prompt, return_offsets_mapping=True, verbose=False)
    vectors = _vectors_by_first(tokenizer)
    expanded = EncodedPrompt([], [], [])
    for token, place, word in zip(encoded["input_ids"], encoded["offset_mapping"], encoded.word_ids(0), strict=True):
        ids = vectors.get(token, [token])
        expanded.ids.extend(ids)
        expanded.offsets.extend([place] * len(ids))
        expanded.words.extend([word] * len(ids))
    return expanded


def _vectors_by_first(tokenizer: CLIPTokenizer) -> dict[int, list[int]]:
    """Ids of all vectors of each placeholder of several, by the id of its first."""
    added: dict[str, int] = tokenizer.added_tokens_encoder
    found = {}
    for name, first in added.items():
        ids = [first]
        while (following := added.get(f"{name}_{len(ids)}")) is not None:
            ids.append(following)
        if len(ids) > 1:
            found[first] = ids
    return found
