"""Stable Diffusion models of any size, opened from diffusers folders or hub ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from peft import PeftModel
from safetensors import SafetensorError
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.placement import choose_device, choose_dtype
from likeness.diffusion.progress import no_file_bars
from likeness.diffusion.prompts import tokenise

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


class ModelError(ValueError):
    """A base model or checkpoint cannot be used; the message names it and says what was expected."""


@dataclass
class DiffusionModel:
    """The parts of a latent diffusion model, on one device and in evaluation mode.

    Attributes:
        tokenizer: of the text encoder.
        text_encoder: its last hidden states condition the UNet.
        unet: the denoiser.
        vae: between pixels and latents.
        scheduler: holds the noise schedule and the prediction type; samplers are made from its `config`.
        name: for people: the hub id or the folder's name.
        device: of all weights.
        dtype: of all weights.
    """

    tokenizer: CLIPTokenizer
    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    scheduler: DDPMScheduler
    name: str
    device: torch.device
    dtype: torch.dtype

    @property
    def vae_scale_factor(self) -> int:
        """Pixels a latent stands for, along one side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def resolution(self) -> int:
        """Side in pixels of the square pictures the model was trained on."""
        return int(self.unet.config.sample_size) * self.vae_scale_factor

    @property
    def prompt_length(self) -> int:
        """Tokens a prompt may have, start and end token included."""
        return min(int(self.tokenizer.model_max_length), int(self.text_encoder.config.max_position_embeddings))


def open_model(reference: BaseModel | Checkpoint, *, device: str = "auto", dtype: str = "auto") -> DiffusionModel:
    """Open a base model, or a checkpoint on top of the base model it was made from.

    A checkpoint is a folder in the same layout that holds only what differs: a `unet`, `text_encoder` or `tokenizer`
    folder replaces the base model's; one with a peft adapter in it is merged into the base model's. Only safetensors
    are read. The network is used only where the base model is a hub id.

    Args:
        reference: where the weights are.
        device: "auto", or a torch device.
        dtype: "auto" (bfloat16 on CUDA, float32 on a CPU) or one of `likeness.diffusion.placement.DTYPES`.

    Raises:
        ModelError: something cannot be read, misses weights, or does not fit the rest.
    """
    base, overlay = (reference, None) if isinstance(reference, BaseModel) else (_base_of(reference), reference.path)
    torch_device = choose_device(device)
    torch_dtype = choose_dtype(dtype, torch_device)
    model = DiffusionModel(
        tokenizer=_open(CLIPTokenizer, "tokenizer", base, overlay),
        text_encoder=place(_open(CLIPTextModel, "text_encoder", base, overlay), torch_device, torch_dtype),
        unet=place(_open(UNet2DConditionModel, "unet", base, overlay), torch_device, torch_dtype),
        vae=place(_open(AutoencoderKL, "vae", base, None), torch_device, torch_dtype),
        scheduler=_open(DDPMScheduler, "scheduler", base, None),
        name=overlay.name if overlay else _folder_name(base.source),
        device=torch_device,
        dtype=torch_dtype,
    )
    _check_that_parts_fit(model, overlay or base.source)
    return model


def encode_prompts(model: DiffusionModel, prompts: Sequence[str]) -> Tensor:
    """The text encoder's last hidden states, (n, tokens, width) in the model's dtype.

    A prompt longer than the text encoder takes is cut, with a warning that names the words lost.
    """
    ids = tokenise(model.tokenizer, prompts, model.prompt_length)
    embeddings: Tensor = model.text_encoder(ids.to(model.device))[0]
    return embeddings


def _base_of(checkpoint: Checkpoint) -> BaseModel:
    base = checkpoint.made_from.get("base_model")
    if isinstance(base, BaseModel):
        return base
    if isinstance(base, Mapping):
        return BaseModel(source=str(base["source"]), revision=base.get("revision"))
    if isinstance(base, str):
        return BaseModel(source=base)
    raise ModelError(
        f"The checkpoint {checkpoint.path} does not say which base_model it was made from. Train it again."
    )


def _open(kind: Any, part: str, base: BaseModel, overlay: Path | None) -> Any:
    """One part of the model in float32, from the overlay where it has one."""
    own = overlay / part if overlay else None
    try:
        if own is None or not own.is_dir():
            is_folder = Path(base.source).is_dir()
            return _read(kind, base.source, subfolder=part, revision=base.revision, local_files_only=is_folder)
        if not (own / ADAPTER_CONFIG).is_file():
            return _read(kind, str(own), local_files_only=True)
        # Without this file peft would look for a pickle.
        if not (own / ADAPTER_WEIGHTS).is_file():
            raise FileNotFoundError(f"{own / ADAPTER_WEIGHTS} is missing")
        return PeftModel.from_pretrained(_open(kind, part, base, None), str(own)).merge_and_unload()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        place = f"checkpoint {own}" if own and own.is_dir() else f"base_model {base.source!r}"
        raise ModelError(
            f"The {part} of {place} cannot be read ({_first_line(error)}). Expected a Stable Diffusion model in "
            "diffusers' layout with safetensors weights: a folder with tokenizer, text_encoder, unet, vae and "
            "scheduler in it, or the hub id of one. Set the parameter base_model to such a folder or id."
        ) from error


def _read(kind: Any, source: str, **where: Any) -> Any:
    if not issubclass(kind, torch.nn.Module):
        return kind.from_pretrained(source, **where)
    # Downloads keep their bars.
    with no_file_bars() if where["local_files_only"] else nullcontext():
        module, report = kind.from_pretrained(source, use_safetensors=True, output_loading_info=True, **where)
    # Weights that are not in the file would silently be random.
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} weights are not in the file, {missing[0]} among them")
    return place(module, torch.device("cpu"), torch.float32).eval().requires_grad_(False)


def place(module: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Put a network where it computes, with the memory layout that its convolutions are quickest in, and return it."""
    # Convolutions are quicker with channels last, on CPUs and on tensor cores. diffusers' own `to` only adds a warning.
    placed: Any = torch.nn.Module.to
    return placed(module, device=device, dtype=dtype, memory_format=torch.channels_last)


def _check_that_parts_fit(model: DiffusionModel, place: str | Path) -> None:
    sizes = {
        "unet in_channels": (model.unet.config.in_channels, "vae latent_channels", model.vae.config.latent_channels),
        "unet cross_attention_dim": (
            model.unet.config.cross_attention_dim,
            "text_encoder hidden_size",
            model.text_encoder.config.hidden_size,
        ),
    }
    for first, (one, second, other) in sizes.items():
        if one != other:
            raise ModelError(
                f"The parts of {place} do not fit: {first} is {one}, {second} is {other}. Only text-to-image models "
                "work (no inpainting or depth models), and a checkpoint only on the base model it was made from."
            )


def _folder_name(source: str) -> str:
    return Path(source).resolve().name if Path(source).is_dir() else source


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
