"""Whether pictures of one prompt differ from each other as much as the synthetic world's of that prompt do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.metrics.bootstrap import Interval, bootstrap_pairs
from likeness.metrics.ssim import SsimOptions, pairwise_ssim, stack_pictures
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.drawing import Artist
from likeness.pipelines.pocket.scores.held_out import HeldOut
from likeness.pipelines.pocket.scores.obedience import Prompts
from likeness.pipelines.pocket.scores.table import Score, mean_score, score

# Said or not, a prompt is of one world and one style.
ALWAYS_SAID = ("world", "style")


def pictures_of_prompt(
    shown: pd.DataFrame, said: Sequence[str], place: int, options: ReportOptions
) -> NDArray[np.intp]:
    """Rows of `shown` that a caption of row `place` describes as well.

    They have its world, its style, and what the caption says of it; numbers as near as when obedience is asked.
    """
    fits = np.ones(len(shown), dtype=bool)
    for name in {*said, *ALWAYS_SAID} & {*shown.columns}:
        column, value = shown[name], shown[name].iloc[place]
        if pd.isna(value):
            continue
        if pd.api.types.is_float_dtype(column):
            numbers = column.to_numpy()
            fits &= np.isclose(numbers, value, atol=options.tolerance, rtol=options.relative_tolerance)
        else:
            fits &= (column == value).to_numpy()
    return np.flatnonzero(fits)


def variety_prompts(prompts: Prompts, held_out: HeldOut, options: ReportOptions) -> dict[int, NDArray[np.intp]]:
    """Choose the first prompts of every group that enough held-out pictures fit.

    A prompt that names somebody is none of them: the model has to draw one person, the pictures show many.

    Returns:
        Place of each prompt chosen, with the places of the first `variety_pictures` pictures that fit it.
    """
    by_group: dict[str, dict[int, NDArray[np.intp]]] = {}
    share = -(-options.variety_prompts // held_out.groups.nunique())
    for place, said in enumerate(prompts.said):
        chosen = by_group.setdefault(held_out.groups.iloc[place], {})
        texts = {prompts.texts[other] for other in chosen}
        if len(chosen) == share or prompts.texts[place] in texts or _names_somebody(prompts, held_out.shown, place):
            continue
        fitting = pictures_of_prompt(held_out.shown, sorted(said), place, options)
        if len(fitting) >= options.variety_pictures:
            chosen[place] = fitting[: options.variety_pictures]
    return {place: fitting for chosen in by_group.values() for place, fitting in chosen.items()}


def _names_somebody(prompts: Prompts, shown: pd.DataFrame, place: int) -> bool:
    name = shown["name"].iloc[place] if "name" in shown else ""
    return isinstance(name, str) and name != "" and name in prompts.texts[place]


def variety_scores(artist: Artist, prompts: Prompts, held_out: HeldOut, options: ReportOptions) -> Iterator[Score]:
    """Yield the mean SSIM of pairs of pictures of one prompt, drawn and synthetic, and the mean difference of the two.

    A difference above 0 says that the model draws too much alike.
    """
    seeds = list(range(options.seed, options.seed + options.variety_pictures))
    differences = []
    for place, fitting in variety_prompts(prompts, held_out, options).items():
        text = prompts.texts[place]
        drawn = similarity(artist.draw([text] * len(seeds), seeds, "one prompt"), options)
        synthetic = similarity(held_out.pictures[fitting], options)
        yield score("variety_ssim", drawn, len(seeds), text)
        yield score("variety_ssim_of_synthetic", synthetic, len(seeds), text)
        differences.append(drawn.mean - synthetic.mean)
    yield mean_score("variety_ssim_difference", differences, options)


def similarity(pictures: NDArray[np.uint8], options: ReportOptions) -> Interval:
    """Mean SSIM of all pairs of pictures (n, size, size, 3), in grey, at their own size."""
    stack = stack_pictures(map(Image.fromarray, pictures), SsimOptions(size=pictures.shape[1]))
    return bootstrap_pairs(pairwise_ssim(stack), symmetric=True, resamples=options.resamples, seed=options.seed)
