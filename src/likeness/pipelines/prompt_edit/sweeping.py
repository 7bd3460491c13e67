"""How near every picture of a sweep is to its source."""

from __future__ import annotations

import pandas as pd

from likeness.datasets import ImageSet
from likeness.metrics.ssim import SsimOptions, ssim, stack_pictures
from likeness.pipelines.prompt_edit.album import Album
from likeness.pipelines.prompt_edit.wanted import SOURCE, SWEEP

_COLUMNS = ("file", "edit", "word", "weight", "cross_replace", "self_replace", "seed", "prompt")


def score_sweeps(pictures: ImageSet, options: SsimOptions) -> pd.DataFrame:
    """Return one row a picture of `edit_sweep_images` that is no source: `_COLUMNS`, source_file, and ssim to that.

    `word` is empty, and weight missing, in a grid over the shares of steps; ssim is, where either was withheld.
    """
    table, album = pictures.manifest, Album(pictures, "file")
    of_sources = table[table["variant"] == SOURCE]
    files = dict(zip(of_sources["source"], of_sources["file"], strict=True))
    swept = table[table["variant"] == SWEEP].reset_index(drop=True)
    sources = [files[source] for source in swept["source"]]
    scores = []
    for source, file in zip(sources, swept["file"], strict=True):
        first, second = stack_pictures([pictures.open(source), pictures.open(file)], options)
        withheld = album.withheld(source) or album.withheld(file)
        scores.append(float("nan") if withheld else ssim(first, second, options))
    return swept.reindex(columns=list(_COLUMNS)).assign(source_file=sources, ssim=scores)
