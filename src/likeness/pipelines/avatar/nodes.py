"""Nodes of fine-tuning, portraits, verification and reporting: each names a step and calls what does it."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.diffusion.placement import choose_device
from likeness.drawing.withheld import without_withheld
from likeness.pipelines.avatar import ages as apparent
from likeness.pipelines.avatar import comparison, leaderboard, subsets, training, validating
from likeness.pipelines.avatar.drawing import draw_pictures, no_pictures
from likeness.pipelines.avatar.face_table import boxes, find_faces
from likeness.pipelines.avatar.judging import Judge
from likeness.pipelines.avatar.options import (
    AgeOptions,
    ClassPictureOptions,
    ComparisonOptions,
    FineTuningOptions,
    PortraitOptions,
    SitterOptions,
    ValidationOptions,
    VerificationOptions,
)
from likeness.pipelines.avatar.prompts import (
    class_requests,
    portrait_requests,
    prompts_without_identifier,
    training_prompts,
    validation_requests,
    with_age_prompts,
    with_texts,
)
from likeness.pipelines.avatar.semantic import semantic_scores as score_semantics
from likeness.pipelines.avatar.semantic import with_semantic_columns
from likeness.pipelines.avatar.sheets import draw_avatar, draw_curves, draw_metrics
from likeness.pipelines.avatar.verifier import Verifier

logger = logging.getLogger(__name__)

JsonMapping = dict[str, Any]


def draw_class_pictures(
    base_model: BaseModel,
    sitter: SitterOptions,
    class_pictures: ClassPictureOptions,
    fine_tuning: FineTuningOptions,
    work_folder: str,
) -> ImageSet:
    """Let the base model draw the class pictures of prior preservation, once for all subsets."""
    count = fine_tuning.class_pictures if fine_tuning.prior_weight > 0 else 0
    if not count:
        return no_pictures(work_folder)
    requests = class_requests(sitter, class_pictures, count)
    drawn = draw_pictures(base_model, "base_model", requests, class_pictures, work_folder)
    # Nobody is to learn that black is what the class looks like.
    return without_withheld(drawn)


def fine_tune(
    base_model: BaseModel,
    sitter_photos: ImageSet,
    photo_subsets: pd.DataFrame,
    reference_faces: pd.DataFrame,
    class_pictures: ImageSet,
    verifier: JsonMapping,
    probe: Path,
    sitter: SitterOptions,
    fine_tuning: FineTuningOptions,
    class_options: ClassPictureOptions,
    portraits: PortraitOptions,
    validation: ValidationOptions,
    verification: VerificationOptions,
    ages: AgeOptions,
    work_folder: str,
    *,
    subset: str,
) -> tuple[Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Fine-tune the base model on one subset, judged on the way if that is wanted; an empty one is skipped."""
    rows = photo_subsets[photo_subsets["subset"] == subset]
    if rows.empty:
        reason = f"{subset} has no photos, so no model is trained on it"
        logger.warning("%s. photos_set_aside says why photos were left out.", reason)
        skipped = training.skipped_checkpoint(base_model, subset, reason, work_folder)
        return skipped, training.no_losses(), validating.no_validation()
    age_prompts = portraits.ages if fine_tuning.caption_ages else ()
    photos = sitter_photos.select(rows["file"])
    captions = training_prompts(fine_tuning.template, rows["age_years"].tolist(), sitter, age_prompts)
    lesson = training.Lesson(
        identifier=sitter.identifier,
        photos=photos,
        boxes=boxes(reference_faces),
        captions=with_texts(captions, photos.manifest, sitter) if fine_tuning.caption_texts else captions,
        class_pictures=class_pictures,
        class_prompt=class_options.template.format(class_word=sitter.class_word),
    )
    reference, trained_on = validating.reference_for(reference_faces, rows["file"].tolist())
    judge = validating.PortraitJudge(
        base_model=base_model,
        subset=subset,
        requests=validation_requests(sitter, portraits, validation),
        portraits=portraits,
        reference_faces=reference,
        trained_on=trained_on,
        verifier=Verifier(**verifier),
        ages=ages,
        probe=probe,
        allow_download=verification.allow_download,
        work_folder=work_folder,
    )
    return training.train_checkpoint(base_model, subset, lesson, fine_tuning, work_folder, judge.validation(validation))


def draw_portraits(
    model: BaseModel | Checkpoint, sitter: SitterOptions, portraits: PortraitOptions, work_folder: str, *, name: str
) -> ImageSet:
    """Draw the sitter at every age; a model that was skipped draws nothing."""
    if isinstance(model, Checkpoint) and training.is_skipped(model):
        return no_pictures(work_folder)
    words = str(model.made_from.get("model_words", "")) if isinstance(model, Checkpoint) else ""
    return draw_pictures(model, name, portrait_requests(sitter, portraits, words), portraits, work_folder)


def find_portrait_faces(
    portraits: ImageSet, verifier: JsonMapping, verification: VerificationOptions, work_folder: str
) -> pd.DataFrame:
    """Find the faces of portraits and embed them by the chosen recogniser."""
    judge = Verifier(**verifier)
    return find_faces(
        portraits,
        [judge.recogniser],
        judge.face_detector,
        allow_download=verification.allow_download,
        work_folder=work_folder,
    )


def read_ages(pictures: ImageSet, probe: Path, ages: AgeOptions, *, model: str, asked: str) -> pd.DataFrame:
    """Read how old portraits or photographs look, beside the age in the column `asked` of their manifest."""
    return apparent.read_ages(model, pictures, asked, apparent.open_age_probe(probe) if ages.read else None)


def score_fine_tuned(
    portraits: ImageSet,
    embeddings: pd.DataFrame,
    photo_subsets: pd.DataFrame,
    sitter_photos: ImageSet,
    reference_faces: pd.DataFrame,
    verifier: JsonMapping,
    verification: VerificationOptions,
    fine_tuning: FineTuningOptions,
    work_folder: str,
    *,
    subset: str,
) -> pd.DataFrame:
    """Score a fine-tuned model: its portraits against the reference set, its training photographs and each other."""
    judge = Judge.of(sitter_photos, reference_faces, verifier, verification, fine_tuning.crop_margin, work_folder)
    files = photo_subsets.loc[photo_subsets["subset"] == subset, "file"]
    return judge.fine_tuned(subset, portraits, embeddings, files.tolist())


def score_base_model(
    portraits: ImageSet,
    embeddings: pd.DataFrame,
    sitter_photos: ImageSet,
    reference_faces: pd.DataFrame,
    verifier: JsonMapping,
    verification: VerificationOptions,
    fine_tuning: FineTuningOptions,
    work_folder: str,
) -> pd.DataFrame:
    """Score the base model, the floor: it has never seen the sitter."""
    judge = Judge.of(sitter_photos, reference_faces, verifier, verification, fine_tuning.crop_margin, work_folder)
    return judge.untrained(leaderboard.BASE_MODEL, portraits, embeddings)


def score_photos(
    photos: ImageSet,
    photo_embeddings: pd.DataFrame,
    sitter_photos: ImageSet,
    reference_faces: pd.DataFrame,
    verifier: JsonMapping,
    verification: VerificationOptions,
    fine_tuning: FineTuningOptions,
    portraits: PortraitOptions,
    work_folder: str,
    *,
    control: str,
    photo_set: str,
) -> pd.DataFrame:
    """Score photographs as if they were portraits: the sitter's held-out ones are the ceiling, impostors a floor."""
    judge = Judge.of(sitter_photos, reference_faces, verifier, verification, fine_tuning.crop_margin, work_folder)
    embeddings = photo_embeddings[photo_embeddings["set"] == photo_set]
    return judge.photographs(control, with_age_prompts(photos, portraits.ages), embeddings)


def compare_semantics(
    sitter_photos: ImageSet,
    held_out_photos: ImageSet,
    impostor_photos: ImageSet,
    reference_faces: pd.DataFrame,
    sitter: SitterOptions,
    portraits: PortraitOptions,
    comparison: ComparisonOptions,
    verification: VerificationOptions,
    **made: ImageSet,
) -> pd.DataFrame:
    """Compare all portraits with the reference set and their prompts by DINO and CLIP, where these are asked for."""
    photos = {leaderboard.HELD_OUT: held_out_photos, leaderboard.IMPOSTORS: impostor_photos}
    controls = {name: with_age_prompts(images, portraits.ages) for name, images in photos.items()}
    drawn = {name.removesuffix("_portraits"): images for name, images in made.items()}
    return score_semantics(
        drawn | controls,
        sitter_photos.select(reference_faces["file"].unique()),
        prompts_without_identifier(sitter, portraits),
        comparison,
        choose_device("auto"),
        resamples=verification.bootstrap_samples,
        seed=verification.seed,
    )


def rank_models(
    photo_subsets: pd.DataFrame,
    semantic_scores: pd.DataFrame,
    verification: VerificationOptions,
    ages: AgeOptions,
    **made: pd.DataFrame,
) -> pd.DataFrame:
    """Aggregate scores and ages of every model and control to one row each, the best model first."""
    photos = photo_subsets["subset"].value_counts()
    counts = {subset: int(photos.get(subset, 0)) for subset in subsets.SUBSETS}
    scores, read = ({model: made[f"{model}_{what}"] for model in leaderboard.MODELS} for what in ("scores", "ages"))
    table = with_semantic_columns(leaderboard.leaderboard(scores, read, counts, verification, ages), semantic_scores)
    for row in table[table["rank"] == 1].to_dict(orient="records"):
        logger.info("%(model)s ranks first: %(verified).3f of its pairs are verified.", row)
        if ages.read:
            logger.info("%(verified_at_age).3f are verified in a portrait that looks as old as it should.", row)
    if memorising := table.loc[table["memorising"].fillna(False), "model"].tolist():
        logger.warning("Memorising, so not ranked: %s. Their portraits repeat training photos.", ", ".join(memorising))
    return table


def compare_portraits(
    held_out_photos: ImageSet,
    photo_embeddings: pd.DataFrame,
    verifier: JsonMapping,
    verification: VerificationOptions,
    work_folder: str,
    **made: Any,
) -> pd.DataFrame:
    """Compare the portraits of every two models, and the held-out photographs with them."""
    held_out = photo_embeddings[photo_embeddings["set"] == subsets.HELD_OUT]
    models = [*subsets.SUBSETS, leaderboard.BASE_MODEL]
    portraits = {model: made[f"{model}_portraits"] for model in models} | {leaderboard.HELD_OUT: held_out_photos}
    embeddings = {model: made[f"{model}_embeddings"] for model in models} | {leaderboard.HELD_OUT: held_out}
    return comparison.compare_portraits(portraits, embeddings, Verifier(**verifier), verification.ssim, work_folder)


def draw_metrics_sheet(
    avatar_leaderboard: pd.DataFrame,
    portrait_comparison: pd.DataFrame,
    portraits: PortraitOptions,
    ages: AgeOptions,
    **made: pd.DataFrame,
) -> Figure:
    """Draw the study's heat maps, models by models and ages by models, and how old the portraits look."""
    return draw_metrics(avatar_leaderboard, portrait_comparison, portraits, ages, made)


def draw_avatar_sheet(
    avatar_leaderboard: pd.DataFrame,
    held_out_photos: ImageSet,
    portraits: PortraitOptions,
    ages: AgeOptions,
    **made: Any,
) -> Figure:
    """Draw one person at ten ages, by every model, with the scores under the pictures."""
    return draw_avatar(avatar_leaderboard, with_age_prompts(held_out_photos, portraits.ages), portraits, ages, made)


def draw_checkpoint_curves(validation: ValidationOptions, **made: pd.DataFrame) -> Figure:
    """Draw how identity and the right age went on the way of every fine-tuning, and which step was kept."""
    return draw_curves({name.removesuffix("_validation"): table for name, table in made.items()}, validation)
