import pytest
import torch
from pydantic import ValidationError
from transformers import CLIPTokenizer

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
def tokenizer() -> CLIPTokenizer:
    return train_tokenizer([text for texts in CAPTIONS for text in texts], TokenizerOptions(vocabulary=540, length=8))


@pytest.fixture(scope="module")
def moments() -> torch.Tensor:
    """Two pictures: all latents -1, and all latents 1."""
    mean = torch.stack([-torch.ones(4, 8, 8), torch.ones(4, 8, 8)])
    return torch.stack([mean, torch.full_like(mean, 0.05)], dim=1).half()


def test_learns_which_caption_belongs_to_which_picture(moments, tokenizer, tmp_path):
    unet, text_encoder, losses = train_denoiser(
        moments,
        token_table(tokenizer, CAPTIONS),
        tokenizer,
        TEXT,
        DenoiserOptions.model_validate(TINY),
        WorkFolder(tmp_path, "denoiser", "key"),
    )
    assert losses["loss"].iloc[-1] < 0.5 * losses["loss"].iloc[0]
    assert unet.config.sample_size == 8
    # From pure noise the velocity is minus the latents: what the caption says they are.
    context = text_encoder(token_ids(tokenizer, ["a dark picture", "bright"]))[0]
    dark, bright = -unet(torch.randn(1, 4, 8, 8).expand(2, -1, -1, -1), 999, context).sample.mean((1, 2, 3))
    assert dark < -0.5
    assert bright > 0.5


def test_every_version_of_a_picture_is_learned_from_under_its_captions(moments, tokenizer, tmp_path):
    # Latents of -1 and 1 in the first version, of -3 and 3 in the second.
    versions = torch.cat([moments, moments])
    versions[2:, 0] *= 3
    unet, text_encoder, _ = train_denoiser(
        versions,
        token_table(tokenizer, CAPTIONS),
        tokenizer,
        TEXT,
        DenoiserOptions.model_validate({**TINY, "batch_size": 32, "caption_dropout": 0.0}),
        WorkFolder(tmp_path, "denoiser", "key"),
    )
    # From pure noise the best that can be said is the mean of both.
    context = text_encoder(token_ids(tokenizer, ["a dark picture", "bright"]))[0]
    dark, bright = -unet(torch.randn(1, 4, 8, 8).expand(2, -1, -1, -1), 999, context).sample.mean((1, 2, 3))
    assert dark.item() == pytest.approx(-2, abs=0.5)
    assert bright.item() == pytest.approx(2, abs=0.5)


def test_the_same_seed_gives_the_same_weights(moments, tokenizer, tmp_path):
    def trained(key, seed):
        options = DenoiserOptions.model_validate({**TINY, "steps": 3, "seed": seed})
        work = WorkFolder(tmp_path, "denoiser", key)
        table = token_table(tokenizer, CAPTIONS)
        return train_denoiser(moments, table, tokenizer, TEXT, options, work)[0].conv_in.weight

    assert torch.equal(trained("one", 1), trained("two", 1))
    assert not torch.equal(trained("one", 1), trained("three", 2))


def test_errors_on_the_faces_of_portraits_count_more(moments, tokenizer, tmp_path):
    def loss(key, portraits, **changed):
        options = DenoiserOptions.model_validate({**TINY, "steps": 1, "log_every": 1, **changed})
        table, work = token_table(tokenizer, CAPTIONS), WorkFolder(tmp_path, "denoiser", key)
        return float(
            train_denoiser(moments, table, tokenizer, TEXT, options, work, portraits=portraits)[2]["loss"].iloc[0]
        )

    both = torch.tensor([True, True])
    left, right = {"face_region": (0.0, 0.0, 0.5, 1.0)}, {"face_region": (0.5, 0.0, 1.0, 1.0)}
    plain = loss("plain", None, face_weight=9.0, **left)
    assert loss("whole", both, face_weight=9.0, face_region=(0.0, 0.0, 1.0, 1.0)) == pytest.approx(plain, rel=1e-5)
    # Weights of w and 1 on two halves are 2w / (w + 1) and 2 / (w + 1) of the mean: both choices together, twice it.
    halves = loss("left", both, face_weight=9.0, **left), loss("right", both, face_weight=9.0, **right)
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
