"""The few rows of the text encoders' tables of token embeddings that Textual Inversion trains.

The rows are a parameter of their own: the optimiser never sees the table, so that it needs no putting back after
weight decay and no gradient or moments of its size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import CLIPTokenizer

from likeness.diffusion.model import DiffusionModel
from likeness.personalise.draws import mixed_seed
from likeness.personalise.placeholder import add_placeholder

_STREAM = 3
"""Of randomness, for starting vectors."""


class PlaceholderRows(nn.Module):
    """A frozen table of token embeddings and rows behind it that learn.

    Args:
        table: stays as it is.
        first: id of the first row's token; the others follow it.
        rows: where they start from, (vectors, width).

    Attributes:
        rows: the vectors that learn, float32 (vectors, width).
    """

    def __init__(self, table: nn.Embedding, first: int, rows: Tensor) -> None:
        super().__init__()
        self.table = table
        self.first = first
        self.rows = nn.Parameter(rows.detach().float().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        """Embeddings (n, length, width) of tokens (n, length), in the table's format."""
        places = tokens - self.first
        learned = (places >= 0) & (places < len(self.rows))
        known = self.table(tokens.masked_fill(learned, 0))
        rows = nn.functional.embedding(places.masked_fill(~learned, 0), self.rows).to(known.dtype)
        return torch.where(learned.unsqueeze(-1), rows, known)


def train_placeholder(
    model: DiffusionModel, placeholder: str, *, vectors: int, initialiser: str | None, seed: int
) -> tuple[PlaceholderRows, ...]:
    """Make a placeholder a word of the model, with vectors that learn; nothing else of the text encoders does.

    Args:
        model: its tokenizer and text encoders are changed.
        placeholder: no token of the model yet.
        vectors: how many the placeholder stands for.
        initialiser: word that every vector starts from; None draws each from the distribution of the table's rows.
        seed: of the random start.

    Returns:
        The rows of each text encoder.

    Raises:
        ValueError: the placeholder is a token already, or the initialiser is none or several.
    """
    token = None if initialiser is None else _only_token(model.tokenizer, initialiser)
    first = add_placeholder(model.tokenizer, placeholder, vectors)
    rows = []
    for encoder in model.text_encoders.values():
        table = encoder.get_input_embeddings()
        drawn = token is None
        start = _drawn(table.weight.float(), vectors, seed) if drawn else table.weight[token].repeat(vectors, 1)
        rows.append(PlaceholderRows(table, first, start))
        encoder.requires_grad_(False).set_input_embeddings(rows[-1])
    return tuple(rows)


def _only_token(tokenizer: CLIPTokenizer, word: str) -> int:
    tokens: list[int] = tokenizer(word, add_special_tokens=False)["input_ids"]
    if len(tokens) != 1:
        pieces = " + ".join(tokenizer.decode([token]).strip() or "?" for token in tokens) or "nothing"
        raise ValueError(
            f"Parameter initialiser: {word!r} is {len(tokens)} tokens ({pieces}), expected one. Choose a more common "
            "word, such as painting for a style or person for an object, or none for a random start."
        )
    return tokens[0]


def _drawn(table: Tensor, vectors: int, seed: int) -> Tensor:
    """Normally distributed rows (vectors, width) with the mean and standard deviation of the table's columns."""
    generator = torch.Generator().manual_seed(mixed_seed(seed, _STREAM))
    noise = torch.randn(vectors, table.shape[1], generator=generator).to(table.device)
    return table.mean(dim=0) + table.std(dim=0) * noise
