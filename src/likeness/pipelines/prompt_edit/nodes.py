"""Nodes of `prompt_edit`: each names a step and calls what does it."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from likeness.datasets import BaseModel, ImageSet
from likeness.diffusion.model import open_model
from likeness.diffusion.safety import open_safety_checker
from likeness.metrics.probe import read
from likeness.pipelines.prompt_edit import comparison, masks, scoring, sweeping
from likeness.pipelines.prompt_edit.checking import checker
from likeness.pipelines.prompt_edit.drawing import Studio
from likeness.pipelines.prompt_edit.options import (
    ControlOptions,
    PhotoOptions,
    SamplingOptions,
    ScoringOptions,
    SweepOptions,
)
from likeness.pipelines.prompt_edit.photos import measure_inversions
from likeness.pipelines.prompt_edit.plan import Plan, plan_edits
from likeness.pipelines.prompt_edit.reading import clip_similarities, open_reader
from likeness.pipelines.prompt_edit.sheets import draw_edits, draw_sweeps
from likeness.pipelines.prompt_edit.wanted import edits_wanted, sweeps_wanted

logger = logging.getLogger(__name__)

JsonMapping = dict[str, Any]


def plan_prompt_edits(
    edits: object,
    base_model: BaseModel,
    probe: Path,
    sampling: SamplingOptions,
    control: ControlOptions,
    options: ScoringOptions,
) -> tuple[JsonMapping, pd.DataFrame]:
    """Fill in what the edits leave open; what cannot be made is set aside with the reason, before anything is drawn."""
    if sampling.safety_checker:
        open_safety_checker(base_model, device="cpu")  # one that is lacking is told before photographs are inverted
    model = open_model(base_model)
    resolution = sampling.resolution or model.resolution
    check = checker(model, resolution, sampling, open_reader(probe) if options.read else None)
    plan, aside = plan_edits(edits, resolution, sampling, control, check)
    return plan.model_dump(mode="json"), aside


def invert_photos(
    edit_plan: JsonMapping,
    base_model: BaseModel,
    sampling: SamplingOptions,
    photos: PhotoOptions,
    options: ScoringOptions,
    work_folder: str,
) -> pd.DataFrame:
    """Invert the photographs, and say how much of each survives before it is edited."""
    plan = Plan.model_validate(edit_plan)
    studio = Studio(base_model, plan.resolution, sampling, photos, work_folder)
    return measure_inversions(plan, studio.inversions, photos, options.ssim)


def draw_edited_images(
    edit_plan: JsonMapping,
    base_model: BaseModel,
    sampling: SamplingOptions,
    photos: PhotoOptions,
    work_folder: str,
    _photo_reconstructions: pd.DataFrame,
) -> tuple[ImageSet, ImageSet]:
    """Draw sources, edits and controls, and keep the sources' attention; inversions have been measured by then."""
    plan = Plan.model_validate(edit_plan)
    return Studio(base_model, plan.resolution, sampling, photos, work_folder).draw(list(edits_wanted(plan)))


def mask_regions(
    edit_plan: JsonMapping, edit_attention: ImageSet, options: ScoringOptions, work_folder: str
) -> ImageSet:
    """Find where each local edit takes place, by its source alone."""
    return masks.mask_regions(Plan.model_validate(edit_plan), edit_attention, options.mask_threshold, work_folder)


def score_edits(
    edit_plan: JsonMapping, edited_images: ImageSet, edit_masks: ImageSet, probe: Path, options: ScoringOptions
) -> pd.DataFrame:
    """Compare every edit and control with its source, and read whether it did what was asked."""
    return scoring.score_edits(
        Plan.model_validate(edit_plan),
        edited_images,
        edit_masks,
        options,
        read=partial(read, open_reader(probe)) if options.read else None,
        fits_prompt=partial(clip_similarities, options.clip_model) if options.clip_model else None,
    )


def compare_variants(edit_scores: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Make the study's table: attention control against none."""
    table = comparison.compare_variants(edit_scores, options)
    for row in table[table["edits"].str.endswith(" edits")].to_dict(orient="records"):
        logger.info("%(edits)s, %(measure)s: %(uncontrolled).3f without control, %(controlled).3f with it", row)
    return table


def draw_edit_sheet(
    edit_plan: JsonMapping,
    edited_images: ImageSet,
    edit_attention: ImageSet,
    edit_masks: ImageSet,
    edit_scores: pd.DataFrame,
) -> tuple[Figure, Figure]:
    """Draw the edits of generated pictures and those of photographs, each beside its source and its control."""
    plan = Plan.model_validate(edit_plan)
    generated, of_photos = (
        draw_edits(plan.part(photos=photos), edited_images, edit_attention, edit_masks, edit_scores)
        for photos in (False, True)
    )
    return generated, of_photos


def draw_sweep_images(
    edit_plan: JsonMapping,
    base_model: BaseModel,
    sampling: SamplingOptions,
    photos: PhotoOptions,
    sweeps: SweepOptions,
    work_folder: str,
) -> ImageSet:
    """Draw edits over a word's weights, and over the shares of steps under control, where an edit asks for it."""
    plan = Plan.model_validate(edit_plan)
    studio = Studio(base_model, plan.resolution, sampling, photos, work_folder)
    return studio.draw(list(sweeps_wanted(plan, sweeps)))[0]


def score_sweeps(edit_sweep_images: ImageSet, options: ScoringOptions) -> pd.DataFrame:
    """Compare every picture of a sweep with its source."""
    return sweeping.score_sweeps(edit_sweep_images, options.ssim)


def draw_sweep_sheet(edit_sweep_images: ImageSet, edit_sweep_scores: pd.DataFrame) -> Figure:
    """Draw the sweeps as strips and grids."""
    return draw_sweeps(edit_sweep_images, edit_sweep_scores)
