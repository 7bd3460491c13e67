"""Models of published shapes with random weights, and pictures: what a model costs does not depend on what it knows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.parts import place
from likeness.diffusion.published_shapes import SCHEDULE, SHAPES_BY_FAMILY, TEXT, VAE, Shape
from likeness.pipelines.benchmark.options import ShapeName

SHAPES: Mapping[ShapeName, Shape] = {
    "sd15": SHAPES_BY_FAMILY["sd1"],
    "sd2": SHAPES_BY_FAMILY["sd2"],
    # Nobody's: to try a benchmark on a CPU.
    "tiny": Shape(
        unet={
            "sample_size": 8,
            "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
            "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
            "block_out_channels": (16, 32),
            "layers_per_block": 1,
            "cross_attention_dim": 32,
            "attention_head_dim": 4,
            "norm_num_groups": 8,
        },
        vae={**VAE, "block_out_channels": (8, 8, 16, 16), "layers_per_block": 1, "norm_num_groups": 4},
        text_encoder={
            **TEXT,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
        },
    ),
}


def random_model(
    name: ShapeName, tokenizer_of: BaseModel, *, device: torch.device, dtype: torch.dtype, seed: int
) -> DiffusionModel:
    """A model of a published shape; the same seed gives the same weights on the same device.

    Args:
        name: of the shape.
        tokenizer_of: the model whose tokenizer is used; none of its weights are. A prompt fills the text encoder's
            length whatever its words, so that any tokenizer of CLIP's kind will do.
        device: of all weights.
        dtype: of all weights.
        seed: of the weights.

    Raises:
        ValueError: the tokenizer has tokens that the text encoder has no embedding for.
    """
    shape = SHAPES[name]
    length = shape.text_encoder["max_position_embeddings"]
    tokenizer = CLIPTokenizer.from_pretrained(
        tokenizer_of.source, subfolder="tokenizer", revision=tokenizer_of.revision, model_max_length=length
    )
    # One more is wanted: for the word that Textual Inversion learns.
    if len(tokenizer) >= shape.text_encoder["vocab_size"]:
        raise ValueError(
            f"base_model {tokenizer_of.source!r}: its tokenizer has {len(tokenizer)} tokens, more than the text "
            f"encoder of {name} embeds ({shape.text_encoder['vocab_size']}). Take the model that comes with Likeness."
        )
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        # Made on the device: a CPU takes most of a minute to draw so many numbers.
        with torch.device(device):
            text_encoder, unet, vae = parts(name, tokenizer)
    for part in (text_encoder, unet, vae):
        place(part, device, dtype).eval().requires_grad_(False)
    # Stable Diffusion 2 was trained so at 768 px, its shape's.
    prediction = "v_prediction" if name == "sd2" else "epsilon"
    scheduler = DDPMScheduler(**SCHEDULE, prediction_type=prediction)
    return DiffusionModel(tokenizer, text_encoder, unet, vae, scheduler, f"random {name}", device, dtype)


def random_pictures(count: int, resolution: int, *, seed: int) -> list[Image.Image]:
    """Pictures of noise, `resolution` pixels a side: what learning costs does not depend on what they show."""
    noise = np.random.default_rng(seed).integers(0, 256, (count, resolution, resolution, 3), dtype=np.uint8)
    return [Image.fromarray(one) for one in noise]


def parts(
    name: ShapeName, tokenizer: CLIPTokenizer | None = None
) -> tuple[CLIPTextModel, UNet2DConditionModel, AutoencoderKL]:
    """Text encoder, UNet and VAE as their classes initialise them; the text encoder ends prompts as the tokenizer."""
    shape = SHAPES[name]
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id} if tokenizer else {}
    text_encoder = CLIPTextModel(CLIPTextConfig(**shape.text_encoder, **ends))
    return text_encoder, unet_of(name), AutoencoderKL(**shape.vae)


def unet_of(name: ShapeName) -> UNet2DConditionModel:
    """UNet of a shape as its class initialises it."""
    return UNet2DConditionModel(**SHAPES[name].unet)
