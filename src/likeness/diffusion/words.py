"""Which tokens of a prompt are which of its words, as the tokenizer itself splits them."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import CLIPTokenizer

from likeness.diffusion.placeholders import encode


@dataclass(frozen=True)
class Word:
    """A word, a digit, a run of punctuation or a placeholder token: what the tokenizer never merges with its neighbour.

    Attributes:
        text: in lower case, as it stands in the prompt.
        ids: of its tokens.
        first: place of its first token among the prompt's, the start token being 0.
        spaced: whether it is the prompt's first word or white space comes before it.
    """

    text: str
    ids: tuple[int, ...]
    first: int
    spaced: bool

    @property
    def tokens(self) -> range:
        """The places of its tokens."""
        return range(self.first, self.first + len(self.ids))


@dataclass(frozen=True)
class SplitPrompt:
    """A prompt as words and their tokens.

    Attributes:
        text: the prompt.
        words: in order; together they are all tokens but the start and end token.
    """

    text: str
    words: tuple[Word, ...]

    @property
    def end(self) -> int:
        """The place of the end token."""
        return 1 + sum(len(word.ids) for word in self.words)


def split_prompt(tokenizer: CLIPTokenizer, prompt: str) -> SplitPrompt:
    """Split a prompt into words, exactly as its embedding is made: case, accents and white space as the tokenizer does.

    >>> [word.text for word in split_prompt(tokenizer, "Cézanne's  car,1980").words]  # doctest: +SKIP
    ['cézanne', "'s", 'car', ',', '1', '9', '8', '0']
    """
    encoded = encode(tokenizer, prompt)
    offsets, ids = encoded.offsets, encoded.ids
    places: dict[int, list[int]] = {}
    for place, word in enumerate(encoded.words):
        if word is not None:
            places.setdefault(word, []).append(place)
    words: list[Word] = []
    previous_end = 0
    for tokens in places.values():
        begin, end = offsets[tokens[0]][0], offsets[tokens[-1]][1]
        spaced = not words or begin > previous_end
        text = prompt[begin:end].lower()
        words.append(Word(text, tuple(ids[place] for place in tokens), tokens[0], spaced))
        previous_end = end
    return SplitPrompt(prompt, tuple(words))


def token_indices(tokenizer: CLIPTokenizer, prompt: SplitPrompt, words: str) -> tuple[int, ...]:
    """The tokens of a word, or of several in a row, at every place in the prompt where they stand.

    Args:
        tokenizer: that split the prompt.
        prompt: where they are looked for.
        words: a whole word ("pet" is not in "carpet"), or several.

    Returns:
        Places in ascending order; the start token is at 0.

    Raises:
        ValueError: the prompt does not have them.
    """
    wanted = [word.ids for word in split_prompt(tokenizer, words).words]
    present = [word.ids for word in prompt.words]
    starts = [i for i in range(len(present)) if wanted and present[i : i + len(wanted)] == wanted]
    if not starts:
        raise ValueError(f"the word {words!r} is not in the prompt {prompt.text!r}: write it as it stands there")
    found = {place for i in starts for word in prompt.words[i : i + len(wanted)] for place in word.tokens}
    return tuple(sorted(found))
