"""DINO, CLIP-I and CLIP-T of every model's portraits: what networks that know no faces say of likeness and prompt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from likeness.datasets import ImageSet
from likeness.drawing.withheld import without_withheld
from likeness.metrics.bootstrap import Interval, bootstrap_mean, bootstrap_pairs
from likeness.metrics.clip import Clip
from likeness.metrics.dino import Dino
from likeness.metrics.network_input import MetricModelError
from likeness.pipelines.avatar.options import ComparisonOptions

logger = logging.getLogger(__name__)

DINO, CLIP_I, CLIP_T = "dino", "clip_i", "clip_t"
COLUMNS = ("model", "measure", "pictures", "mean", "low", "high")

UNKNOWN = Interval(np.nan, np.nan, np.nan)
Found = tuple[str, str, Interval]  # model, measure, mean with its interval


def semantic_scores(
    portraits: Mapping[str, ImageSet],
    photos: ImageSet,
    prompts: Mapping[int, str],
    options: ComparisonOptions,
    device: torch.device,
    *,
    resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Compare every model's pictures with the sitter's photographs and with their prompts.

    Args:
        portraits: pictures by model or control, with the index of the age prompt as `age` where they have one; what a
            safety checker withheld, black pictures, is left out.
        photos: the reference set.
        prompts: what each age prompt asks for, without the sitter's identifier.
        options: which networks; one that is not on this machine is named in the log.
        device: where they compute.
        resamples: of pictures, behind each interval.
        seed: of the resamples.

    Returns:
        `COLUMNS`: one row a model and measure; mean cosine in -1..1 and the ends of its 95 % interval over pictures,
        empty where the network is not there. No row of a network that is not asked for.
    """
    over_pairs = partial(bootstrap_pairs, resamples=resamples, seed=seed)
    over_pictures = partial(bootstrap_mean, resamples=resamples, seed=seed)
    shown = {model: without_withheld(pictures) for model, pictures in portraits.items()}
    drawn = {model: pictures for model, pictures in shown.items() if len(pictures)}

    def by_dino(dino: Dino) -> Iterator[Found]:
        known = _embedded(dino, photos)
        for model, pictures in drawn.items():
            yield model, DINO, over_pairs(_embedded(dino, pictures) @ known.T)

    def by_clip(clip: Clip) -> Iterator[Found]:
        known = _embedded(clip, photos)
        texts = dict(zip(prompts, clip.texts(list(prompts.values())), strict=True))
        for model, pictures in drawn.items():
            own = _embedded(clip, pictures)
            yield model, CLIP_I, over_pairs(own @ known.T)
            yield model, CLIP_T, over_pictures(_fits(own, pictures, texts))

    found = {
        **_measured("dino", options.dino, lambda source: by_dino(Dino(source, device)), (DINO,)),
        **_measured("clip", options.clip, lambda source: by_clip(Clip(source, device)), (CLIP_I, CLIP_T)),
    }
    rows = [
        {"model": model, "measure": measure, "pictures": len(pictures)} | by_model.get(model, UNKNOWN)._asdict()
        for measure, by_model in found.items()
        for model, pictures in drawn.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def with_semantic_columns(leaderboard: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Add `<measure>`, `<measure>_low` and `<measure>_high` of every measure in the scores to a leaderboard."""
    added = leaderboard
    for measure, rows in scores.groupby("measure", sort=False):
        of_model = rows.set_index("model")
        for end, suffix in (("mean", ""), ("low", "_low"), ("high", "_high")):
            added = added.assign(**{f"{measure}{suffix}": added["model"].map(of_model[end]).astype("float64")})
    return added


def _measured(
    name: str, source: str | None, measure: Callable[[str], Iterator[Found]], measures: Sequence[str]
) -> dict[str, dict[str, Interval]]:
    """Intervals by measure and model; of a network that is not there the measures alone."""
    if source is None:
        return {}
    found: dict[str, dict[str, Interval]] = {one: {} for one in measures}
    try:
        for model, one, interval in measure(source):
            found[one][model] = interval
    except MetricModelError as error:
        logger.warning("avatar.comparison.%s: %s stay empty: %s.", name, ", ".join(measures), error)
    return found


def _embedded(network: Dino | Clip, pictures: ImageSet) -> NDArray[np.float64]:
    return network.pictures(image for _, image in pictures)


def _fits(
    embeddings: NDArray[np.float64], pictures: ImageSet, texts: Mapping[int, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The cosine of every picture and its prompt, (n,); NaN where it has none."""
    ages = pictures.manifest.get("age", pd.Series(pd.NA, index=pictures.manifest.index))
    asked = [None if pd.isna(age) else texts.get(int(age)) for age in ages]
    return np.array([np.nan if text is None else one @ text for one, text in zip(embeddings, asked, strict=True)])
