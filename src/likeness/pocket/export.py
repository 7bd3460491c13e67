"""The finished model as a folder that `StableDiffusionPipeline.from_pretrained` opens, with its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

SHARD_SIZE = "15MB"
CARD = "README.md"


def sampling_scheduler() -> DPMSolverMultistepScheduler:
    """DPM-Solver++(2M) (Lu et al. 2022) on the schedule that the model is trained on.

    Stable Diffusion's schedule, rescaled to end in pure noise, and steps that begin there (Lin et al. 2024, arXiv
    2305.08891): few steps then start from what the first picture of a sampler really is.
    """
    return DPMSolverMultistepScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,
        algorithm_type="dpmsolver++",
        solver_order=2,
    )


def export_model(
    folder: Path,
    *,
    vae: AutoencoderKL,
    unet: UNet2DConditionModel,
    text_encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    card: str,
) -> None:
    """Write a Stable Diffusion folder in float16 safetensors, no file larger than 15 MB.

    Args:
        folder: to write to; created.
        vae: the autoencoder; weights are converted in place, as are those of the next two.
        unet: the denoiser.
        text_encoder: of the denoiser.
        tokenizer: of the text encoder.
        card: the text of the model card.
    """
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=sampling_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to("cpu", torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True, max_shard_size=SHARD_SIZE)
    _open_in_float32(folder / "text_encoder" / "config.json")
    _forget_origin(folder / "vae" / "config.json")
    for index in folder.glob("unet/*.index.json"):
        _rename_shards(index)
    for document in (*folder.glob("tokenizer/tokenizer.json"), *folder.glob("unet/*.index.json")):
        _pack(document)
    (folder / CARD).write_text(card, encoding="utf-8")


def export_autoencoder(folder: Path, vae: AutoencoderKL) -> None:
    """Write an autoencoder alone, in float16."""
    vae.to("cpu", torch.float16).save_pretrained(folder, safe_serialization=True)


def _open_in_float32(config: Path) -> None:
    """Say float32 in a transformers model's configuration.

    Opened without a dtype, transformers follows the configuration and diffusers takes float32: the parts must agree.
    """
    settings = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**settings, "dtype": "float32"}, indent=2, sort_keys=True), encoding="utf-8")


def _forget_origin(config: Path) -> None:
    """Leave out of a diffusers model's configuration the folder it was opened from."""
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings.pop("_name_or_path", None)
    config.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _rename_shards(index: Path) -> None:
    """Give a model's shards short names: the index names one for each weight."""
    content = json.loads(index.read_text(encoding="utf-8"))
    names = sorted(set(content["weight_map"].values()))
    short = {name: f"{number}.safetensors" for number, name in enumerate(names, start=1)}
    for name in names:
        (index.parent / name).rename(index.parent / short[name])
    content["weight_map"] = {weight: short[name] for weight, name in content["weight_map"].items()}
    index.write_text(json.dumps(content), encoding="utf-8")


def _pack(document: Path) -> None:
    """Write a JSON file again without indentation, and a tokenizer's merges as texts instead of pairs."""
    content = json.loads(document.read_text(encoding="utf-8"))
    if "merges" in (model := content.get("model", {})):
        model["merges"] = [" ".join(pair) for pair in model["merges"]]
    document.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def model_card(facts: dict[str, Any]) -> str:
    """The card: what the model is, what it was trained on and how, what it is for and what it is not for.

    Args:
        facts: named numbers of this training, listed in a table.
    """
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    return f"""---
license: apache-2.0
library_name: diffusers
pipeline_tag: text-to-image
---
# Pocket model

A text-to-image model in Stable Diffusion's layout, small enough for two CPU cores. It draws
portraits of people who do not exist, at {facts["pixels"]} pixels, from prompts about age, sex, hair, eyes, skin,
expression, glasses and place, and landscapes, from prompts about season, hour, weather, land, water, trees, houses,
people and cars, all as photographs or in styles of painting.
It exists so that Likeness can be run, tested and understood without a GPU, a network or a licence to agree to.

## What it was trained on

Synthetic pictures alone, rendered by this project: people from a parametric head (MakeHuman's data, CC0), procedural
landscapes, and paintings of both, with captions made from what was rendered. No photograph of anyone was seen, nor any
picture that another model made, nor the sitter whose photographs come with the project, nor the painter's style that is
to be learned: every person in the training pictures was drawn at random.

## How it was trained

From scratch, by `kedro run --pipeline pocket`: an autoencoder (absolute differences of pixels, edges and smaller
pictures, then a patch discriminator); then a UNet and a CLIP text encoder together, predicting velocities on a schedule
that ends in pure noise, with one caption in ten left out and errors on portraits' faces counted more. The weights are
running averages.

| | |
|---|---|
{rows}

## How to use it

`StableDiffusionPipeline.from_pretrained(folder)`; 10 steps of the scheduler it comes with and a guidance scale of 2 are
enough. Prompts have at most 64 tokens, start and end counted in.

## What it is not for

It knows nothing of the world: a word that no caption held means nothing to it. Its people look rendered, and are spread
over ages and looks as the renderer spreads them, not as people are. It is no measure of what large models can do, it
must not be used to judge anyone, and its pictures are no evidence of anything. Fine-tune it on photographs of a person
only with that person's consent.
"""
