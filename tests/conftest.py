"""Fixtures shared by all tests."""

import os
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    DDPMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    ViTConfig,
    ViTModel,
)

from likeness.pocket.options import TokenizerOptions
from likeness.pocket.tokenizer import train_tokenizer

PROJECT = Path(__file__).parents[1]
TINY_TRANSFORMER = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
CORPUS = [
    "a photo of a person as a newborn baby",
    "a photo of a young man in his twenties",
    "a photo of an adult woman in her thirties with brown hair, natural bright light",
    "a portrait of an old man in his seventies, smiling, in a forest",
]


def copy_project(folder: Path) -> None:
    """Make a folder a project of the present configuration, without code or data."""
    shutil.copytree(PROJECT / "conf", folder / "conf")
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(PROJECT / name, folder)
    (folder / "src").mkdir()


def environment_beside_make() -> dict[str, str]:
    """Tests may themselves run under make, which hands its flags down."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}


def commands_of_make(*arguments: str) -> list[str]:
    """What make would run."""
    command = ["make", "--no-print-directory", "--dry-run", *arguments]
    options = {"env": environment_beside_make(), "cwd": PROJECT, "capture_output": True, "text": True, "check": True}
    return subprocess.run(command, **options).stdout.splitlines()


def merged(parameters: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Nested mappings with the changes put into them."""
    result = dict(parameters)
    for name, value in changes.items():
        inner = result.get(name)
        result[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result


def tiny_tokenizer() -> CLIPTokenizer:
    """A byte-level BPE in CLIP's format, trained on the corpus, that can spell any other word too."""
    return train_tokenizer(CORPUS, TokenizerOptions(vocabulary=700, length=24))


def tiny_text_config(tokenizer: CLIPTokenizer, **options: int | str) -> CLIPTextConfig:
    """A text encoder of width 32 for the tokenizer."""
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=24,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **(sizes | options),
    )


def tiny_unet(**options: object) -> UNet2DConditionModel:
    """A UNet for latents of 8 x 8, with attention at 4 x 4."""
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=8,
        out_channels=8,
        layers_per_block=1,
        block_out_channels=(16, 32),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=4,
        norm_num_groups=8,
        **options,
    )


def tiny_vae() -> AutoencoderKL:
    """An autoencoder of 64-pixel pictures, to 8 x 8 latents of 8 channels."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=4,
        sample_size=64,
    )


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every test."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Find a folder of real pictures that lie beside the checkout on some machines; elsewhere the test is skipped."""

    def folder(name: str) -> Path:
        found = PROJECT.parent / "shared" / "data" / name
        if not found.is_dir():
            pytest.skip(f"no pictures in ../shared/data/{name}")
        return found

    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in StableDiffusionPipeline's layout: all parts of a real model, random weights, 64-pixel pictures."""
    folder = tmp_path_factory.mktemp("base_model") / "tiny_model"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = tiny_tokenizer()
        text_encoder = CLIPTextModel(tiny_text_config(tokenizer))
        unet, vae = tiny_unet(cross_attention_dim=32), tiny_vae()
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


@pytest.fixture
def checked_model(tiny_model: Path, tmp_path: Path) -> Callable[[float], Path]:
    """Make the tiny model with a safety checker that flags what is nearer to a concept than a cosine of ours."""

    def make(threshold: float) -> Path:
        folder = tmp_path / f"checked_{threshold:.6f}"
        shutil.copytree(tiny_model, folder, dirs_exist_ok=True)
        sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        vision = {**sizes, "image_size": 32, "patch_size": 8}
        text = {**sizes, "vocab_size": 8, "bos_token_id": 0, "eos_token_id": 1}
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = StableDiffusionSafetyChecker(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8))
            network.concept_embeds.data = torch.randn(17, 8)
        network.concept_embeds_weights.data.fill_(threshold)
        network.save_pretrained(folder / "safety_checker")
        square = {"height": 32, "width": 32}
        processor = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=square)
        processor.save_pretrained(folder / "feature_extractor")
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_xl_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in StableDiffusionXLPipeline's layout, as `tiny_model`; every width is another."""
    folder = tmp_path_factory.mktemp("base_model") / "tiny_xl_model"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = tiny_tokenizer()
        tokenizer_2 = deepcopy(tokenizer)
        # As SDXL's does.
        tokenizer_2.pad_token = "!"
        other_sizes = {"hidden_size": 16, "intermediate_size": 48, "num_hidden_layers": 3, "projection_dim": 20}
        pipeline = StableDiffusionXLPipeline(
            vae=tiny_vae(),
            text_encoder=CLIPTextModel(tiny_text_config(tokenizer)),
            text_encoder_2=CLIPTextModelWithProjection(
                tiny_text_config(tokenizer_2, hidden_act="gelu", **other_sizes),
            ),
            tokenizer=tokenizer,
            tokenizer_2=tokenizer_2,
            unet=tiny_unet(
                cross_attention_dim=32 + 16,
                transformer_layers_per_block=(1, 2),
                use_linear_projection=True,
                addition_embed_type="text_time",
                addition_time_embed_dim=4,
                projection_class_embeddings_input_dim=20 + 6 * 4,
            ),
            scheduler=EulerDiscreteScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                steps_offset=1,
                timestep_spacing="leading",
            ),
            add_watermarker=False,
        )
        # Random weights hardly listen to the added conditions.
        pipeline.unet.add_embedding.linear_2.weight.data.mul_(8)
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_dino(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny ViT of 32 px in patches of 8, with random weights."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("dino")
    ViTModel(ViTConfig(**TINY_TRANSFORMER, image_size=32, patch_size=8)).save_pretrained(path)
    return path


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP of 32 px pictures and texts of 77 tokens, with random weights, and a tokenizer."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("clip")
    tokenizer = train_tokenizer(CORPUS, TokenizerOptions(vocabulary=600, length=77))
    words = {"vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id, "max_position_embeddings": 77}
    seen = {"image_size": 32, "patch_size": 8}
    config = CLIPConfig(text_config=TINY_TRANSFORMER | words, vision_config=TINY_TRANSFORMER | seen, projection_dim=12)
    CLIPModel(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path
