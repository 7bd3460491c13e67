"""Every model's portraits against every other model's: which of them drew the same person."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from likeness.datasets import ImageSet
from likeness.metrics.ssim import SsimOptions
from likeness.pipelines.avatar.similarity import SimilarityMatrices, Views
from likeness.pipelines.avatar.verifier import Verifier


def compare_portraits(
    portraits: Mapping[str, ImageSet],
    embeddings: Mapping[str, pd.DataFrame],
    verifier: Verifier,
    options: SsimOptions,
    work_folder: str,
) -> pd.DataFrame:
    """Compare the pictures of every two models, and of each with itself.

    Args:
        portraits: pictures by model; a model without any is left out.
        embeddings: their faces.
        verifier: what decides whether two faces are one person's.
        options: settings of the similarities.
        work_folder: the root of unfinished work.

    Returns:
        One row an ordered pair of models: model_a, model_b, pairs (of pictures, never of one with itself), verified
        (share of them, a missing face verifies nothing) and ssim (mean); empty where a model has a single picture.
    """
    matrices = SimilarityMatrices(options, work_folder)
    drawn = [model for model, pictures in portraits.items() if len(pictures)]
    views = {model: Views(portraits[model], options) for model in drawn}
    rows = []
    for a, b in combinations_with_replacement(drawn, 2):
        ssim = matrices.within(views[a]) if a == b else matrices.between(views[a], views[b])
        distances = verifier.distances(embeddings[a], embeddings[b]).loc[ssim.index, ssim.columns]
        counted = ~np.eye(len(ssim), dtype=bool) if a == b else np.ones(ssim.shape, dtype=bool)
        row = {
            "pairs": int(counted.sum()) // (2 if a == b else 1),
            "verified": _mean((distances <= verifier.threshold).to_numpy(dtype=float)[counted]),
            "ssim": _mean(ssim.to_numpy()[counted]),
        }
        rows += [{"model_a": one, "model_b": other, **row} for one, other in {(a, b), (b, a)}]
    table = pd.DataFrame(rows, columns=["model_a", "model_b", "pairs", "verified", "ssim"])
    order = {model: place for place, model in enumerate(drawn)}
    return table.sort_values(["model_a", "model_b"], key=lambda names: names.map(order), ignore_index=True)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan
