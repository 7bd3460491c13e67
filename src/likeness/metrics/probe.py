"""The probe: a small network that reads a picture's attributes back, so that obedience to a prompt can be counted.

It knows nothing of any world: what it reads is a list of attributes that is stored beside its weights. Residual blocks
of a depthwise and two pointwise convolutions (Liu et al. 2022, arXiv 2201.03545), narrow enough to read sixty pictures
a second on one core; what is small in a picture survives in the maximum over places, what fills it in the mean.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional

from likeness.metrics.attributes import Attribute, decode, widths

DESIGN = "probe.json"
WEIGHTS = "probe.safetensors.gz"


class ProbeError(ValueError):
    """A folder holds no probe that can be opened; the message names it."""


class ProbeDesign(BaseModel):
    """Everything about a probe but its weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(ge=8, description="side in pixels to which pictures are brought")
    channels: tuple[int, ...] = Field(min_length=1, description="of each level; each halves the picture's side")
    blocks: tuple[int, ...] = Field(description="residual blocks of each level")
    attributes: tuple[Attribute, ...] = Field(min_length=1, description="what is read")

    @model_validator(mode="after")
    def _fits(self) -> ProbeDesign:
        if len(self.blocks) != len(self.channels):
            raise ValueError(f"blocks {self.blocks} must say one number for each of channels {self.channels}")
        if self.size % 2 ** len(self.channels):
            raise ValueError(f"size {self.size} must be a multiple of {2 ** len(self.channels)}, a halving a level")
        return self


class Probe(nn.Module):
    """The network: pictures (n, 3, size, size) in -1..1 to logits (n, sum of the attributes' widths)."""

    def __init__(self, design: ProbeDesign) -> None:
        super().__init__()
        self.design = design
        layers: list[nn.Module] = []
        for before, width, blocks in zip((3, *design.channels), design.channels, design.blocks, strict=False):
            layers += [nn.Conv2d(before, width, 3, stride=2, padding=1), nn.GroupNorm(1, width)]
            layers += [_Block(width) for _ in range(blocks)]
        self.layers = nn.Sequential(*layers)
        pooled = 2 * design.channels[-1]
        self.norm = nn.LayerNorm(pooled)
        self.head = nn.Linear(pooled, sum(widths(design.attributes)))

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits of every attribute's values, side by side."""
        features = self.layers(pixels)
        logits: Tensor = self.head(self.norm(torch.cat([features.mean((2, 3)), features.amax((2, 3))], dim=1)))
        return logits


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 5, padding=2, groups=width),
            nn.GroupNorm(1, width),
            nn.Conv2d(width, 2 * width, 1),
            nn.GELU(),
            nn.Conv2d(2 * width, width, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        residual: Tensor = features + self.layers(features)
        return residual


def shrink(pictures: Tensor, size: int) -> Tensor:
    """Bring pictures to the probe's size.

    Args:
        pictures: uint8 (n, h, w, 3), square or nearly so.
        size: pixels a side.

    Returns:
        uint8 (n, size, size, 3), averaged over the pixels that one pixel replaces.
    """
    if pictures.shape[1:3] == (size, size):
        return pictures
    pixels = pictures.permute(0, 3, 1, 2).float()
    smaller = functional.interpolate(pixels, (size, size), mode="bilinear", antialias=True, align_corners=False)
    return smaller.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)


def normalised(pictures: Tensor) -> Tensor:
    """8-bit pictures (n, h, w, 3) as float32 (n, 3, h, w) in -1..1."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.inference_mode()
def distributions(probe: Probe, pictures: NDArray[np.uint8], *, batch_size: int = 64) -> NDArray[np.float64]:
    """Probabilities of every attribute's values, side by side as `likeness.metrics.attributes.encode` lays them out.

    Args:
        probe: in evaluation mode, on any device.
        pictures: (n, h, w, 3), of any size.
        batch_size: pictures read at once.

    Returns:
        (n, sum of widths); the values of one attribute sum to 1.
    """
    device = next(probe.parameters()).device
    sizes = widths(probe.design.attributes)
    read = [np.empty((0, sum(sizes)))]
    for start in range(0, len(pictures), batch_size):
        batch = torch.from_numpy(pictures[start : start + batch_size]).to(device)
        logits = probe(normalised(shrink(batch, probe.design.size))).double()
        shares = [block.softmax(dim=1) for block in torch.split(logits, sizes, dim=1)]
        read.append(torch.cat(shares, dim=1).cpu().numpy())
    return np.concatenate(read)


def read(probe: Probe, pictures: NDArray[np.uint8], *, batch_size: int = 64) -> pd.DataFrame:
    """Read pictures (n, h, w, 3).

    Returns:
        One row a picture: for a category or flag the most likely value, and its probability in `<name>_p`; for a number
        its mean. Every attribute is read off every picture, also where it means nothing there.
    """
    return decode(distributions(probe, pictures, batch_size=batch_size), probe.design.attributes)


def save_probe(folder: Path, probe: Probe) -> None:
    """Write a probe: what it is as JSON, its weights as float16 safetensors, compressed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESIGN).write_text(probe.design.model_dump_json(indent=1), encoding="utf-8")
    weights = {name: tensor.detach().half().cpu().contiguous() for name, tensor in probe.state_dict().items()}
    # Without the time, equal weights are equal files.
    (folder / WEIGHTS).write_bytes(gzip.compress(save(weights), mtime=0))


def open_probe(folder: Path, device: str | torch.device = "cpu") -> Probe:
    """Open a probe in float32, ready to read.

    Raises:
        ProbeError: there is none in the folder, or its parts do not fit.
    """
    try:
        design = ProbeDesign.model_validate_json((folder / DESIGN).read_bytes())
        probe = Probe(design)
        probe.load_state_dict(load(gzip.decompress((folder / WEIGHTS).read_bytes())))
    except (OSError, EOFError, zlib.error, ValidationError, SafetensorError, RuntimeError) as error:
        raise ProbeError(
            f"There is no probe in {folder} ({str(error).splitlines()[0]}). Expected {DESIGN} and {WEIGHTS}, as "
            "`kedro run --pipeline pocket` makes them."
        ) from error
    return probe.to(device).eval().requires_grad_(False)
