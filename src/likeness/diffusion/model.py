"""Stable Diffusion models of any size, opened from diffusers folders, single files or hub ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.hub import HubError, reached
from likeness.diffusion.parts import ModelError, open_part, place, read_index
from likeness.diffusion.placement import choose_device, choose_dtype

__all__ = ["DiffusionModel", "ModelError", "SecondTextEncoder", "base_of", "open_model", "refuse_two_text_encoders"]

SIZE_CONDITIONS = 6
"""Numbers that tell SDXL of a picture's size: height and width before cropping, the crop's top and left, height and
width after it (Podell et al. 2023, arXiv 2307.01952, section 2.2)."""


@dataclass(frozen=True)
class SecondTextEncoder:
    """What SDXL has beside the first text encoder (Podell et al. 2023, arXiv 2307.01952, section 2.1).

    Attributes:
        text_encoder: its penultimate hidden states stand beside the first one's; its pooled embedding of the prompt
            conditions the UNet together with the picture's size.
        pad_token_id: what it is given after a prompt's end; otherwise it sees the first tokenizer's tokens.
        zeros_for_empty_prompt: whether guidance leads away from zeros where the negative prompt is empty.
    """

    text_encoder: CLIPTextModelWithProjection
    pad_token_id: int
    zeros_for_empty_prompt: bool


@dataclass
class DiffusionModel:
    """The parts of a latent diffusion model, on one device and in evaluation mode.

    Attributes:
        tokenizer: of the text encoder.
        text_encoder: its last hidden states condition the UNet; its penultimate ones where there is a second encoder.
        unet: the denoiser.
        vae: between pixels and latents.
        scheduler: holds the noise schedule and the prediction type; samplers are made from its `config`.
        name: for people: the hub id or the folder's name.
        device: of all weights.
        dtype: of all weights, but for a VAE that has to compute in float32.
        second: the second text encoder of SDXL; None for Stable Diffusion 1 and 2.
    """

    tokenizer: CLIPTokenizer
    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    scheduler: DDPMScheduler
    name: str
    device: torch.device
    dtype: torch.dtype
    second: SecondTextEncoder | None = None

    @property
    def text_encoders(self) -> dict[str, Any]:
        """One or two, by the names of their folders."""
        second = {"text_encoder_2": self.second.text_encoder} if self.second else {}
        return {"text_encoder": self.text_encoder, **second}

    def change_text_encoders(self, change: Callable[[Any], Any]) -> None:
        """Put in the place of each text encoder what is made of it."""
        self.text_encoder = change(self.text_encoder)
        if self.second is not None:
            self.second = replace(self.second, text_encoder=change(self.second.text_encoder))

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
        positions = (int(encoder.config.max_position_embeddings) for encoder in self.text_encoders.values())
        return min(int(self.tokenizer.model_max_length), *positions)


def open_model(reference: BaseModel | Checkpoint, *, device: str = "auto", dtype: str = "auto") -> DiffusionModel:
    """Open a base model, or a checkpoint on top of the base model it was made from.

    Stable Diffusion 1 and 2 have one text encoder, SDXL has two. A checkpoint is a folder in the same layout that holds
    only what differs: a `unet`, `text_encoder` or `tokenizer` folder replaces the base model's; one with a peft adapter
    in it is merged into the base model's. Only safetensors are read. The network is used only where the base model is a
    hub id.

    Args:
        reference: where the weights are.
        device: "auto", or a torch device.
        dtype: "auto" (bfloat16 on CUDA, float32 on a CPU) or one of `likeness.diffusion.placement.DTYPES`.

    Raises:
        ModelError: something cannot be read, misses weights, or does not fit the rest.
    """
    named, overlay = _named_base(reference), reference.path if isinstance(reference, Checkpoint) else None
    base = _reached(named)
    torch_device = choose_device(device)
    torch_dtype = choose_dtype(dtype, torch_device)
    index = read_index(base)
    _refuse_other_families(index, base)
    _refuse_refiner(index, base)
    tokenizer = open_part(CLIPTokenizer, "tokenizer", base, overlay)
    text_encoder = place(open_part(CLIPTextModel, "text_encoder", base, overlay), torch_device, torch_dtype)
    second = None
    if _has(index, "text_encoder_2"):
        second_encoder = open_part(CLIPTextModelWithProjection, "text_encoder_2", base, overlay)
        # Older configurations name another, and then the token of the highest number were taken for a prompt's end.
        second_encoder.text_model.eos_token_id = tokenizer.eos_token_id
        second = SecondTextEncoder(
            text_encoder=place(second_encoder, torch_device, torch_dtype),
            pad_token_id=_pad_token_id(tokenizer, base, overlay),
            zeros_for_empty_prompt=bool(index.get("force_zeros_for_empty_prompt", True)),
        )
    unet = place(open_part(UNet2DConditionModel, "unet", base, overlay), torch_device, torch_dtype)
    vae = open_part(AutoencoderKL, "vae", base, None)
    if second is not None:
        # At its pictures' size, a batch of them would take more memory than all else.
        vae.enable_slicing()
    # Configurations of Stable Diffusion 1 and 2 do not say, and theirs do not overflow.
    upcast = second is not None and vae.config.force_upcast
    model = DiffusionModel(
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        unet=unet,
        vae=place(vae, torch_device, torch.float32 if upcast else torch_dtype),
        scheduler=open_part(DDPMScheduler, "scheduler", base, None),
        name=overlay.name if overlay else named.name,
        device=torch_device,
        dtype=torch_dtype,
        second=second,
    )
    _check_that_parts_fit(model, overlay or base.source)
    return model


def refuse_two_text_encoders(reference: BaseModel | Checkpoint, what: str, instead: str) -> None:
    """Refuse SDXL where only models with one text encoder will do, before any weights are opened.

    Args:
        reference: where the weights are.
        what: wants one text encoder, for the message.
        instead: what else may be done, for the message.

    Raises:
        ModelError: the model has two.
    """
    base = _named_base(reference)
    if _has(read_index(_reached(base)), "text_encoder_2"):
        raise ModelError(
            f"{what} knows models with one text encoder, such as Stable Diffusion 1 and 2, and base_model "
            f"{base.source!r} has two, as SDXL does. {instead}, or set the parameter base_model to another model."
        )


def base_of(reference: BaseModel | Checkpoint) -> BaseModel:
    """The base model itself, or the one that a checkpoint was made from, as it is to be read.

    Raises:
        ModelError: the checkpoint does not say, or the hub cannot give it.
    """
    return _reached(_named_base(reference))


def _named_base(reference: BaseModel | Checkpoint) -> BaseModel:
    if isinstance(reference, BaseModel):
        return reference
    base = reference.made_from.get("base_model")
    if isinstance(base, BaseModel):
        return base
    if isinstance(base, Mapping):
        return BaseModel(str(base["source"]), base.get("revision"), base.get("tokenizer"))
    if isinstance(base, str):
        return BaseModel(source=base)
    raise ModelError(f"The checkpoint {reference.path} does not say which base_model it was made from. Train it again.")


def _reached(base: BaseModel) -> BaseModel:
    try:
        return reached(base)
    except HubError as error:
        raise ModelError(str(error)) from error


def _has(index: Mapping[str, Any], part: str) -> bool:
    return bool(index.get(part)) and index[part][0] is not None


def _refuse_other_families(index: Mapping[str, Any], base: BaseModel) -> None:
    if index and not _has(index, "unet"):
        raise ModelError(
            f"base_model {base.source!r} is made for {index.get('_class_name', 'another pipeline')} and has no UNet: "
            "Stable Diffusion 1, 2 and SDXL have one, Stable Diffusion 3, FLUX and their like a transformer, which is "
            "not built in. Set the parameter base_model to one of the former."
        )


def _refuse_refiner(index: Mapping[str, Any], base: BaseModel) -> None:
    if _has(index, "text_encoder_2") and not _has(index, "text_encoder"):
        raise ModelError(
            f"base_model {base.source!r} is an SDXL refiner: it only finishes pictures that another model began. Set "
            "the parameter base_model to that one, such as stabilityai/stable-diffusion-xl-base-1.0."
        )


def _pad_token_id(tokenizer: CLIPTokenizer, base: BaseModel, overlay: Path | None) -> int:
    """What the second tokenizer pads prompts with; it must split them into the first one's tokens."""
    second = open_part(CLIPTokenizer, "tokenizer_2", base, overlay)
    if second.get_vocab() != tokenizer.get_vocab():
        raise ModelError(
            f"The tokenizer and the tokenizer_2 of {overlay or base.source} have different vocabularies, of "
            f"{len(tokenizer)} and {len(second)} tokens. Both text encoders must see the same tokens of a prompt."
        )
    return int(second.pad_token_id)


def _check_that_parts_fit(model: DiffusionModel, place: str | Path) -> None:
    for first, one, second, other in _sizes(model):
        if one != other:
            raise ModelError(
                f"The parts of {place} do not fit: {first} is {one}, {second} is {other}. Only text-to-image models "
                "work (no inpainting or depth models), and a checkpoint only on the base model it was made from."
            )


def _sizes(model: DiffusionModel) -> list[tuple[str, object, str, object]]:
    """Pairs of names and values that must agree."""
    unet, width = model.unet.config, model.text_encoder.config.hidden_size
    pairs = [("unet in_channels", unet.in_channels, "vae latent_channels", model.vae.config.latent_channels)]
    if model.second is None:
        pairs.append(("unet cross_attention_dim", unet.cross_attention_dim, "text_encoder hidden_size", width))
        return [*pairs, ("unet addition_embed_type", unet.addition_embed_type, "that for one text encoder", None)]
    other = model.second.text_encoder.config
    pairs.append(("unet addition_embed_type", unet.addition_embed_type, "that for two text encoders", "text_time"))
    width += other.hidden_size
    pairs.append(("unet cross_attention_dim", unet.cross_attention_dim, "both text encoders' hidden_size", width))
    added = other.projection_dim + SIZE_CONDITIONS * (unet.addition_time_embed_dim or 0)
    name = "unet projection_class_embeddings_input_dim"
    return [*pairs, (name, unet.projection_class_embeddings_input_dim, "that of pooled text and picture size", added)]
