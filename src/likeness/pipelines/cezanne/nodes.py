"""Nodes of the sample, cleaning, Textual Inversion and drawing: each names a step and calls what does it."""

import logging

import pandas as pd
from matplotlib.figure import Figure

from likeness.cleaning import CleaningOptions, clean
from likeness.cleaning import class_balance as count_classes
from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.pipelines.cezanne import inversion, sample
from likeness.pipelines.cezanne.options import GeneratedOptions, InversionOptions, PaintingsSource, PictureOptions
from likeness.pipelines.cezanne.sheets import draw_inversion

logger = logging.getLogger(__name__)


def paint_or_read_paintings(
    paintings: PaintingsSource, generated: GeneratedOptions, cleaning: CleaningOptions, work_folder: str
) -> ImageSet:
    """Read a person's own paintings, or let the synthetic painter paint those of the sample.

    Raises:
        ClassError: nothing can be learned from a person's own; said before anything is drawn.
    """
    given = sample.given_paintings(paintings, work_folder)
    if paintings.folder is not None:
        sample.check_own(given, generated, cleaning, work_folder)
    return given


def draw_generated_classes(
    plain_model: BaseModel, given_paintings: ImageSet, generated: GeneratedOptions, work_folder: str
) -> ImageSet:
    """Let a plain model draw the study's classes of such pictures, where the paintings given have none."""
    return sample.draw_generated(plain_model, given_paintings, generated, work_folder)


def gather_paintings(given_paintings: ImageSet, generated_classes: ImageSet, work_folder: str) -> ImageSet:
    """Put the paintings of all classes into one set."""
    return sample.gathered([given_paintings, generated_classes], work_folder)


def clean_classes(
    paintings: ImageSet, cleaning: CleaningOptions, work_folder: str
) -> tuple[ImageSet, pd.DataFrame, pd.DataFrame]:
    """Bring all paintings to one form, group near-duplicates, split by group, and count the classes.

    Raises:
        ClassError: the classes cannot be learned from.
    """
    cleaned, report = clean(paintings, cleaning, work_folder)
    balance = count_classes(report)
    for row in balance.to_dict(orient="records"):
        logger.info("class %(class)s: %(kept)d pictures in %(groups)d groups, %(set_aside)d set aside", row)
    return cleaned, report, balance


def learn_style(
    base_model: BaseModel, paintings: ImageSet, clean_paintings: ImageSet, options: InversionOptions, work_folder: str
) -> tuple[Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Learn a word for the painter's style from the training pictures of the painter's class."""
    learned = inversion.learn_style(base_model, paintings, clean_paintings, options, work_folder)
    kept = learned[0].made_from
    logger.info("%s: kept step %s of %s", kept["placeholder"], kept["kept_step"], options.steps)
    return learned


def draw_previews(
    base_model: BaseModel,
    style_embedding: Checkpoint,
    options: InversionOptions,
    pictures: PictureOptions,
    work_folder: str,
) -> ImageSet:
    """Draw what every checkpoint of the training makes of the first prompts."""
    return inversion.draw_previews(base_model, style_embedding, options.previews, pictures, work_folder)


def draw_inversion_sheet(
    inversion_previews: ImageSet, inversion_losses: pd.DataFrame, inversion_validation: pd.DataFrame
) -> Figure:
    """Show how the style was learned: previews and losses along the way, and the checkpoint that is kept."""
    return draw_inversion(inversion_previews, inversion_losses, inversion_validation)


def draw_inversion_paintings(
    base_model: BaseModel, style_embedding: Checkpoint, pictures: PictureOptions, work_folder: str
) -> ImageSet:
    """Draw every prompt with the learned word, and as a control with the plain one from the same seeds."""
    return inversion.draw_judged(base_model, style_embedding, pictures, work_folder)
