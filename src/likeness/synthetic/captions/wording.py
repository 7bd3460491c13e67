"""Captions and the parts they are put together from; each knows what its words say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Caption:
    """A caption, or a part of one.

    Attributes:
        text: The words.
        said: Columns of the attributes' table whose value the words claim; what a picture merely shows is not said.
    """

    text: str
    said: frozenset[str] = frozenset()


def saying(text: str, *said: str) -> Caption:
    """Words, and the attributes they say."""
    return Caption(text, frozenset(said))


def joined(parts: Iterable[Caption], by: str = " ") -> Caption:
    """Parts one after the other; those without words are left out."""
    worded = [part for part in parts if part.text]
    return Caption(by.join(part.text for part in worded), frozenset().union(*(part.said for part in worded)))


def listed(parts: Sequence[Caption]) -> Caption:
    """Parts as a list: a, b and c."""
    if len(parts) < 2:
        return joined(parts)
    return joined([joined(parts[:-1], ", "), parts[-1]], " and ")


def with_article(noun: str) -> str:
    """A noun with its indefinite article, told from its first letter."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def with_adjective(adjective: str, noun: str) -> str:
    """A noun, with its article if it has one, and an adjective before it."""
    article, _, rest = noun.partition(" ")
    if article in ("a", "an"):
        return with_article(f"{adjective} {rest}")
    return f"the {adjective} {rest}" if article == "the" else f"{adjective} {noun}"


def one(rng: np.random.Generator, choices: Sequence[Choice]) -> Choice:
    """One of some things, all as likely."""
    return choices[int(rng.integers(len(choices)))]


def shuffled(rng: np.random.Generator, things: Sequence[Choice]) -> list[Choice]:
    """The same things in another order."""
    return [things[place] for place in rng.permutation(len(things))]
