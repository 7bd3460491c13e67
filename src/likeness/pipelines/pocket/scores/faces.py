"""Whether portraits have faces, and stay the same person's through the autoencoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.faces.detection import detect_each
from likeness.faces.recogniser import embed_pictures
from likeness.faces.verification import picture_distances, published_threshold
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.held_out import PORTRAITS, HeldOut
from likeness.pipelines.pocket.scores.obedience import Prompts
from likeness.pipelines.pocket.scores.table import Score, mean_score

AGE = "age_years"
BABIES_BELOW, ELDERLY_FROM = 3, 60


def face_distance_scores(held_out: HeldOut, rebuilt: NDArray[np.uint8], options: ReportOptions) -> Iterator[Score]:
    """Yield how far a portrait's face moves in the autoencoder, as a share of the recogniser's threshold.

    Only photographs count in which a face is found before and after; at 1 they would no longer be the same person.
    """
    (places,) = np.nonzero(held_out.groups.to_numpy()[: len(rebuilt)] == PORTRAITS)
    shares = np.empty(0)
    if len(places):
        before, after = (_embedded(pictures[places], options) for pictures in (held_out.pictures, rebuilt))
        distances = picture_distances(before, after, options.metric)
        shares = np.diag(distances.to_numpy()) / published_threshold(options.recogniser, options.metric)
    yield mean_score("round_trip_face_distance_share", shares, options, PORTRAITS)


def face_found_scores(
    prompts: Prompts, drawn: NDArray[np.uint8], held_out: HeldOut, options: ReportOptions
) -> Iterator[Score]:
    """Yield the share of portraits in which a face is found, of the model and of the synthetic world.

    Those whose prompt says a baby or somebody elderly are listed apart; only photographs count.
    """
    portraits = held_out.groups.to_numpy()[: len(prompts)] == PORTRAITS
    years = held_out.shown[AGE].to_numpy(np.float64)[: len(prompts)] if AGE in held_out.shown else np.nan
    said = np.where(prompts.says(AGE), years, np.nan)
    groups = {
        PORTRAITS: portraits,
        "babies": portraits & (said < BABIES_BELOW),
        "elderly": portraits & (said >= ELDERLY_FROM),
    }
    groups["others"] = portraits & ~groups["babies"] & ~groups["elderly"]
    for measure, pictures in {"face_found": drawn, "face_found_of_synthetic": held_out.pictures}.items():
        found = np.full(len(prompts), np.nan)
        found[portraits] = _faces_found(pictures[: len(prompts)][portraits], options)
        for group, members in groups.items():
            yield mean_score(measure, found[members], options, group)


def _faces_found(pictures: NDArray[np.uint8], options: ReportOptions) -> NDArray[np.float64]:
    if not len(pictures):
        return np.empty(0)
    return np.array(
        [len(found.faces) > 0 for found in detect_each(_named(pictures), options.face_detector)], np.float64
    )


def _embedded(pictures: NDArray[np.uint8], options: ReportOptions) -> pd.DataFrame:
    return embed_pictures(_named(pictures), [options.recogniser], options.face_detector)


def _named(pictures: NDArray[np.uint8]) -> Iterable[tuple[str, Image.Image]]:
    return ((f"{place:05d}", Image.fromarray(picture)) for place, picture in enumerate(pictures))
