"""Nodes of `pocket`: each names a step and calls the library."""

from dataclasses import asdict

import pandas as pd
import torch
from matplotlib.figure import Figure

from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.diffusion.model import open_model
from likeness.diffusion.placement import choose_device
from likeness.pipelines.pocket.options import PictureOptions, ReportOptions
from likeness.pipelines.pocket.report import age_sheet, round_trip_scores, round_trip_sheet
from likeness.pipelines.pocket.steps import package_digest, save_preview, step_folder
from likeness.pocket.autoencoder import encode_pictures, open_autoencoder, train_autoencoder
from likeness.pocket.denoiser import train_denoiser
from likeness.pocket.export import export_autoencoder, export_model, model_card
from likeness.pocket.options import AutoencoderOptions, DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.sharding import read_captions, read_pictures, render_shards
from likeness.pocket.tokenizer import token_table, train_tokenizer

TRAINING_CODE = "likeness.pocket"


def render_pictures(options: PictureOptions, work_folder: str) -> tuple[Checkpoint, ImageSet]:
    """Render the synthetic pictures, in shards.

    Returns:
        The folder of shards, and some held-out pictures to look at.
    """
    code = package_digest(options.renderer)
    work = step_folder(work_folder, "synthetic_images", options.shards, code)
    render_shards(
        [*options.held_out_shards, *options.training_shards], options.shards, work, processes=options.processes
    )
    made_from: dict[str, object] = {
        "training_shards": options.training_shards,
        "held_out_shards": options.held_out_shards,
        "options": asdict(options.shards),
        "code": code,
    }
    preview = step_folder(work_folder, "synthetic_preview", options.shards, options.preview, code)
    return Checkpoint(work.path, made_from), save_preview(work.path, preview, options)


def train_pocket_vae(
    images: Checkpoint, options: AutoencoderOptions, work_folder: str
) -> tuple[Checkpoint, pd.DataFrame]:
    """Train the autoencoder from scratch.

    Returns:
        The autoencoder in diffusers' layout, and its losses.
    """
    code = package_digest(TRAINING_CODE)
    work = step_folder(work_folder, "pocket_vae", images, options, code)
    pictures = torch.from_numpy(read_pictures(images.path, shards(images, "training")))
    vae, losses = train_autoencoder(pictures, options, work)
    with work.writing("vae") as folder:
        export_autoencoder(folder, vae)
    made_from: dict[str, object] = {"pictures": images.digest, "options": options.model_dump(), "code": code}
    return Checkpoint(work.file("vae"), made_from), losses


def train_pocket_model(
    images: Checkpoint,
    vae: Checkpoint,
    tokenizer_options: TokenizerOptions,
    text_options: TextEncoderOptions,
    options: DenoiserOptions,
    work_folder: str,
) -> tuple[Checkpoint, pd.DataFrame]:
    """Learn the tokenizer, train UNet and text encoder, and put the model's folder together.

    Returns:
        The model in Stable Diffusion's layout, and the losses.
    """
    code = package_digest(TRAINING_CODE)
    work = step_folder(work_folder, "pocket_model", images, vae, tokenizer_options, text_options, options, code)
    numbers = shards(images, "training")
    captions = read_captions(images.path, numbers)
    tokenizer = train_tokenizer([text for texts in captions for text in texts], tokenizer_options)
    autoencoder = open_autoencoder(vae.path, choose_device())
    moments = encode_pictures(autoencoder, torch.from_numpy(read_pictures(images.path, numbers)))
    unet, text_encoder, losses = train_denoiser(
        moments, token_table(tokenizer, captions), tokenizer, text_options, options, work
    )
    facts = {"pixels": autoencoder.config.sample_size, "training pictures": len(captions)}
    facts |= {"optimiser steps": int(losses["step"].iloc[-1]), "batch": options.batch_size}
    with work.writing("model") as folder:
        export_model(
            folder,
            vae=autoencoder,
            unet=unet,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            card=model_card(facts),
        )
    made_from: dict[str, object] = {
        "pictures": images.digest,
        "vae": vae.digest,
        "options": options.model_dump(),
        "code": code,
    }
    return Checkpoint(work.file("model"), made_from), losses


def score_pocket_model(
    images: Checkpoint, model: Checkpoint, options: ReportOptions
) -> tuple[pd.DataFrame, Figure, Figure]:
    """Measure the model on held-out pictures and show what it draws.

    Returns:
        Scores, one row a measure; the ages by seeds; and held-out pictures before and after the autoencoder.
    """
    opened = open_model(BaseModel(str(model.path)), dtype="float32")
    pictures = read_pictures(images.path, shards(images, "held_out"))[: options.round_trips]
    scores, rebuilt = round_trip_scores(opened, pictures, options)
    return scores, age_sheet(opened, options), round_trip_sheet(pictures, rebuilt)


def shards(images: Checkpoint, part: str) -> list[int]:
    """Numbers of the shards of one part of the pictures: training or held_out."""
    numbers = images.made_from[f"{part}_shards"]
    assert isinstance(numbers, list)
    return numbers
