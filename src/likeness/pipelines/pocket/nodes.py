"""Nodes of `pocket`: each names a step and calls the library."""

from dataclasses import asdict

import pandas as pd
import torch
from matplotlib.figure import Figure

from likeness.datasets import Checkpoint, ImageSet, digest_of, package_digest
from likeness.diffusion.placement import choose_device
from likeness.metrics.probe import open_probe, save_probe
from likeness.pipelines.pocket.card import card_with_figures
from likeness.pipelines.pocket.options import PictureOptions, ProbeOptions, ReportOptions
from likeness.pipelines.pocket.probe import read_small_pictures, train_probe
from likeness.pipelines.pocket.scores.ages import age_scores, draw_ages
from likeness.pipelines.pocket.scores.cost import cost_scores
from likeness.pipelines.pocket.scores.drawing import Artist
from likeness.pipelines.pocket.scores.faces import face_distance_scores, face_found_scores
from likeness.pipelines.pocket.scores.held_out import HeldOut
from likeness.pipelines.pocket.scores.obedience import held_out_prompts, obedience_scores
from likeness.pipelines.pocket.scores.round_trip import round_trip, round_trip_readings, round_trip_scores
from likeness.pipelines.pocket.scores.table import score_table
from likeness.pipelines.pocket.scores.variety import variety_scores
from likeness.pipelines.pocket.sheets import draw_landscapes, model_sheet, round_trip_sheet
from likeness.pipelines.pocket.steps import (
    attribute_table,
    portraits,
    save_preview,
    shards,
    step_folder,
)
from likeness.pocket.autoencoder import encode_pictures, open_autoencoder, train_autoencoder
from likeness.pocket.denoiser import train_denoiser
from likeness.pocket.export import CARD, export_autoencoder, export_model, model_card
from likeness.pocket.options import AutoencoderOptions, DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.sharding import read_captions, read_pictures, render_shards
from likeness.pocket.tokenizer import token_table, train_tokenizer

# The libraries that training is made of.
TRAINING_CODE = ("likeness.pocket", "likeness.diffusion")


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
    code = digest_of(*map(package_digest, TRAINING_CODE))
    work = step_folder(work_folder, "pocket_vae", images, options, code)
    pictures = torch.from_numpy(read_pictures(images.path, shards(images, "training")))
    vae, losses = train_autoencoder(pictures, options, work)
    with work.writing("vae") as folder:
        export_autoencoder(folder, vae)
    made_from: dict[str, object] = {"pictures": images.digest, "options": options.model_dump(), "code": code}
    return Checkpoint(work.file("vae"), made_from), losses


def train_pocket_probe(images: Checkpoint, options: ProbeOptions, work_folder: str) -> tuple[Checkpoint, pd.DataFrame]:
    """Train the probe on the synthetic pictures and what they show.

    Returns:
        The probe, as `likeness.metrics.probe.open_probe` opens it, and its losses.
    """
    code = digest_of(*map(package_digest, ("likeness.metrics", *TRAINING_CODE)))
    work = step_folder(work_folder, "pocket_probe", images, options, code)
    pictures = read_small_pictures(images.path, shards(images, "training"), options.size)
    probe, losses = train_probe(pictures, attribute_table(images, "training"), options, work)
    with work.writing("probe") as folder:
        save_probe(folder, probe)
    made_from: dict[str, object] = {"pictures": images.digest, "options": options.model_dump(), "code": code}
    return Checkpoint(work.file("probe"), made_from), losses


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
    code = digest_of(*map(package_digest, TRAINING_CODE))
    work = step_folder(work_folder, "pocket_model", images, vae, tokenizer_options, text_options, options, code)
    numbers = shards(images, "training")
    captions = read_captions(images.path, numbers)
    tokenizer = train_tokenizer([text for texts in captions for text in texts], tokenizer_options)
    autoencoder = open_autoencoder(vae.path, choose_device())
    pictures = torch.from_numpy(read_pictures(images.path, numbers))
    versions = (pictures, pictures.flip(2)) if options.mirror else (pictures,)
    unet, text_encoder, losses = train_denoiser(
        torch.cat([encode_pictures(autoencoder, version) for version in versions]),
        token_table(tokenizer, captions),
        tokenizer,
        text_options,
        options,
        work,
        portraits=torch.tensor(portraits(attribute_table(images, "training"))),
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
        "tokenizer": tokenizer_options.model_dump(),
        "text_encoder": text_options.model_dump(),
        "options": options.model_dump(),
        "code": code,
    }
    return Checkpoint(work.file("model"), made_from), losses


def score_pocket_model(
    images: Checkpoint, model: Checkpoint, probe: Checkpoint, options: ReportOptions, work_folder: str
) -> tuple[pd.DataFrame, Figure, Figure]:
    """Measure the model, each measure beside that of the synthetic world, and show what it draws.

    Returns:
        Scores, one row a measure; the portraits and landscapes; and held-out pictures before and after the autoencoder.
    """
    artist = Artist.of(model, options, work_folder)
    reader = open_probe(probe.path, choose_device())
    held_out = HeldOut.of(images, reader)
    rebuilt = round_trip(artist.model, held_out.pictures[: options.round_trips], options.batch_size)
    prompts = held_out_prompts(images, held_out, options)
    drawn = artist.draw(prompts.texts, prompts.seeds(options.seed), "held-out prompts")
    ages = draw_ages(artist, options)
    scores = [
        *round_trip_scores(held_out, rebuilt, options),
        *round_trip_readings(held_out, rebuilt, reader, options),
        *face_distance_scores(held_out, rebuilt, options),
        *obedience_scores(prompts, drawn, held_out, reader, options),
        *face_found_scores(prompts, drawn, held_out, options),
        *age_scores(ages, held_out, reader, options),
        *variety_scores(artist, prompts, held_out, options),
        *cost_scores(model, options),
    ]
    sheet = model_sheet(ages, draw_landscapes(artist, options), options)
    return score_table(scores), sheet, round_trip_sheet(held_out.pictures, rebuilt, held_out.groups)


def write_card(model: Checkpoint, scores: pd.DataFrame) -> str:
    """The model's card with what was measured of it."""
    return card_with_figures((model.path / CARD).read_text(encoding="utf-8"), scores)
