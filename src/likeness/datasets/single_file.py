"""Checkpoints in one file, as A1111 and ComfyUI keep them: which family one is of, by the names in its head."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Family = Literal["sd1", "sd2", "sdxl"]
Prediction = Literal["epsilon", "v_prediction"]

UNET, VAE = "model.diffusion_model.", "first_stage_model."
TEXT_ENCODERS: dict[Family, tuple[str, ...]] = {
    "sd1": ("cond_stage_model.transformer.",),
    "sd2": ("cond_stage_model.model.",),
    "sdxl": ("conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."),
}
"""What the names of a text encoder's weights begin with."""

_FIRST_LAYER = f"{UNET}input_blocks.0.0.weight"
_LAST_LAYER = f"{UNET}out.2.weight"
_OTHERS = {
    "joint_blocks.": "Stable Diffusion 3",
    "double_blocks.": "FLUX",
    "double_stream_modulation_": "FLUX.2",
    "lora_": "LoRA",
    "conditioner.embedders.0.model.": "SDXL refiner",
    "control_model.": "ControlNet",
}
_PREDICTIONS: dict[str, Prediction] = {"epsilon": "epsilon", "v": "v_prediction", "v_prediction": "v_prediction"}
_LONGEST_HEAD = 100_000_000  # bytes, as safetensors itself allows


class SingleFileError(ValueError):
    """A file is no checkpoint that can be opened; the message says what it is, without its name."""


@dataclass(frozen=True)
class SingleFile:
    """What the head of a checkpoint says.

    Attributes:
        family: Stable Diffusion 1, 2 or XL.
        prediction: what the UNet predicts.
        zero_terminal_snr: whether the noise schedule ends in pure noise (Lin et al. 2024, arXiv 2305.08891).
    """

    family: Family
    prediction: Prediction
    zero_terminal_snr: bool = False


def recognise(path: Path) -> SingleFile:
    """Tell a checkpoint's family without reading its weights.

    Raises:
        SingleFileError: it is damaged, a pickle, of another family, or lacks a part.
    """
    if path.suffix != ".safetensors":
        raise SingleFileError(f"is a {path.suffix or 'file'}, which may run code when read; expected .safetensors")
    head = _head(path)
    metadata = head.pop("__metadata__", {})
    family = next((name for name, starts in TEXT_ENCODERS.items() if all(_has(head, one) for one in starts)), None)
    if family is None or _FIRST_LAYER not in head:
        raise SingleFileError(_what_else(head))
    takes, makes = head[_FIRST_LAYER]["shape"][1], head.get(_LAST_LAYER, {"shape": [0]})["shape"][0]
    if takes != makes:
        raise SingleFileError(
            f"is a checkpoint of another family: its UNet takes {takes} channels and makes {makes}, as for inpainting"
        )
    if not _has(head, VAE):
        raise SingleFileError(f"lacks the VAE ({VAE}…)")
    return SingleFile(family, _prediction(path, family, head, metadata), "ztsnr" in head)


def _head(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LONGEST_HEAD:
                raise ValueError("its head is too long")
            head: dict[str, Any] = json.loads(file.read(length))
    except (OSError, ValueError) as error:
        raise SingleFileError(f"cannot be read ({error}): damaged, or not safetensors") from error
    return head


def _has(head: dict[str, Any], start: str) -> bool:
    return any(name.startswith(start) for name in head)


def _what_else(head: dict[str, Any]) -> str:
    for mark, family in _OTHERS.items():
        if any(name.removeprefix(UNET).startswith(mark) for name in head):
            return f"is a checkpoint of another family: {family}"
    if _FIRST_LAYER in head:
        return "lacks the text encoder"
    return f"is a checkpoint of another family: it has no {_FIRST_LAYER}"


def _prediction(path: Path, family: Family, head: dict[str, Any], metadata: dict[str, str]) -> Prediction:
    """From the file's metadata, ComfyUI's mark, or the configuration beside it that A1111 wants."""
    if said := _PREDICTIONS.get(metadata.get("modelspec.prediction_type", "")):
        return said
    if "v_pred" in head:
        return "v_prediction"
    configuration = path.with_suffix(".yaml")
    if configuration.is_file():
        is_v = re.search(r"parameterization:\s*[\"']?v\b", configuration.read_text(encoding="utf-8"))
        return "v_prediction" if is_v else "epsilon"
    if family == "sd2":
        raise SingleFileError(
            "is a Stable Diffusion 2 that does not say whether it predicts noise or velocity: put its configuration "
            f'beside it, {configuration.name}, as for A1111 (`parameterization: "v"` in it means velocity)'
        )
    return "epsilon"
