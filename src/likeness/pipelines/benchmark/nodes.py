"""Nodes of the benchmarks."""

import numpy as np
import pandas as pd

from likeness.datasets import ImageSet
from likeness.metrics.ssim import SsimOptions, stack_pictures
from likeness.pipelines.benchmark.curation import ssim_case, verification_case
from likeness.pipelines.benchmark.options import CurationBenchmarkOptions


def benchmark_curation(photos: ImageSet, options: CurationBenchmarkOptions) -> pd.DataFrame:
    """Time verification and SSIM of all pairs of photographs against the usual way: one row a case.

    Raises:
        ValueError: If there are fewer than two photographs.
    """
    if len(photos) < 2:
        raise ValueError(f"sitter_photos holds {len(photos)} pictures; the benchmark compares pairs and needs two")
    files = photos.manifest["file"].iloc[: options.photos]
    pictures = stack_pictures(map(photos.open, files), SsimOptions(size=options.size, grey=False))
    size = min(options.subset, len(pictures))
    subset = sorted(np.random.default_rng(options.seed).choice(len(pictures), size=size, replace=False).tolist())
    return pd.DataFrame([case(pictures, subset, options) for case in (verification_case, ssim_case)])
