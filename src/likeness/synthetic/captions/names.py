"""Invented names of persons who are photographed again and again."""

from __future__ import annotations

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"


def name_of(number: int) -> str:
    """An invented name of five letters; the names of 0 to 4,899 are distinct."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    # 37 has no factor in common with the number of pairs, so that multiplying by it only shuffles them
    first, second = divmod(number * 37 % len(syllables) ** 2, len(syllables))
    return syllables[first] + syllables[second] + _CONSONANTS[(number * 5 + first) % len(_CONSONANTS)]
