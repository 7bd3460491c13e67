"""Models that know a learned embedding, to draw pictures from prompts with its placeholder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import CLIPTextModel

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.model import DiffusionModel, open_model
from likeness.personalise.embedding_files import Embedding, EmbeddingError, read_embedding
from likeness.personalise.placeholder import add_placeholder, check_free, spelled


def open_with_embedding(
    reference: BaseModel | Checkpoint,
    embedding: Path | Checkpoint,
    *,
    placeholder: str = "",
    device: str = "auto",
    dtype: str = "auto",
) -> DiffusionModel:
    """Open a model with a learned embedding in it.

    Prompts may then hold the placeholder, as often as they like, in any capitals and normal form of Unicode, or the
    ASCII trigger that the files carry. Prompts without it mean what they did.

    Args:
        reference: the base model, or a checkpoint of it.
        embedding: its file, or the folder or checkpoint it is in.
        placeholder: what prompts call it; empty: what the file says.
        device: as for `likeness.diffusion.model.open_model`.
        dtype: as for `likeness.diffusion.model.open_model`.

    Raises:
        EmbeddingError: the embedding cannot be read, or is of another model's width.
        ModelError: the model cannot be used.
        ValueError: the placeholder already is a token of the model.
    """
    path = embedding.path if isinstance(embedding, Checkpoint) else embedding
    learned = read_embedding(path, placeholder)
    model = open_model(reference, device=device, dtype=dtype)
    insert_embedding(model, learned, source=str(path))
    return model


def insert_embedding(model: DiffusionModel, embedding: Embedding, *, source: str = "") -> None:
    """Put an embedding into an open model, under its placeholder and under its trigger.

    Args:
        model: its tokenizer and text encoders get the new tokens; all other rows stay as they are.
        embedding: to be put in.
        source: where it is from, for messages.

    Raises:
        EmbeddingError: it is of another model's width.
        ValueError: the placeholder or the trigger already is a token of the model.
    """
    encoders = list(model.text_encoders.values())
    widths = [vectors.shape[1] for vectors in embedding.by_encoder]
    expected = [encoder.get_input_embeddings().embedding_dim for encoder in encoders]
    if widths != expected:
        raise EmbeddingError(
            f"The embedding {source or embedding.placeholder} has vectors of width {_said(widths)}, but {model.name} "
            f"takes {_said(expected)}: it was made for another model (768: Stable Diffusion 1, 1024: Stable Diffusion "
            "2, 768 and 1280: SDXL). Use that one, or learn it anew on this one."
        )
    check_free(model.tokenizer, embedding.placeholder)
    names = [embedding.placeholder]
    if spelled(embedding.placeholder).lower() != embedding.trigger:
        names.append(embedding.trigger)
    for name in names:
        first = add_placeholder(model.tokenizer, name, len(embedding.vectors))
        for encoder, vectors in zip(encoders, embedding.by_encoder, strict=True):
            _put_rows(encoder, first, vectors)


def _said(widths: Sequence[int]) -> str:
    return " and ".join(map(str, widths))


def _put_rows(encoder: CLIPTextModel, first: int, vectors: Tensor) -> None:
    """Lengthen the table where needed, and write the vectors into their rows."""
    old = encoder.get_input_embeddings().weight
    # Some tables have spare rows behind the tokenizer's last token.
    weight = old.new_zeros(max(len(old), first + len(vectors)), old.shape[1])
    with torch.no_grad():
        weight[: len(old)] = old
        weight[first : first + len(vectors)] = vectors.to(old)
    encoder.set_input_embeddings(nn.Embedding(len(weight), old.shape[1], _weight=weight).requires_grad_(False))
    encoder.config.vocab_size = len(weight)
