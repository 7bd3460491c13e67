"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from likeness.pocket.options import TokenizerOptions
from likeness.pocket.tokenizer import train_tokenizer

CORPUS = [
    "a photo of a person as a newborn baby",
    "a photo of a young man in his twenties",
    "a photo of an adult woman in her thirties with brown hair, natural bright light",
    "a portrait of an old man in his seventies, smiling, in a forest",
]


def tiny_tokenizer() -> CLIPTokenizer:
    """A byte-level BPE in CLIP's format, trained on the corpus, that can spell any other word too."""
    return train_tokenizer(CORPUS, TokenizerOptions(vocabulary=700, length=24))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in StableDiffusionPipeline's layout: all parts of a real model, random weights, 64-pixel pictures."""
    folder = tmp_path_factory.mktemp("base_model") / "tiny_model"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = tiny_tokenizer()
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=32,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=2,
                max_position_embeddings=24,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        unet = UNet2DConditionModel(
            sample_size=8,
            in_channels=8,
            out_channels=8,
            layers_per_block=1,
            block_out_channels=(16, 32),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=32,
            attention_head_dim=4,
            norm_num_groups=8,
        )
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(8, 8, 16, 16),
            layers_per_block=1,
            latent_channels=8,
            norm_num_groups=4,
            sample_size=64,
        )
    scheduler = DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder
