"""Nodes of curation: compare the photographs, find the faces, choose the recogniser and the six subsets."""

import logging
from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from likeness.datasets import ImageSet
from likeness.faces.calibration import compare_recognisers as compare
from likeness.faces.weights import FaceModelError, available_recognisers
from likeness.metrics.bootstrap import bootstrap_pairs
from likeness.pipelines.avatar.face_table import find_faces, reasons, sitter_faces
from likeness.pipelines.avatar.near_duplicates import similar_pairs
from likeness.pipelines.avatar.options import CurationOptions, VerificationOptions
from likeness.pipelines.avatar.pairs import pairs_within
from likeness.pipelines.avatar.panel import panel
from likeness.pipelines.avatar.sheets import draw_photos
from likeness.pipelines.avatar.similarity import SimilarityMatrices, Views
from likeness.pipelines.avatar.subsets import EVERY_SUBSET, HELD_OUT, IMPOSTOR, SITTER, summarise_subsets
from likeness.pipelines.avatar.subsets import choose_subsets as choose
from likeness.pipelines.avatar.verifier import Verifier

logger = logging.getLogger(__name__)

JsonMapping = dict[str, Any]


def measure_similarity(
    sitter_photos: ImageSet, verification: VerificationOptions, curation: CurationOptions, work_folder: str
) -> pd.DataFrame:
    """Compare the sitter's photographs: photo_a, photo_b, ssim, and the settings it was computed with.

    All pairs, or, of more than `all_pairs_photos` photographs, those of so many, and every near-duplicate.
    """
    options, files = verification.ssim, sitter_photos.manifest["file"].tolist()
    shown = panel(files, curation.all_pairs_photos, verification.seed)
    views = Views(sitter_photos.select(shown), options)
    first, second, values = pairs_within(SimilarityMatrices(options, work_folder).within(views))
    pairs = pd.DataFrame({"photo_a": first, "photo_b": second, "ssim": values})
    if len(shown) < len(files):
        every, limit = Views(sitter_photos, options), curation.near_duplicate_ssim
        alike = similar_pairs(every, limit, options, work_folder, verification.seed)
        known = alike["photo_a"].isin(shown) & alike["photo_b"].isin(shown)
        pairs = pd.concat([pairs, alike[~known]], ignore_index=True)
    return pairs.assign(**options.model_dump())


def find_photo_faces(
    sitter_photos: ImageSet,
    held_out_photos: ImageSet,
    impostor_photos: ImageSet,
    verification: VerificationOptions,
    work_folder: str,
) -> pd.DataFrame:
    """Find the faces of all photographs and embed them by every recogniser; `set` says whose photograph it is.

    Raises:
        FaceModelError: a recogniser or the detector is unknown or cannot be had.
    """
    photos = {SITTER: sitter_photos, HELD_OUT: held_out_photos, IMPOSTOR: impostor_photos}
    allow_download = verification.allow_download
    recognisers = verification.recognisers or available_recognisers(allow_download)
    try:
        tables = [
            find_faces(
                pictures,
                recognisers,
                verification.face_detector,
                allow_download=allow_download,
                work_folder=work_folder,
            ).assign(set=name)
            for name, pictures in photos.items()
        ]
    except FaceModelError as error:
        raise FaceModelError(f"avatar.verification: {error}") from error
    return pd.concat(tables, ignore_index=True)


def compare_recognisers(
    photo_embeddings: pd.DataFrame, verification: VerificationOptions, curation: CurationOptions
) -> pd.DataFrame:
    """Compare recognisers and metrics by true and false acceptance, and mark the best as chosen.

    Of more than `all_pairs_photos` photographs of one set, so many are taken.

    Raises:
        ValueError: no face was found in any photograph of the sitter or of the impostors.
    """
    sets = dict(iter(photo_embeddings.groupby("set")))
    for name in (SITTER, IMPOSTOR):
        if not (sets[name]["face"] >= 0).any():
            raise ValueError(
                f"{name}_photos: {verification.detector} found no face in any photo. "
                "Give photographs that show a face, or another detector: --params avatar.verification.detector=…"
            )
    return compare(
        _panel_of(sets[SITTER], verification, curation),
        _panel_of(sets[IMPOSTOR], verification, curation),
        false_acceptance=verification.false_acceptance,
        seed=verification.seed,
        bootstrap=bootstrap_pairs,
        metrics=verification.metrics,
    )


def choose_verifier(recogniser_comparison: pd.DataFrame, verification: VerificationOptions) -> JsonMapping:
    """Take the chosen recogniser and metric, with the threshold asked for: every verification of the run uses them."""
    return asdict(Verifier.chosen(recogniser_comparison, verification.threshold))


def verify_photos(
    photo_embeddings: pd.DataFrame, verifier: JsonMapping, verification: VerificationOptions, curation: CurationOptions
) -> pd.DataFrame:
    """Verify the sitter's photographs against each other and against the impostors, as DeepFace.verify would.

    Of more than `all_pairs_photos` photographs of one set, so many are taken.
    """
    judge, sets = Verifier(**verifier), dict(iter(photo_embeddings.groupby("set")))
    own, others = (_panel_of(sets[name], verification, curation) for name in (SITTER, IMPOSTOR))
    within = judge.verify(own, None, SITTER, SITTER)
    between = judge.verify(own, others, SITTER, IMPOSTOR)
    return pd.concat([within, between], ignore_index=True)


def choose_reference(photo_embeddings: pd.DataFrame, verifier: JsonMapping) -> pd.DataFrame:
    """Take the sitter's face of every photograph that has one: the reference set all models are judged against."""
    judge = Verifier(**verifier)
    own = photo_embeddings[photo_embeddings["set"] == SITTER]
    return sitter_faces(judge.own(own), judge.metric)


def choose_subsets(
    sitter_photos: ImageSet,
    photo_embeddings: pd.DataFrame,
    photo_verification: pd.DataFrame,
    photo_ssim: pd.DataFrame,
    verifier: JsonMapping,
    curation: CurationOptions,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the study's six subsets, and say why photographs were set aside."""
    own = photo_embeddings[photo_embeddings["set"] == SITTER]
    pairs = photo_verification[photo_verification["set_b"] == SITTER]
    recognised = partial(Verifier(**verifier).recognised_share, own)
    chosen, aside = choose(sitter_photos.manifest, reasons(own), recognised, photo_ssim, curation)
    unreadable = sitter_photos.rejected.assign(set_aside_from=EVERY_SUBSET)
    for row in summarise_subsets(chosen, photo_ssim, pairs).to_dict(orient="records"):
        logger.info("%(subset)s: %(photos)d photos, mean SSIM %(ssim).3f, verified %(verified).3f", row)
    return chosen, pd.concat([unreadable[aside.columns], aside], ignore_index=True)


def draw_photo_sheet(
    sitter_photos: ImageSet,
    photo_subsets: pd.DataFrame,
    photos_set_aside: pd.DataFrame,
    photo_ssim: pd.DataFrame,
    photo_verification: pd.DataFrame,
    verifier: JsonMapping,
    verification: VerificationOptions,
    curation: CurationOptions,
) -> Figure:
    """Draw the training-set metrics as the study plotted them, and the photographs set aside."""
    threshold = Verifier(**verifier).threshold
    shown = panel(sitter_photos.manifest["file"].tolist(), curation.all_pairs_photos, verification.seed)
    return draw_photos(sitter_photos, photo_subsets, photos_set_aside, photo_ssim, photo_verification, threshold, shown)


def _panel_of(embeddings: pd.DataFrame, verification: VerificationOptions, curation: CurationOptions) -> pd.DataFrame:
    """The embeddings of the photographs that stand for all of their set."""
    files = embeddings["file"].unique().tolist()
    return embeddings[embeddings["file"].isin(panel(files, curation.all_pairs_photos, verification.seed))]
