from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from likeness.datasets import BaseModel, Checkpoint, WorkFolder
from likeness.diffusion.model import open_model
from likeness.diffusion.placement import choose_device
from likeness.pipelines.pocket.nodes import (
    render_pictures,
    score_pocket_model,
    train_pocket_model,
    train_pocket_probe,
    train_pocket_vae,
)
from likeness.pipelines.pocket.options import AgePrompt, PictureOptions, ProbeOptions, ReportOptions
from likeness.pipelines.pocket.steps import shards
from likeness.pocket.autoencoder import encode_pictures, open_autoencoder
from likeness.pocket.denoiser import train_denoiser
from likeness.pocket.options import AutoencoderOptions, DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.sharding import read_captions, read_pictures, shard_name
from likeness.pocket.tokenizer import token_table, train_tokenizer

TRAINING = {"steps": 4, "batch_size": 4, "learning_rate": 1e-3, "warmup_steps": 0, "log_every": 2}
VAE = AutoencoderOptions.model_validate(
    {**TRAINING, "channels": (8, 16), "latent_channels": 4, "crop": 16, "full_size_batch": 2, "discriminator_width": 8}
)
DENOISER = DenoiserOptions.model_validate(
    {**TRAINING, "channels": (16, 32), "layers": (1, 1), "head_width": 8, "norm_groups": 8}
)
TOKENIZER = TokenizerOptions(vocabulary=540, length=20)
TEXT = TextEncoderOptions(width=16, layers=1, heads=2)
PROBE = ProbeOptions.model_validate({**TRAINING, "size": 16, "channels": (8, 16), "blocks": (1, 1)})
REPORT = ReportOptions(
    steps=2,
    batch_size=2,
    resamples=20,
    round_trips=5,
    prompts=6,
    ages=(AgePrompt(prompt="a baby", years=0.5), AgePrompt(prompt="a senior", years=70)),
    age_pictures=2,
    variety_prompts=1,
    variety_pictures=2,
    cost_batch_size=1,
    cost_batches=1,
    sheet_seeds=1,
    landscapes={"hours": ("a lake at dawn", "a lake at noon")},
)


@pytest.fixture
def options(stand_in):
    return PictureOptions(renderer=stand_in, count=20, held_out=6, shard=8, size=32, preview=5, processes=1)


@pytest.fixture
def rendered(options, tmp_path):
    return render_pictures(options, str(tmp_path / "work"))


def test_pictures_come_in_whole_shards_and_the_held_out_ones_first(rendered):
    images, _ = rendered
    assert shards(images, "held_out") == [0]
    assert shards(images, "training") == [1, 2, 3]
    assert read_pictures(images.path, [0, 1, 2, 3]).shape == (32, 32, 32, 3)


def test_the_preview_shows_held_out_pictures_with_what_they_are(rendered):
    images, preview = rendered
    assert len(preview) == 5
    assert preview.manifest["caption"].tolist() == [texts[0] for texts in read_captions(images.path, [0])[:5]]
    assert np.array_equal(np.asarray(preview.open("00003.png")), read_pictures(images.path, [0])[3])
    with Image.open(Path(preview.root) / "00000.png") as picture:
        assert picture.text["Source"] == "generated"


def test_more_pictures_keep_the_ones_there_are(options, rendered, tmp_path):
    images, _ = rendered
    before = (images.path / shard_name(1)).stat().st_mtime_ns
    more, _ = render_pictures(options.model_copy(update={"count": 25}), str(tmp_path / "work"))
    assert shards(more, "training") == [1, 2, 3, 4]
    assert more.path == images.path
    assert (more.path / shard_name(1)).stat().st_mtime_ns == before
    other, _ = render_pictures(options.model_copy(update={"seed": 1}), str(tmp_path / "work"))
    assert other.path != images.path


def test_from_pictures_to_a_report(rendered, captions, tmp_path):
    images, work = rendered[0], str(tmp_path / "work")
    vae, vae_losses = train_pocket_vae(images, VAE, work)
    assert vae_losses["step"].tolist() == [2, 4]
    assert vae.made_from["pictures"] == images.digest
    model, losses = train_pocket_model(images, vae, TOKENIZER, TEXT, DENOISER, work)
    assert losses["step"].tolist() == [2, 4]
    assert (model.path / "model_index.json").is_file()
    assert "| training pictures | 24 |" in (model.path / "README.md").read_text()
    opened = open_model(BaseModel(str(model.path)))
    assert opened.resolution == 32
    assert opened.prompt_length == 20

    probe, probe_losses = train_pocket_probe(images, PROBE, work)
    assert probe_losses["step"].tolist() == [2, 4]
    assert {"colour", "radius"} <= {*probe_losses.columns}
    assert sorted(probe.files()) == ["probe.json", "probe.safetensors.gz"]

    report = REPORT.model_copy(update={"captions": captions})
    scores, sheet, round_trips = score_pocket_model(images, model, probe, report, work)
    assert list(scores.columns) == ["measure", "group", "value", "low", "high", "count"]
    values = scores.set_index(["measure", "group"])
    assert values.loc[("round_trip_ssim", "pictures"), "count"] == 5
    assert values.loc[("obedience", "colour"), "count"] == 6
    assert ("obedience", "radius") not in values.index  # no caption says it
    assert values.loc[("probe_accuracy", "radius"), "count"] == 5
    assert values.loc[("face_found", "portraits"), "count"] == 0  # the stand-in knows no portraits
    measured = scores.dropna()
    assert (measured["low"] <= measured["value"]).all()
    assert (measured["value"] <= measured["high"]).all()
    assert sheet.get_figheight() > 2 * 0.32
    assert len(round_trips.images) == 1


def with_shards(images, folder, change):
    """The same shards but for what is changed in each."""
    folder.mkdir()
    for path in images.path.glob("shard-*.npz"):
        with np.load(path) as shard:
            np.savez(folder / path.name, **{**shard, **change(shard)})
    return Checkpoint(folder, images.made_from)


def in_world(images, world, folder):
    """The same shards, all of whose pictures are said to be of one world."""

    def change(shard):
        head, *lines = str(shard["attributes"]).splitlines()
        return {"attributes": "\n".join([f"{head},world", *(f"{line},{world}" for line in lines)])}

    return with_shards(images, folder, change)


def test_faces_count_more_in_portraits_alone(rendered, tmp_path):
    images, _ = rendered
    vae, _ = train_pocket_vae(images, VAE, str(tmp_path / "work"))

    def loss(world, face_weight):
        shown = in_world(images, world, tmp_path / f"{world}-{face_weight}")
        options = DENOISER.model_copy(update={"steps": 1, "log_every": 1, "face_weight": face_weight})
        _, losses = train_pocket_model(shown, vae, TOKENIZER, TEXT, options, str(tmp_path / "work"))
        return float(losses["loss"].iloc[0])

    plain = loss("landscape", 1.0)
    assert loss("landscape", 50.0) == pytest.approx(plain)
    assert loss("portrait", 50.0) != pytest.approx(plain)


def darkened(images, half, folder):
    """The same shards with one half of every picture black; the pictures are symmetric but for that."""

    def change(shard):
        pictures = shard["pictures"].copy()
        pictures[(..., slice(16), slice(None)) if half == "left" else (slice(None), slice(16))] = 0
        return {"pictures": pictures}

    return with_shards(images, folder, change)


def test_mirror_images_are_learned_from_where_it_is_asked_for(rendered, tmp_path):
    images, _ = rendered
    vae, _ = train_pocket_vae(images, VAE, str(tmp_path / "work"))

    def loss(shown, mirror):
        options = DENOISER.model_copy(update={"mirror": mirror, "batch_size": 8})
        work = str(tmp_path / f"{shown.path.name}-{mirror}")
        return float(train_pocket_model(shown, vae, TOKENIZER, TEXT, options, work)[1]["loss"].iloc[0])

    # Pictures that are their own mirror images are all that there is; of others there are two versions.
    same, other = (darkened(images, half, tmp_path / half) for half in ("upper", "left"))
    assert loss(same, True) == pytest.approx(loss(same, False), rel=1e-4)
    assert loss(other, True) != pytest.approx(loss(other, False), rel=1e-3)

    pictures = torch.from_numpy(read_pictures(other.path, [1, 2, 3]))
    captions = read_captions(other.path, [1, 2, 3])
    tokenizer = train_tokenizer([text for texts in captions for text in texts], TOKENIZER)
    _, _, losses = train_denoiser(
        encode_pictures(open_autoencoder(vae.path, choose_device()), pictures),
        token_table(tokenizer, captions),
        tokenizer,
        TEXT,
        DENOISER.model_copy(update={"batch_size": 8}),
        WorkFolder(tmp_path, "denoiser", "key"),
    )
    assert losses["loss"].iloc[0] == pytest.approx(loss(other, False), rel=1e-4)


def test_the_same_again_trains_nothing(rendered, tmp_path):
    images, work = rendered[0], str(tmp_path / "work")
    vae, losses = train_pocket_vae(images, VAE, work)
    state = next((tmp_path / "work" / "pocket_vae").glob("*/state.safetensors"))
    before = state.stat().st_mtime_ns
    again, same = train_pocket_vae(images, VAE, work)
    assert state.stat().st_mtime_ns == before
    assert again.digest == vae.digest
    assert same.equals(losses)
