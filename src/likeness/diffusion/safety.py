"""The safety checker that Stable Diffusion 1 comes with: pictures that it takes for unsafe are withheld."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPImageProcessor

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.model import base_of
from likeness.diffusion.parts import ModelError, open_part, place
from likeness.diffusion.placement import choose_device

PARAMETER = "safety_checker"


@dataclass(frozen=True)
class SafetyChecker:
    """diffusers' StableDiffusionSafetyChecker with what prepares its pictures.

    Attributes:
        network: in float32, so that a verdict depends on the picture alone.
        processor: transformers' image processor.
    """

    network: StableDiffusionSafetyChecker
    processor: Any

    def flags(self, picture: Image.Image) -> bool:
        """Whether an RGB picture is taken for unsafe."""
        prepared = self.processor(picture, return_tensors="pt").pixel_values.to(self.network.device, torch.float32)
        # The network blackens what it flags in a list of its own.
        with torch.inference_mode():
            _, [flagged] = self.network(clip_input=prepared, images=[np.zeros(1)])
        return bool(flagged)

    def passed(self, picture: Image.Image) -> tuple[Image.Image, bool]:
        """The picture and False, or a black one of its size and True."""
        if self.flags(picture):
            return Image.new("RGB", picture.size), True
        return picture, False


def open_safety_checker(reference: BaseModel | Checkpoint, *, device: str = "auto") -> SafetyChecker:
    """Open the checker of a base model, or of the one a checkpoint was made from; only safetensors are read.

    Args:
        reference: where the weights are.
        device: "auto", or a torch device.

    Raises:
        ModelError: the model comes without one, or it cannot be read.
    """
    base = base_of(reference)
    try:
        network = open_part(StableDiffusionSafetyChecker, "safety_checker", base, None)
        processor = open_part(CLIPImageProcessor, "feature_extractor", base, None)
    except ModelError as error:
        raise ModelError(
            f"{PARAMETER} is true, and base_model {base.source!r} has no safety checker that can be read: expected "
            "the folders safety_checker, with safetensors weights, and feature_extractor in it, as Stable Diffusion 1 "
            f"has them and 2 and SDXL have not. Set {PARAMETER} to false to draw without one, or take another "
            f"base_model. ({error.__cause__ or error})"
        ) from error
    return SafetyChecker(place(network, choose_device(device), torch.float32), processor)
