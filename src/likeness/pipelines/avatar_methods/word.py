"""Textual Inversion of a person: a new word for the sitter, and nothing else of the model changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from likeness.datasets import BaseModel, Checkpoint, ImageSet, WorkFolder, digest_of, package_digest
from likeness.personalise.textual_inversion import learn_embedding
from likeness.pipelines.avatar.face_table import Box
from likeness.pipelines.avatar.training import CODE, cropped
from likeness.pipelines.avatar_methods.options import WordOptions


def learn_word(
    base_model: BaseModel,
    photos: ImageSet,
    boxes: Mapping[str, Box],
    crop_margin: float,
    options: WordOptions,
    work_folder: str,
) -> tuple[Checkpoint, pd.DataFrame]:
    """Learn the word from photographs, cropped as fine-tuning crops them, or take up where a run was stopped.

    Returns:
        The word's vectors; one row a step: step, loss, learning_rate, seconds.

    Raises:
        ValueError: the placeholder, the initialiser or the learning rate cannot be used.
        ModelError: the base model cannot be used.
    """
    code = digest_of(*map(package_digest, CODE))
    pictures, _ = cropped(photos, boxes, crop_margin)
    learned = learn_embedding(
        base_model,
        pictures,
        placeholder=options.placeholder,
        options=options,
        work=WorkFolder(work_folder, "textual_inversion", code),
        cache=WorkFolder(work_folder, "latents", code),
    )
    made_from: dict[str, object] = {
        "model_words": learned.embedding.placeholder,
        "base_model": base_model.described,
        "base_model_digest": base_model.digest,
        "photos": len(photos),
        "photos_digest": photos.digest,
        "options": options.model_dump(mode="json"),
        "code_digest": code,
        "trained_parameters": sum(one.numel() for one in learned.embedding.by_encoder),
    }
    return Checkpoint(learned.folder, made_from), learned.losses
