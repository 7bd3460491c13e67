"""Fine-tune a base model on one subset of the sitter's photographs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from PIL import Image

from likeness.datasets import BaseModel, Checkpoint, ImageSet, WorkFolder, digest_of, package_digest
from likeness.diffusion.emphasis import Region
from likeness.personalise.checkpoint_choice import Validation
from likeness.personalise.crops import crop_square, face_crop, face_in_crop
from likeness.personalise.dreambooth import fine_tune
from likeness.personalise.trainable import refuse_untrainable
from likeness.pipelines.avatar.face_table import Box
from likeness.pipelines.avatar.options import FineTuningOptions
from likeness.pipelines.avatar.validating import COLUMNS

# The libraries that fine-tuning is made of.
CODE = ("likeness.personalise", "likeness.diffusion")
_LARGEST_CROP = 1024  # px a side, before fine-tuning scales it to the model's own resolution
_LAST_SHARE = 10  # the last loss is the mean over the last tenth of the steps


@dataclass(frozen=True)
class Lesson:
    """What a model is to learn from: photographs, the face on each, the caption of each."""

    identifier: str
    photos: ImageSet
    boxes: Mapping[str, Box]
    captions: list[str]
    class_pictures: ImageSet
    class_prompt: str


def train_checkpoint(
    base_model: BaseModel,
    subset: str,
    lesson: Lesson,
    options: FineTuningOptions,
    work_folder: str,
    validation: Validation | None = None,
) -> tuple[Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Fine-tune with DreamBooth, or take up where an earlier run was stopped.

    Returns:
        The checkpoint; one row a step: step, loss, prior_loss, learning_rate, seconds; one row a validation, as
        `likeness.pipelines.avatar.validating.COLUMNS` says.

    Raises:
        ModelError: the base model cannot be used, or not with these options; said before any picture is cropped.
    """
    refuse_untrainable(base_model, options)
    code = digest_of(*map(package_digest, CODE))
    pictures, faces = cropped(lesson.photos, lesson.boxes, options.crop_margin)
    tuned = fine_tune(
        base_model,
        pictures,
        lesson.captions,
        options=options,
        work=WorkFolder(work_folder, "fine_tuning", code),
        faces=faces,
        prior_pictures=[image for _, image in lesson.class_pictures],
        prior_prompts=lesson.class_prompt,
        identifier=lesson.identifier,
        cache=WorkFolder(work_folder, "latents", code),
        validation=validation,
    )
    kept = tuned.validation.loc[tuned.validation["kept"].astype(bool), "step"]
    last = tuned.losses.tail(max(1, len(tuned.losses) // _LAST_SHARE))
    made_from: dict[str, object] = {
        "subset": subset,
        "base_model": base_model.described,
        "base_model_digest": base_model.digest,
        "photos": len(lesson.photos),
        "photos_digest": lesson.photos.digest,
        "captions": sorted(set(lesson.captions)),
        "class_pictures_digest": lesson.class_pictures.digest,
        "options": options.model_dump(mode="json"),
        "code_digest": code,
        "kept_step": int(kept.iloc[0]) if len(kept) else len(tuned.losses),
        "trained_parameters": int(tuned.trained["parameters"].sum()),
        "last_loss": float(last["loss"].mean()),
        "last_prior_loss": None if last["prior_loss"].isna().all() else float(last["prior_loss"].mean()),
    }
    return Checkpoint(tuned.folder, made_from), tuned.losses, tuned.validation.reindex(columns=list(COLUMNS))


def cropped(photos: ImageSet, boxes: Mapping[str, Box], margin: float) -> tuple[list[Image.Image], list[Region | None]]:
    """Crop photographs to the face on each, and say where it is then; the middle of those without one is taken.

    Args:
        photos: of the sitter.
        boxes: of the faces, by file.
        margin: on each side of the face, in face sizes.
    """
    pictures, faces = [], []
    for row, image in photos:
        box = boxes.get(row["file"])
        side = min(crop_square(image.size, box, margin)[2], _LARGEST_CROP)
        pictures.append(face_crop(image, box, resolution=side, margin=margin))
        faces.append(face_in_crop(image.size, box, margin) if box else None)
    return pictures, faces


def skipped_checkpoint(base_model: BaseModel, subset: str, reason: str, work_folder: str) -> Checkpoint:
    """Return what stands for a model that is not trained: a folder that says why."""
    work = WorkFolder(work_folder, "fine_tuning", digest_of("skipped", subset, reason))
    with work.writing("skipped") as folder:
        folder.mkdir()
        (folder / "skipped.txt").write_text(f"{reason}\n", encoding="utf-8")
    base = base_model.described
    return Checkpoint(work.file("skipped"), {"subset": subset, "base_model": base, "photos": 0, "skipped": reason})


def is_skipped(checkpoint: Checkpoint) -> bool:
    """Tell whether a checkpoint stands for a model that was not trained."""
    return "skipped" in checkpoint.made_from


def no_losses() -> pd.DataFrame:
    """Return the loss table of a model that was not trained."""
    return pd.DataFrame(columns=["step", "loss", "prior_loss", "learning_rate", "seconds"])
