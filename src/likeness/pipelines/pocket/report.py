"""The finished model in numbers and pictures."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from likeness.datasets import contact_sheet
from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.sampling import generate
from likeness.metrics.bootstrap import bootstrap_mean
from likeness.metrics.ssim import ssim
from likeness.pipelines.pocket.options import ReportOptions

DOTS_PER_INCH = 100
SHOWN_ROUND_TRIPS = 8


def round_trip(model: DiffusionModel, pictures: NDArray[np.uint8], batch_size: int) -> NDArray[np.uint8]:
    """Pictures (n, size, size, 3) after encoding and decoding; each latent is its distribution's mean."""
    rebuilt: list[Image.Image] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            batch = [Image.fromarray(picture) for picture in pictures[start : start + batch_size]]
            mean, _ = encode(model.vae, to_pixels(batch))
            rebuilt += to_pictures(decode(model.vae, scale(model.vae, mean)))
    return np.stack([np.asarray(picture) for picture in rebuilt])


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio of two 8-bit pictures, in decibels; at most 100."""
    error = np.square(a.astype(np.float64) - b).mean()
    return float(10 * np.log10(255**2 / max(error, 255**2 * 1e-10)))


def round_trip_scores(
    model: DiffusionModel, pictures: NDArray[np.uint8], options: ReportOptions
) -> tuple[pd.DataFrame, NDArray[np.uint8]]:
    """How much of pictures the autoencoder keeps.

    Returns:
        One row a measure: `measure`, `mean`, `low`, `high` (95 % interval over pictures), `pictures`; and the pictures
        after it.
    """
    rebuilt = round_trip(model, pictures, options.batch_size)
    measured = {"round_trip_psnr_db": psnr, "round_trip_ssim": ssim}
    rows = []
    for name, measure in measured.items():
        values = [measure(before, after) for before, after in zip(pictures, rebuilt, strict=True)]
        interval = bootstrap_mean(values, resamples=options.resamples, seed=options.seed)
        rows.append({"measure": name, **interval._asdict(), "pictures": len(values)})
    return pd.DataFrame(rows), rebuilt


def age_sheet(model: DiffusionModel, options: ReportOptions) -> Figure:
    """Every age, a column each, from every seed, a row each."""
    prompts = [options.template.format(age=age) for _ in options.seeds for age in options.ages]
    seeds = [seed for seed in options.seeds for _ in options.ages]
    pictures = generate(
        model,
        prompts,
        seeds,
        steps=options.steps,
        guidance_scale=options.guidance_scale,
        batch_size=options.batch_size,
    )
    rows = [f"seed {seed}" for seed in options.seeds]
    return _figure(pictures, columns=len(options.ages), column_titles=options.ages, row_titles=rows)


def round_trip_sheet(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Figure:
    """The first pictures, and under them the same pictures after the autoencoder."""
    shown = min(SHOWN_ROUND_TRIPS, len(before))
    pictures = [Image.fromarray(picture) for picture in (*before[:shown], *after[:shown])]
    return _figure(pictures, columns=shown, row_titles=("before", "after"))


def _figure(
    pictures: Iterable[Image.Image], *, columns: int, row_titles: Iterable[str], column_titles: Iterable[str] = ()
) -> Figure:
    sheet = contact_sheet(
        pictures, columns=columns, cell=256, row_titles=tuple(row_titles), column_titles=tuple(column_titles)
    )
    figure = Figure(figsize=(sheet.width / DOTS_PER_INCH, sheet.height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    figure.figimage(np.asarray(sheet))
    return figure
