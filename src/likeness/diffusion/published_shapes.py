"""How large the parts of the published models are, as their configuration files say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from likeness.datasets.single_file import Family


@dataclass(frozen=True)
class Shape:
    """Configurations of a model's parts.

    Attributes:
        unet: of diffusers' UNet2DConditionModel.
        vae: of AutoencoderKL.
        text_encoder: of transformers' CLIPTextModel.
        text_encoder_2: of CLIPTextModelWithProjection; None for models with one text encoder.
        pad_token: what the last text encoder's tokenizer fills prompts up with; the first of two has CLIP's own.
    """

    unet: Mapping[str, Any]
    vae: Mapping[str, Any]
    text_encoder: Mapping[str, Any]
    text_encoder_2: Mapping[str, Any] | None = None
    pad_token: str = "<|endoftext|>"


VAE = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "latent_channels": 4,
    "scaling_factor": 0.18215,
}
_UNET = {
    "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
    "block_out_channels": (320, 640, 1280, 1280),
    "layers_per_block": 2,
}
TEXT = {"vocab_size": 49408, "max_position_embeddings": 77}
_CLIP_L = {
    **TEXT,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "hidden_act": "quick_gelu",
}

SCHEDULE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "steps_offset": 1,
}
"""Of diffusers' DDPMScheduler, for all of them."""

SHAPES_BY_FAMILY: Mapping[Family, Shape] = {
    # stable-diffusion-v1-5/stable-diffusion-v1-5
    "sd1": Shape(
        unet={**_UNET, "sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8},
        vae={**VAE, "sample_size": 512},
        text_encoder=_CLIP_L,
    ),
    # stabilityai/stable-diffusion-2
    "sd2": Shape(
        unet={
            **_UNET,
            "sample_size": 96,
            "cross_attention_dim": 1024,
            "attention_head_dim": (5, 10, 20, 20),
            "use_linear_projection": True,
        },
        vae={**VAE, "sample_size": 768},
        text_encoder={
            **TEXT,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_hidden_layers": 23,
            "num_attention_heads": 16,
            "hidden_act": "gelu",
        },
        pad_token="!",
    ),
    # stabilityai/stable-diffusion-xl-base-1.0
    "sdxl": Shape(
        unet={
            "down_block_types": ("DownBlock2D", *("CrossAttnDownBlock2D",) * 2),
            "up_block_types": (*("CrossAttnUpBlock2D",) * 2, "UpBlock2D"),
            "block_out_channels": (320, 640, 1280),
            "layers_per_block": 2,
            "transformer_layers_per_block": (1, 2, 10),
            "sample_size": 128,
            "cross_attention_dim": 2048,
            "attention_head_dim": (5, 10, 20),
            "use_linear_projection": True,
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 2816,
        },
        vae={**VAE, "sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": True},
        text_encoder=_CLIP_L,
        text_encoder_2={
            **TEXT,
            "hidden_size": 1280,
            "intermediate_size": 5120,
            "num_hidden_layers": 32,
            "num_attention_heads": 20,
            "hidden_act": "gelu",
            "projection_dim": 1280,
        },
        pad_token="!",
    ),
}
