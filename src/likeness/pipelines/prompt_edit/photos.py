"""Photographs as latents: each is inverted once, kept in the work folder, and measured before anything is edited."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image, ImageOps
from safetensors import safe_open
from safetensors.torch import save_file

from likeness.datasets import WorkFolder, digest_of, open_picture, package_digest
from likeness.diffusion.embeddings import PromptEmbeddings
from likeness.diffusion.inversion import Inversion, Method, invert
from likeness.diffusion.model import DiffusionModel
from likeness.metrics.psnr import psnr
from likeness.metrics.ssim import SsimOptions, ssim, stack_pictures
from likeness.pipelines.prompt_edit.options import PhotoOptions, SamplingOptions
from likeness.pipelines.prompt_edit.plan import Plan, PlannedSource, located

logger = logging.getLogger(__name__)

_PICTURES = ("photograph", "round_trip", "reconstruction")


def photo_digest(path: str) -> str:
    """Digest a photograph's file."""
    return digest_of(located(path).read_bytes())


class Inversions:
    """The inversions of a run's photographs.

    Args:
        model: opens the model; asked only when an inversion is missing.
        digest: of the model.
        resolution: px a side that photographs are brought to: the central square, scaled.
        sampling: steps and negative prompt of the edits.
        options: their guidance scale, and how to invert.
        work_folder: the root of unfinished work.

    Attributes:
        digest: of everything but the photograph that an inversion depends on.
    """

    def __init__(
        self,
        model: Callable[[], DiffusionModel],
        digest: str,
        resolution: int,
        sampling: SamplingOptions,
        options: PhotoOptions,
        work_folder: str,
    ) -> None:
        self._model, self._side = model, resolution
        self._settings: dict[str, Any] = {
            "steps": sampling.steps,
            "guidance_scale": options.guidance_scale,
            "negative_prompt": sampling.negative_prompt,
        }
        self.digest = digest_of(digest, self._settings, self._side, package_digest("likeness.diffusion"))
        self._work = WorkFolder(work_folder, "inversions", self.digest)

    def of(self, source: PlannedSource, method: Method) -> Inversion:
        """Return the inversion of a source's photograph."""
        assert source.photo is not None
        photo = ImageOps.fit(open_picture(located(source.photo)), (self._side, self._side), Image.Resampling.LANCZOS)
        name = f"{method}-{digest_of(photo.tobytes(), source.prompt)}.safetensors"
        if not self._work.has(name):
            inverted = invert(self._model(), photo, source.prompt, method=method, **self._settings)
            with self._work.writing(name) as path:
                save_inversion(path, inverted)
        return load_inversion(self._work.file(name))


def measure_inversions(plan: Plan, found: Inversions, options: PhotoOptions, ssim_options: SsimOptions) -> pd.DataFrame:
    """Say how much of every photograph survives its inversion.

    Returns:
        One row a photograph and method: source, photo, prompt, method, steps, guidance_scale, and psnr (dB) and ssim of
        `round_trip` (through the VAE alone, the most that can be expected) and `reconstruction` to the photograph.
    """
    rows = []
    for source in plan.sources:
        for method in dict.fromkeys((options.method, *options.compared)) if source.photo else ():
            inverted = found.of(source, method)
            row: dict[str, object] = {"source": source.name, "photo": source.photo, "prompt": source.prompt}
            row |= {"method": method, "steps": inverted.steps, "guidance_scale": inverted.guidance_scale}
            for name in _PICTURES[1:]:
                pair = [inverted.photograph, getattr(inverted, name)]
                row[f"{name}_psnr"] = psnr(*map(np.asarray, pair))
                first, second = stack_pictures(pair, ssim_options)
                row[f"{name}_ssim"] = ssim(first, second, ssim_options)
            rows.append(row)
    table = pd.DataFrame(rows, columns=RECONSTRUCTION_COLUMNS)
    for way, own in table.groupby("method", sort=False):
        text = "%d photos inverted, %s: reconstructed at %.1f dB on average; through the VAE alone at %.1f dB"
        logger.info(text, len(own), way, own["reconstruction_psnr"].mean(), own["round_trip_psnr"].mean())
    return table


RECONSTRUCTION_COLUMNS = [
    *("source", "photo", "prompt", "method", "steps", "guidance_scale"),
    *("round_trip_psnr", "round_trip_ssim", "reconstruction_psnr", "reconstruction_ssim"),
]


def save_inversion(path: Path, inverted: Inversion) -> None:
    """Write an inversion as safetensors, its pictures as 8-bit values."""
    tensors = {name: torch.from_numpy(np.array(getattr(inverted, name))) for name in _PICTURES}
    tensors["trajectory"] = inverted.trajectory.cpu().contiguous()
    if inverted.unconditional is not None:
        tensors["unconditional"] = inverted.unconditional.hidden_states.cpu().contiguous()
        if inverted.unconditional.pooled is not None:
            tensors["unconditional_pooled"] = inverted.unconditional.pooled.cpu().contiguous()
    settings = {name: getattr(inverted, name) for name in ("method", "prompt", "steps", "guidance_scale")}
    save_file(tensors, path, metadata={"inversion": json.dumps(settings)})


def load_inversion(path: Path) -> Inversion:
    """Read what `save_inversion` wrote."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (the file is no mapping)
        settings = json.loads(file.metadata()["inversion"])
    pictures: dict[str, Any] = {name: Image.fromarray(tensors.pop(name).numpy()) for name in _PICTURES}
    unconditional = None
    if "unconditional" in tensors:
        unconditional = PromptEmbeddings(tensors["unconditional"], tensors.get("unconditional_pooled"))
    return Inversion(**settings, **pictures, trajectory=tensors["trajectory"], unconditional=unconditional)
