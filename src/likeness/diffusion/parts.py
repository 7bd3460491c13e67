"""The parts of a model, each read from its folder in diffusers' layout or from the hub, in float32."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline
from peft import PeftModel
from safetensors import SafetensorError

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.progress import no_file_bars
from likeness.diffusion.single_file import file_index, open_file_part

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


class ModelError(ValueError):
    """A base model or checkpoint cannot be used; the message names it and says what was expected."""


def read_index(base: BaseModel) -> Mapping[str, Any]:
    """What `model_index.json` says of the model: its parts and its pipeline's settings; empty where there is none."""
    if base.is_file:
        return file_index(base)
    try:
        index: Mapping[str, Any] = DiffusionPipeline.load_config(
            base.source, revision=base.revision, local_files_only=base.is_folder
        )
    except (OSError, ValueError):
        return {}
    return index


def open_part(kind: Any, part: str, base: BaseModel, overlay: Path | None) -> Any:
    """One part of the model in float32, from the overlay where it has one."""
    own = overlay / part if overlay else None
    try:
        if own is None or not own.is_dir():
            if base.is_file:
                return _prepared(open_file_part(kind, part, base))
            is_folder = Path(base.source).is_dir()
            return _read(kind, base.source, subfolder=part, revision=base.revision, local_files_only=is_folder)
        if not (own / ADAPTER_CONFIG).is_file():
            return _read(kind, str(own), local_files_only=True)
        # Without this file peft would look for a pickle.
        if not (own / ADAPTER_WEIGHTS).is_file():
            raise FileNotFoundError(f"{own / ADAPTER_WEIGHTS} is missing")
        return PeftModel.from_pretrained(open_part(kind, part, base, None), str(own)).merge_and_unload()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        where = f"checkpoint {own}" if own and own.is_dir() else f"base_model {base.source!r}"
        raise ModelError(
            f"The {part} of {where} cannot be read ({_first_line(error)}). Expected a Stable Diffusion model in "
            "diffusers' layout with safetensors weights: a folder with tokenizer, text_encoder, unet, vae and "
            "scheduler in it, the hub id of one, or a .safetensors file. Set the parameter base_model to such a one."
        ) from error


def place(
    module: Any, device: torch.device, dtype: torch.dtype, layout: torch.memory_format = torch.channels_last
) -> Any:
    """Put a network where it computes, with the memory layout that its convolutions are quickest in, and return it."""
    # Convolutions are quicker with channels last, on CPUs and on tensor cores. diffusers' own `to` only adds a warning.
    placed: Any = torch.nn.Module.to
    return placed(module, device=device, dtype=dtype, memory_format=layout)


def _read(kind: Any, source: str, **where: Any) -> Any:
    if not issubclass(kind, torch.nn.Module):
        return kind.from_pretrained(source, **where)
    # Downloads keep their bars.
    with no_file_bars() if where["local_files_only"] else nullcontext():
        module, report = kind.from_pretrained(source, use_safetensors=True, output_loading_info=True, **where)
    # Weights that are not in the file would silently be random.
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} weights are not in the file, {missing[0]} among them")
    return _prepared(module)


def _prepared(part: Any) -> Any:
    if not isinstance(part, torch.nn.Module):
        return part
    return place(part, torch.device("cpu"), torch.float32).eval().requires_grad_(False)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
