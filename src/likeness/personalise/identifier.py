"""Train the rare identifier's own embedding, and no other word's.

An optimiser over the whole table would decay every word's row; here only the identifier's row is a parameter.
"""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AddedToken

from likeness.diffusion.model import DiffusionModel
from likeness.personalise.embedding_files import Embedding, save_for_others


class IdentifierEmbedding(nn.Module):
    """A frozen table of token embeddings with one row that learns.

    Args:
        table: stays as it is.
        token: whose row learns, starting from the table's.

    Attributes:
        row: the embedding that learns, (width,).
    """

    def __init__(self, table: nn.Embedding, token: int) -> None:
        super().__init__()
        self.table = table
        self.token = token
        self.row = nn.Parameter(table.weight[token].detach().clone())

    def forward(self, tokens: Tensor) -> Tensor:
        """Embeddings (n, length, width) of tokens (n, length)."""
        return torch.where((tokens == self.token).unsqueeze(-1), self.row, self.table(tokens))

    def merged(self) -> nn.Embedding:
        """The table with the learned row in it."""
        with torch.no_grad():
            self.table.weight[self.token] = self.row
        return self.table


def train_identifier(model: DiffusionModel, identifier: str) -> IdentifierEmbedding:
    """Make the identifier's embedding trainable; one that is spelled in pieces first becomes a token of its own.

    A new token starts from the mean of its pieces. Prompts must spell it as it is given here, capitals included.

    Args:
        model: its tokenizer and text encoder are changed.
        identifier: one word.
    """
    tokenizer, text_encoder = model.tokenizer, model.text_encoder
    pieces = tokenizer(identifier, add_special_tokens=False)["input_ids"]
    if len(pieces) > 1:
        start = text_encoder.get_input_embeddings().weight[pieces].mean(dim=0)
        # Added tokens are lower-cased before they are looked for, unless normalized is off.
        tokenizer.add_tokens(AddedToken(identifier, normalized=False, single_word=True))
        text_encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False).requires_grad_(False)
        pieces = [tokenizer.convert_tokens_to_ids(identifier)]
        text_encoder.get_input_embeddings().weight[pieces[0]] = start
    embedding = IdentifierEmbedding(text_encoder.get_input_embeddings(), pieces[0])
    text_encoder.set_input_embeddings(embedding)
    return embedding


def save_identifier(model: DiffusionModel, folder: Path) -> None:
    """Write the identifier's embedding for A1111 and ComfyUI, in a file of its name; no LoRA file can hold it.

    Args:
        model: of which `train_identifier` trains the identifier.
        folder: is there.
    """
    learned = model.text_encoder.get_input_embeddings()
    word = model.tokenizer.decode([learned.token]).strip()
    name = re.sub(r"[^\w-]", "", word) or "identifier"
    save_for_others(Embedding(word, learned.row.detach().unsqueeze(0)), folder / f"{name}.safetensors")
