from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.diffusion.model import open_model
from likeness.pipelines.pocket.nodes import (
    render_pictures,
    score_pocket_model,
    shards,
    train_pocket_model,
    train_pocket_vae,
)
from likeness.pipelines.pocket.options import PictureOptions, ReportOptions
from likeness.pocket.options import AutoencoderOptions, DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.sharding import read_captions, read_pictures, shard_name

TRAINING = {"steps": 4, "batch_size": 4, "learning_rate": 1e-3, "warmup_steps": 0, "log_every": 2}
VAE = AutoencoderOptions.model_validate(
    {**TRAINING, "channels": (8, 16), "latent_channels": 4, "crop": 16, "full_size_batch": 2, "discriminator_width": 8}
)
DENOISER = DenoiserOptions.model_validate(
    {**TRAINING, "channels": (16, 32), "layers": (1, 1), "head_width": 8, "norm_groups": 8}
)
TOKENIZER = TokenizerOptions(vocabulary=540, length=20)
TEXT = TextEncoderOptions(width=16, layers=1, heads=2)
REPORT = ReportOptions(ages=("a baby", "a senior"), seeds=(0, 1), steps=2, batch_size=2, round_trips=5, resamples=20)


@pytest.fixture
def options(stand_in: str) -> PictureOptions:
    return PictureOptions(renderer=stand_in, count=20, held_out=6, shard=8, size=32, preview=5, processes=1)


@pytest.fixture
def rendered(options: PictureOptions, tmp_path: Path) -> tuple[Checkpoint, ImageSet]:
    return render_pictures(options, str(tmp_path / "work"))


def test_pictures_come_in_whole_shards_and_the_held_out_ones_first(rendered: tuple[Checkpoint, ImageSet]) -> None:
    images, _ = rendered
    assert shards(images, "held_out") == [0]
    assert shards(images, "training") == [1, 2, 3]
    assert read_pictures(images.path, [0, 1, 2, 3]).shape == (32, 32, 32, 3)


def test_the_preview_shows_held_out_pictures_with_what_they_are(rendered: tuple[Checkpoint, ImageSet]) -> None:
    images, preview = rendered
    assert len(preview) == 5
    assert preview.manifest["caption"].tolist() == [texts[0] for texts in read_captions(images.path, [0])[:5]]
    assert np.array_equal(np.asarray(preview.open("00003.png")), read_pictures(images.path, [0])[3])
    with Image.open(Path(preview.root) / "00000.png") as picture:
        assert picture.text["Source"] == "generated"


def test_more_pictures_keep_the_ones_there_are(
    options: PictureOptions, rendered: tuple[Checkpoint, ImageSet], tmp_path: Path
) -> None:
    images, _ = rendered
    before = (images.path / shard_name(1)).stat().st_mtime_ns
    more, _ = render_pictures(options.model_copy(update={"count": 25}), str(tmp_path / "work"))
    assert shards(more, "training") == [1, 2, 3, 4]
    assert more.path == images.path
    assert (more.path / shard_name(1)).stat().st_mtime_ns == before
    other, _ = render_pictures(options.model_copy(update={"seed": 1}), str(tmp_path / "work"))
    assert other.path != images.path


def test_from_pictures_to_a_report(rendered: tuple[Checkpoint, ImageSet], tmp_path: Path) -> None:
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

    scores, sheet, round_trips = score_pocket_model(images, model, REPORT)
    assert scores["measure"].tolist() == ["round_trip_psnr_db", "round_trip_ssim"]
    assert (scores["pictures"] == 5).all()
    assert (scores["low"] <= scores["mean"]).all()
    assert (scores["mean"] <= scores["high"]).all()
    assert sheet.get_figwidth() > sheet.get_figheight() / 2
    assert len(round_trips.images) == 1


def test_the_same_again_trains_nothing(rendered: tuple[Checkpoint, ImageSet], tmp_path: Path) -> None:
    images, work = rendered[0], str(tmp_path / "work")
    vae, losses = train_pocket_vae(images, VAE, work)
    state = next((tmp_path / "work" / "pocket_vae").glob("*/state.safetensors"))
    before = state.stat().st_mtime_ns
    again, same = train_pocket_vae(images, VAE, work)
    assert state.stat().st_mtime_ns == before
    assert again.digest == vae.digest
    assert same.equals(losses)
