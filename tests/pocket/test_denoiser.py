import pytest
import torch
from pydantic import ValidationError

from likeness.datasets import WorkFolder
from likeness.pocket.denoiser import train_denoiser
from likeness.pocket.options import DenoiserOptions, TextEncoderOptions, TokenizerOptions
from likeness.pocket.tokenizer import token_ids, token_table, train_tokenizer

CAPTIONS = [["a dark picture"], ["a bright picture", "bright"]]
TEXT = TextEncoderOptions(width=16, layers=1, heads=2)
TINY = {
    "steps": 100,
    "batch_size": 16,
    "learning_rate": 3e-3,
    "warmup_steps": 5,
    "channels": (16, 32),
    "layers": (1, 1),
    "head_width": 8,
    "norm_groups": 8,
    "ema_decay": 0.8,
    "log_every": 20,
    "checkpoint_every": 1000,
}


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer([text for texts in CAPTIONS for text in texts], TokenizerOptions(vocabulary=540, length=8))


@pytest.fixture(scope="module")
def moments():
    """Two pictures: all latents -1, and all latents 1."""
    mean = torch.stack([-torch.ones(4, 8, 8), torch.ones(4, 8, 8)])
    return torch.stack([mean, torch.full_like(mean, 0.05)], dim=1).half()


@pytest.fixture
def train(moments, tokenizer, tmp_path):
    """Trains a tiny denoiser in a folder of its own."""

    def trained(latents=moments, portraits=None, **changed):
        options = DenoiserOptions.model_validate({**TINY, **changed})
        work = WorkFolder(tmp_path / str(len(list(tmp_path.iterdir()))), "denoiser", "key")
        table = token_table(tokenizer, CAPTIONS)
        return train_denoiser(latents, table, tokenizer, TEXT, options, work, portraits=portraits)

    return trained


def mean_latents(unet, text_encoder, tokenizer):
    """What the latents of a dark and of a bright picture are on average: from pure noise, minus the velocity."""
    context = text_encoder(token_ids(tokenizer, ["a dark picture", "bright"]))[0]
    return -unet(torch.randn(1, 4, 8, 8).expand(2, -1, -1, -1), 999, context).sample.mean((1, 2, 3))


def test_learns_which_caption_belongs_to_which_picture(train, tokenizer):
    unet, text_encoder, losses = train()
    assert losses["loss"].iloc[-1] < 0.5 * losses["loss"].iloc[0]
    assert unet.config.sample_size == 8
    dark, bright = mean_latents(unet, text_encoder, tokenizer)
    assert dark < -0.5
    assert bright > 0.5


def test_every_version_of_a_picture_is_learned_from_under_its_captions(train, moments, tokenizer):
    # Latents of -1 and 1 in the first version, of -3 and 3 in the second.
    versions = torch.cat([moments, moments])
    versions[2:, 0] *= 3
    unet, text_encoder, _ = train(versions, batch_size=32, caption_dropout=0.0)
    # The best that can be said is the mean of both.
    dark, bright = mean_latents(unet, text_encoder, tokenizer)
    assert dark.item() == pytest.approx(-2, abs=0.5)
    assert bright.item() == pytest.approx(2, abs=0.5)


def test_the_same_seed_gives_the_same_weights(train):
    one, two, three = (train(steps=3, seed=seed)[0].conv_in.weight for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, three)


def test_errors_on_the_faces_of_portraits_count_more(train):
    def loss(portraits, *face_region):
        losses = train(portraits=portraits, steps=1, log_every=1, face_weight=9.0, face_region=face_region)[2]
        return float(losses["loss"].iloc[0])

    both = torch.tensor([True, True])
    plain = loss(None, 0.0, 0.0, 0.5, 1.0)
    assert loss(both, 0.0, 0.0, 1.0, 1.0) == pytest.approx(plain, rel=1e-5)
    # Weights of w and 1 on two halves are 2w / (w + 1) and 2 / (w + 1) of the mean: both choices together, twice it.
    halves = loss(both, 0.0, 0.0, 0.5, 1.0), loss(both, 0.5, 0.0, 1.0, 1.0)
    assert sum(halves) == pytest.approx(2 * plain, rel=1e-5)
    assert halves[0] != pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"face_region": (0.5, 0.2, 0.4, 0.8)}, "left < right"),
        ({"layers": (1, 1, 1)}, "one number for each"),
        ({"channels": (16, 24), "head_width": 16}, "multiple of"),
    ],
)
def test_options_that_do_not_fit_are_refused(changed, message):
    with pytest.raises(ValidationError, match=message):
        DenoiserOptions.model_validate({**TINY, **changed})
    with pytest.raises(ValidationError, match="multiple of heads"):
        TextEncoderOptions(width=10, heads=4)
