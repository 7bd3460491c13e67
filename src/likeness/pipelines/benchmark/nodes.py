"""Nodes of the benchmarks."""

from functools import partial

import numpy as np
import pandas as pd
import torch

from likeness.datasets import BaseModel, ImageSet
from likeness.diffusion.placement import choose_dtype, process_count
from likeness.metrics.ssim import SsimOptions, stack_pictures
from likeness.pipelines.avatar.options import CurationOptions, VerificationOptions
from likeness.pipelines.benchmark.cluster import cluster_table
from likeness.pipelines.benchmark.curation import Pictures, ssim_case, verification_case
from likeness.pipelines.benchmark.curation_size import curation_size_table
from likeness.pipelines.benchmark.dreambooth import dreambooth_table
from likeness.pipelines.benchmark.editing import editing_table
from likeness.pipelines.benchmark.inversion import inversion_table
from likeness.pipelines.benchmark.measure import benchmark_device
from likeness.pipelines.benchmark.options import (
    ClusterBenchmarkOptions,
    CurationBenchmarkOptions,
    CurationSizeBenchmarkOptions,
    DreamBoothBenchmarkOptions,
    EditingBenchmarkOptions,
    FaceBenchmarkOptions,
    InversionBenchmarkOptions,
    ProcessesBenchmarkOptions,
    RecogniserBenchmarkOptions,
    SamplingBenchmarkOptions,
)
from likeness.pipelines.benchmark.processes import processes_table
from likeness.pipelines.benchmark.recognisers import recognisers_table
from likeness.pipelines.benchmark.sampling import sampling_table
from likeness.pipelines.benchmark.shapes import random_model


def benchmark_curation(photos: ImageSet, options: CurationBenchmarkOptions) -> pd.DataFrame:
    """Time verification and SSIM of all pairs of photographs against the usual way: one row a case.

    Raises:
        ValueError: If there are fewer than two photographs.
    """
    pictures = _first(photos, options.photos, options)
    subset = _subset(len(pictures), options.subset, options.seed)
    return pd.DataFrame([case(pictures, subset, options) for case in (verification_case, ssim_case)])


def benchmark_recognisers(photos: ImageSet, options: RecogniserBenchmarkOptions) -> pd.DataFrame:
    """Count and time curation by all recognisers against the usual way: one row a recogniser, and one for all.

    Raises:
        ValueError: If there are fewer than two photographs.
    """
    pictures = _first(photos, options.measured, options)
    return recognisers_table(pictures, _subset(len(pictures), options.subset, options.seed), options)


def benchmark_curation_size(
    verification: VerificationOptions, curation: CurationOptions, options: CurationSizeBenchmarkOptions
) -> pd.DataFrame:
    """Measure time and memory of `avatar`'s curation on more and more synthetic photographs: one row a size and part.

    Args:
        verification: of `avatar`.
        curation: likewise.
        options: of the benchmark.
    """
    return curation_size_table(verification, curation, options)


def benchmark_cluster(base_model: BaseModel, photos: ImageSet, options: ClusterBenchmarkOptions) -> pd.DataFrame:
    """Time fine-tuning and drawing on worker processes against one process: one row a case.

    Args:
        base_model: that is fine-tuned.
        photos: that are learned from.
        options: of the benchmark.

    Raises:
        ValueError: there are no photographs.
    """
    if not len(photos):
        raise ValueError("sitter_photos holds no picture to learn from")
    return cluster_table(base_model, photos, options)


def benchmark_dreambooth(base_model: BaseModel, options: DreamBoothBenchmarkOptions) -> pd.DataFrame:
    """Time DreamBooth against the usual script's way, on random weights: one row a case.

    Args:
        base_model: whose tokenizer is used.
        options: of the benchmark.

    Raises:
        ValueError: There is no GPU.
    """
    device = benchmark_device(options.device)
    make_model = partial(random_model, options.shape, base_model, device=device, dtype=torch.float32, seed=options.seed)
    return dreambooth_table(make_model, device, options)


def benchmark_editing(base_model: BaseModel, options: EditingBenchmarkOptions) -> pd.DataFrame:
    """Time an edit against its two pictures without control, on random weights: one row a case.

    Args:
        base_model: whose tokenizer is used.
        options: of the benchmark.

    Raises:
        ValueError: There is no GPU.
    """
    device = benchmark_device(options.device)
    dtype = choose_dtype(options.dtype, device)
    model = random_model(options.shape, base_model, device=device, dtype=dtype, seed=options.seed)
    return editing_table(model, options)


def benchmark_inversion(base_model: BaseModel, options: InversionBenchmarkOptions) -> pd.DataFrame:
    """Time Textual Inversion against the usual script's way, on random weights: one row a case.

    Args:
        base_model: whose tokenizer is used.
        options: of the benchmark.

    Raises:
        ValueError: There is no GPU.
    """
    device = benchmark_device(options.device)
    make_model = partial(random_model, options.shape, base_model, device=device, dtype=torch.float32, seed=options.seed)
    return inversion_table(make_model, device, options)


def benchmark_sampling(base_model: BaseModel, options: SamplingBenchmarkOptions) -> pd.DataFrame:
    """Time the drawing of many pictures against drawing them one by one, on random weights: one row a case.

    Args:
        base_model: whose tokenizer is used.
        options: of the benchmark.

    Raises:
        ValueError: There is no GPU.
    """
    device = benchmark_device(options.device)
    dtype = choose_dtype(options.dtype, device)
    model = random_model(options.shape, base_model, device=device, dtype=dtype, seed=options.seed)
    return sampling_table(model, options)


def _first(photos: ImageSet, count: int, options: FaceBenchmarkOptions) -> Pictures:
    """The first photographs, cropped and scaled to one size."""
    if len(photos) < 2:
        raise ValueError(f"sitter_photos holds {len(photos)} pictures; the benchmark compares pairs and needs two")
    files = photos.manifest["file"].iloc[:count]
    return stack_pictures(map(photos.open, files), SsimOptions(size=options.size, grey=False))


def _subset(pictures: int, size: int, seed: int) -> list[int]:
    """Draw which pictures the usual way compares, in order."""
    drawn = np.random.default_rng(seed).choice(pictures, size=min(size, pictures), replace=False)
    return sorted(drawn.tolist())


def benchmark_processes(base_model: BaseModel, options: ProcessesBenchmarkOptions) -> pd.DataFrame:
    """Time training and drawing by several processes against one, on random weights: one row a case and number.

    Args:
        base_model: whose tokenizer is used.
        options: of the benchmark.

    Raises:
        ValueError: There are fewer GPUs than processes.
    """
    device = benchmark_device(options.device)
    process_count(options.processes, options.device)
    return processes_table(base_model, device, options)
