"""What the autoencoder keeps of a picture: its pixels, and what the probe reads in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels
from likeness.diffusion.model import DiffusionModel
from likeness.metrics.probe import Probe, read
from likeness.metrics.psnr import psnr
from likeness.metrics.ssim import ssim
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.agreement import agreement, compare
from likeness.pipelines.pocket.scores.held_out import GROUPS, HeldOut
from likeness.pipelines.pocket.scores.table import Score, mean_score


def round_trip(model: DiffusionModel, pictures: NDArray[np.uint8], batch_size: int) -> NDArray[np.uint8]:
    """Pictures (n, size, size, 3) after encoding and decoding; each latent is its distribution's mean."""
    rebuilt: list[Image.Image] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            batch = [Image.fromarray(picture) for picture in pictures[start : start + batch_size]]
            mean, _ = encode(model.vae, to_pixels(batch))
            rebuilt += to_pictures(decode(model.vae, scale(model.vae, mean)))
    return np.stack([np.asarray(picture) for picture in rebuilt])


def round_trip_scores(held_out: HeldOut, rebuilt: NDArray[np.uint8], options: ReportOptions) -> Iterator[Score]:
    """Yield PSNR in decibels and SSIM of the first held-out pictures and what became of them, group by group."""
    groups = held_out.groups.to_numpy()[: len(rebuilt)]
    measures: dict[str, Callable[..., float]] = {"round_trip_psnr_db": psnr, "round_trip_ssim": ssim}
    for measure, of_pair in measures.items():
        values = np.array([of_pair(a, b) for a, b in zip(held_out.pictures, rebuilt, strict=False)])
        for group in GROUPS:
            if (groups == group).any():
                yield mean_score(measure, values[groups == group], options, group)


def round_trip_readings(
    held_out: HeldOut, rebuilt: NDArray[np.uint8], probe: Probe, options: ReportOptions
) -> Iterator[Score]:
    """Yield how often the probe is right before the autoencoder and after it."""
    shown, before = held_out.shown[: len(rebuilt)], held_out.read[: len(rebuilt)]
    attributes = probe.design.attributes
    yield from compare(
        ("probe_accuracy", agreement(before, shown, attributes, options)),
        ("round_trip_probe_accuracy", agreement(read(probe, rebuilt), shown, attributes, options)),
        "round_trip_probe_accuracy_ratio",
        options,
    )
