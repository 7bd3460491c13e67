"""Which token of an edited prompt takes the attention of which token of the source prompt."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from likeness.diffusion.words import SplitPrompt, Word

Kind = Literal["replace", "refine"]
Pairs = list[tuple[Sequence[Word], Sequence[Word]]]

# After one of these another thing begins: in "a hat" → "a cap and a coat" it is the cap that replaces the hat.
_SEPARATORS = frozenset(
    ["and", "or", "with", "without", "in", "on", "at", "of", "by", "from", "to", "for", "under", "over", "near"]
)


def token_mapper(source: SplitPrompt, target: SplitPrompt, length: int, kind: Kind | None = None) -> Tensor:
    """Shares of the source tokens' attention that the target's tokens take.

    Words that stay take their own. A word that replaces another takes its attention: token by token where both have
    as many, else the sum of it in equal parts, so that none is lost or counted twice (the authors' code loses it after
    a word that becomes more tokens: it goes on along the diagonal of the target's places). An added word has no
    share, as by refinement in the paper; what a removed word had is dropped. Start and end token and the padding
    belong to each other, the shorter padding's last token to all that the longer has more.

    Args:
        source: the source prompt.
        target: the edited one.
        length: tokens that the text encoder is given, padding included.
        kind: see `paired_words`.

    Returns:
        float32 (length, length): row i, column j is the share of source token i that target token j takes. Columns of
        tokens that attend by themselves are 0; all rows but those of removed words sum to 1.

    Raises:
        ValueError: a prompt has more tokens than `length`, or the prompts do not fit the kind.
    """
    for prompt in (source, target):
        if prompt.end >= length:
            raise ValueError(
                f"the prompt {prompt.text!r} has {prompt.end + 1} tokens and the text encoder takes {length}: "
                "shorten it"
            )
    mapper = torch.zeros(length, length)
    mapper[0, 0] = 1
    for before, after in paired_words(source.words, target.words, kind):
        _share(mapper, [t for word in before for t in word.tokens], [t for word in after for t in word.tokens])
    shorter = length - max(source.end, target.end)
    for place in range(shorter - 1):
        mapper[source.end + place, target.end + place] = 1
    _share(mapper, range(source.end + shorter - 1, length), range(target.end + shorter - 1, length))
    return mapper


def paired_words(source: Sequence[Word], target: Sequence[Word], kind: Kind | None = None) -> Pairs:
    """Runs of source words with the runs of target words that take their attention.

    Args:
        source: words of the source prompt.
        target: words of the edited prompt.
        kind: "replace" pairs what white space separates, one by one; "refine" pairs equal words only; None pairs
            equal words and, between them, what was removed with what was put in its place.

    Raises:
        ValueError: "replace" is asked for, and the prompts have different numbers of words.
    """
    if kind == "replace":
        befores, afters = _spaced(source), _spaced(target)
        if len(befores) != len(afters):
            raise ValueError(
                f"replacing word by word needs prompts of as many words, and these have {len(befores)} and "
                f"{len(afters)}"
            )
        return [pair for before, after in zip(befores, afters, strict=True) for pair in paired_words(before, after)]
    equal = align([_key(word) for word in source], [_key(word) for word in target])
    pairs: Pairs = [([source[i]], [target[j]]) for i, j in equal]
    if kind is None:
        for (i, j), (next_i, next_j) in pairwise([(-1, -1), *equal, (len(source), len(target))]):
            pairs += _replaced(source[i + 1 : next_i], target[j + 1 : next_j])
    return pairs


def align(source: Sequence[object], target: Sequence[object]) -> list[tuple[int, int]]:
    """Pairs of equal items in order, as many as possible (Needleman & Wunsch 1970: match 1, mismatch -1, gap 0).

    Of several such alignments it is the one with the fewest gaps between paired items, and then the one that pairs the
    latest: "a car" stays together in "a painting of a car".
    """
    # Best (matches, -inner gaps) of source[:i] and target[:j]; in `joined` with the last items of both paired.
    best = [[(0, 0)] * (len(target) + 1) for _ in range(len(source) + 1)]
    joined = [[(-1, 0)] * (len(target) + 1) for _ in range(len(source) + 1)]
    for i, one in enumerate(source, start=1):
        for j, other in enumerate(target, start=1):
            if one == other:
                joined[i][j] = max(_after(joined[i - 1][j - 1], 0), _after(best[i - 1][j - 1], 1))
            best[i][j] = max(best[i - 1][j], best[i][j - 1], joined[i][j])
    pairs = []
    i, j = len(source), len(target)
    while i and j:
        if joined[i][j] == best[i][j]:
            pairs.append((i - 1, j - 1))
            while joined[i][j] == _after(joined[i - 1][j - 1], 0) and joined[i - 1][j - 1][0] > 0:
                i, j = i - 1, j - 1
                pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _key(word: Word) -> object:
    """What equal words have in common; "a man" becomes "an old man" without another article."""
    return "a" if word.text in ("a", "an") else word.ids


def _after(state: tuple[int, int], gaps: int) -> tuple[int, int]:
    """One more match; before the first one there is no inner gap."""
    matches, inner = state
    return matches + 1, inner - (gaps if matches > 0 else 0)


def _replaced(before: Sequence[Word], after: Sequence[Word]) -> Pairs:
    """What replaces what in two runs without equal words: word by word, else the first phrases as wholes."""
    if len(before) == len(after):
        return [([one], [other]) for one, other in zip(before, after, strict=True)]
    before, after = _phrase(before), _phrase(after)
    return [(before, after)] if before and after else []


def _phrase(words: Sequence[Word]) -> Sequence[Word]:
    ends = [i for i, word in enumerate(words) if word.text in _SEPARATORS or not any(map(str.isalnum, word.text))]
    return words[: ends[0]] if ends else words


def _spaced(words: Sequence[Word]) -> list[Sequence[Word]]:
    starts = [i for i, word in enumerate(words) if word.spaced]
    return [words[i:j] for i, j in pairwise([*starts, len(words)])]


def _share(mapper: Tensor, before: Sequence[int], after: Sequence[int]) -> None:
    if len(before) == len(after):
        mapper[list(before), list(after)] = 1
    else:
        mapper[before[0] : before[-1] + 1, after[0] : after[-1] + 1] = 1 / len(after)
