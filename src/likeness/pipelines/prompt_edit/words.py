"""What changes between two prompts, in words: names of edits, and what is known without being told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\s,.;:!?\"()]+")


@dataclass(frozen=True)
class Change:
    """A run of words that becomes another; one of the two may be empty."""

    removed: tuple[str, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        if not self.removed:
            return f"+ {' '.join(self.added)}"
        return f"{' '.join(self.removed)} → {' '.join(self.added)}" if self.added else f"− {' '.join(self.removed)}"


def words_of(prompt: str) -> list[str]:
    """Split a prompt at blanks and punctuation.

    >>> words_of("yellow car, in  Manhattan")
    ['yellow', 'car', 'in', 'Manhattan']
    """
    return _WORD.findall(prompt)


def changes(source: str, target: str) -> list[Change]:
    """Return which words become which, in the order of the prompts; case does not count.

    >>> [str(change) for change in changes("a pine tree", "a banyan tree in winter")]
    ['pine → banyan', '+ in winter']
    """
    before, after = words_of(source), words_of(target)
    matcher = SequenceMatcher(None, [word.lower() for word in before], [word.lower() for word in after], autojunk=False)
    return [
        Change(tuple(before[i:k]), tuple(after[j:m])) for what, i, k, j, m in matcher.get_opcodes() if what != "equal"
    ]


def describe(found: list[Change], weights: Mapping[str, float]) -> str:
    """Name an edit by what it changes.

    >>> describe(changes("a tree", "an oak"), {"oak": 2})
    'a tree → an oak, oak × 2'
    """
    return ", ".join([*map(str, found), *(f"{word} × {weight:g}" for word, weight in weights.items())])


def contains(prompt: str, phrase: str) -> bool:
    """Tell whether a word, or several in a row, stands in a prompt; case does not count.

    >>> contains("A pine tree, tall", "pine tree"), contains("A pineapple", "pine")
    (True, False)
    """
    inside, sought = ([word.lower() for word in words_of(text)] for text in (prompt, phrase))
    places = range(len(inside) - len(sought) + 1)
    return bool(sought) and any(inside[place : place + len(sought)] == sought for place in places)


def shares_words(phrase: str, other: str) -> bool:
    """Tell whether two phrases have a word in common; case does not count.

    >>> shares_words("full beard", "Beard")
    True
    """
    one, two = ({word.lower() for word in words_of(text)} for text in (phrase, other))
    return not one.isdisjoint(two)
