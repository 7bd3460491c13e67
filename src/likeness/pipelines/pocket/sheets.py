"""The finished model in pictures: portraits at every age, landscapes, and what the autoencoder keeps."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from likeness.datasets import contact_sheet
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.drawing import Artist

DOTS_PER_INCH = 100
CELL = 256
SHOWN_ROUND_TRIPS = 12


def draw_landscapes(artist: Artist, options: ReportOptions) -> NDArray[np.uint8]:
    """The prompts of the sheet's further rows, one picture each, all from the same seed: (n, size, size, 3)."""
    prompts = [prompt for row in options.landscapes.values() for prompt in row]
    return artist.draw(prompts, [options.seed] * len(prompts), "the sheet")


def model_sheet(ages: NDArray[np.uint8], landscapes: NDArray[np.uint8], options: ReportOptions) -> Figure:
    """Every age, a column each, from every seed, a row each; under them the rows of landscapes.

    Args:
        ages: (ages, seeds, size, size, 3); the first `sheet_seeds` seeds are shown.
        landscapes: of `draw_landscapes`.
        options: the prompts, which stand under their pictures.
    """
    shown = ages[:, : options.sheet_seeds].swapaxes(0, 1)
    columns = max([len(ages), *map(len, options.landscapes.values())])
    pictures: list[Image.Image | None] = []
    captions: list[str] = []
    titles = [f"seed {options.seed + place}" for place in range(len(shown))]
    rest = iter(landscapes)
    rows = [(row, [age.prompt for age in options.ages]) for row in shown]
    rows += [(np.stack([next(rest) for _ in prompts]), list(prompts)) for prompts in options.landscapes.values()]
    for row, prompts in rows:
        empty = columns - len(prompts)
        pictures += [*map(Image.fromarray, row), *[None] * empty]
        captions += [*prompts, *[""] * empty]
    return _figure(
        contact_sheet(pictures, captions, columns=columns, cell=CELL, row_titles=[*titles, *options.landscapes])
    )


def round_trip_sheet(before: NDArray[np.uint8], after: NDArray[np.uint8], groups: pd.Series) -> Figure:
    """Pictures of every group, as many of each, and under them the same pictures after the autoencoder.

    Args:
        before: (n, size, size, 3), or more.
        after: (n, size, size, 3), of the first n.
        groups: of each picture before.
    """
    rank = groups.iloc[: len(after)].groupby(groups).cumcount()
    evenly = rank.sort_values(kind="stable").index[:SHOWN_ROUND_TRIPS]
    places = sorted(evenly, key=lambda place: (groups[place], place))
    pictures = [Image.fromarray(stack[place]) for stack in (before, after) for place in places]
    titles = [groups[place] for place in places]
    return _figure(
        contact_sheet(pictures, columns=len(places), cell=CELL, column_titles=titles, row_titles=("before", "after"))
    )


def _figure(sheet: Image.Image) -> Figure:
    figure = Figure(figsize=(sheet.width / DOTS_PER_INCH, sheet.height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    figure.figimage(np.asarray(sheet))
    return figure
