"""Nodes of `avatar_methods`; all but training and reporting are those of `avatar`."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.pipelines.avatar import nodes as avatar
from likeness.pipelines.avatar import training
from likeness.pipelines.avatar.face_table import boxes
from likeness.pipelines.avatar.leaderboard import CONTROLS, leaderboard
from likeness.pipelines.avatar.options import (
    AgeOptions,
    ClassPictureOptions,
    FineTuningOptions,
    PortraitOptions,
    SitterOptions,
    ValidationOptions,
    VerificationOptions,
)
from likeness.pipelines.avatar.prompts import with_age_prompts
from likeness.pipelines.avatar.sheets import draw_avatar
from likeness.pipelines.avatar_methods.costs import cost_note, with_costs
from likeness.pipelines.avatar_methods.options import METHODS, MethodsOptions
from likeness.pipelines.avatar_methods.word import learn_word

logger = logging.getLogger(__name__)


def choose_method_photos(photo_subsets: pd.DataFrame, methods: MethodsOptions) -> pd.DataFrame:
    """Give every method the photographs of the one subset: rows of `photo_subsets`, a method in the subset's place."""
    rows = photo_subsets[photo_subsets["subset"] == methods.subset]
    return pd.concat([rows.assign(subset=method) for method in METHODS], ignore_index=True)


def fine_tune(
    base_model: BaseModel,
    sitter_photos: ImageSet,
    method_photos: pd.DataFrame,
    reference_faces: pd.DataFrame,
    class_pictures: ImageSet,
    verifier: dict[str, Any],
    probe: Path,
    sitter: SitterOptions,
    fine_tuning: FineTuningOptions,
    methods: MethodsOptions,
    class_options: ClassPictureOptions,
    portraits: PortraitOptions,
    validation: ValidationOptions,
    verification: VerificationOptions,
    ages: AgeOptions,
    work_folder: str,
    *,
    method: str,
) -> tuple[Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Fine-tune by DreamBooth, the weights themselves or low-rank additions, with the method's own options."""
    own = methods.fine_tuning(method, fine_tuning)
    return avatar.fine_tune(
        base_model,
        sitter_photos,
        method_photos,
        reference_faces,
        class_pictures,
        verifier,
        probe,
        sitter,
        own,
        class_options,
        portraits,
        validation,
        verification,
        ages,
        work_folder,
        subset=method,
    )


def learn_sitter(
    base_model: BaseModel,
    sitter_photos: ImageSet,
    method_photos: pd.DataFrame,
    reference_faces: pd.DataFrame,
    fine_tuning: FineTuningOptions,
    methods: MethodsOptions,
    work_folder: str,
    *,
    method: str,
) -> tuple[Checkpoint, pd.DataFrame]:
    """Learn a word for the sitter by Textual Inversion; without photographs it is skipped with a message."""
    photos = sitter_photos.select(method_photos.loc[method_photos["subset"] == method, "file"])
    if not len(photos):
        reason = f"{methods.subset} has no photos, so no word is learned from it"
        logger.warning("%s. photos_set_aside says why photos were left out.", reason)
        return training.skipped_checkpoint(base_model, method, reason, work_folder), training.no_losses()
    faces = boxes(reference_faces)
    return learn_word(base_model, photos, faces, fine_tuning.crop_margin, methods.inversion, work_folder)


def rank_methods(
    method_photos: pd.DataFrame, verification: VerificationOptions, ages: AgeOptions, **made: Any
) -> pd.DataFrame:
    """Rank the methods as `avatar` ranks its models, and say what each costs."""
    photos = method_photos["subset"].value_counts()
    models = (*METHODS, *CONTROLS)
    scores, read = ({model: made[f"{model}_{what}"] for model in models} for what in ("scores", "ages"))
    table = leaderboard(scores, read, {method: int(photos.get(method, 0)) for method in METHODS}, verification, ages)
    trained = [method for method in METHODS if not training.is_skipped(made[f"{method}_checkpoint"])]
    checkpoints, losses = (
        {method: made[f"{method}_{what}"] for method in trained} for what in ("checkpoint", "losses")
    )
    return with_costs(table, checkpoints, losses)


def draw_method_sheet(
    method_leaderboard: pd.DataFrame,
    held_out_photos: ImageSet,
    portraits: PortraitOptions,
    ages: AgeOptions,
    **made: Any,
) -> Figure:
    """Draw the sitter at every age by every method, with scores and costs."""
    rows = method_leaderboard.to_dict(orient="records")
    return draw_avatar(
        method_leaderboard,
        with_age_prompts(held_out_photos, portraits.ages),
        portraits,
        ages,
        made,
        title="One person, learned in three ways",
        names=METHODS,
        notes={str(row["model"]): note for row in rows if (note := cost_note(row))},
    )
