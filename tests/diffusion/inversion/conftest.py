from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from PIL import Image
from skimage import data
from tokenizers.pre_tokenizers import ByteLevel
from torch import Tensor, nn
from transformers import CLIPTokenizer

from likeness.diffusion.embeddings import PromptEmbeddings
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import DiffusionModel

NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SCHEDULERS = {
    # Stable Diffusion 1: the last step ends at the first level, whose variance still holds a thousandth of noise.
    "epsilon": {"steps_offset": 1, "set_alpha_to_one": False},
    # The pocket model: pure noise at the start, clean latents at the end.
    "v_prediction": {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
}


def with_scheduler(model: DiffusionModel, prediction: str, **options) -> DiffusionModel:
    """The model with another scheduler; its weights are shared."""
    config = NOISE | SCHEDULERS.get(prediction, {}) | {"prediction_type": prediction} | options
    return replace(model, scheduler=DDPMScheduler.from_config(config))


def spelling_tokenizer() -> CLIPTokenizer:
    """Every letter a token: no training, and so the same ids in every run."""
    letters = sorted(ByteLevel.alphabet())
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(letter + "</w>" for letter in letters)]
    return CLIPTokenizer(vocab={token: i for i, token in enumerate(tokens)}, merges=[], model_max_length=24)


def listening(opened: DiffusionModel) -> DiffusionModel:
    """The model with a UNet that listens to its prompts, as random weights hardly do; the same in every run."""
    tokenizer = spelling_tokenizer()
    spelled = {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    second = opened.second
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = UNet2DConditionModel.from_config(opened.unet.config).eval().requires_grad_(False)
        text_encoder = again(opened.text_encoder, spelled)
        if second is not None:
            second = replace(second, text_encoder=again(second.text_encoder, spelled), pad_token_id=2)
    for name, weights in unet.named_parameters():
        if "attn2.to_out.0.weight" in name:
            weights.mul_(8)
    return replace(opened, tokenizer=tokenizer, text_encoder=text_encoder, unet=unet, second=second)


def again(encoder: nn.Module, changes: dict[str, int]) -> nn.Module:
    """A text encoder of the same kind with new random weights."""
    config = deepcopy(encoder.config)
    config.update(changes)
    return type(encoder)(config).eval().requires_grad_(False)


@pytest.fixture(scope="session")
def attentive(opened: DiffusionModel) -> DiffusionModel:
    """The tiny model, listening."""
    return listening(opened)


@pytest.fixture(scope="session")
def attentive_xl(opened_xl: DiffusionModel) -> DiffusionModel:
    """The tiny SDXL, listening, on the schedule it comes with."""
    return with_scheduler(listening(opened_xl), "epsilon")


@pytest.fixture(scope="session", params=["epsilon", "v_prediction"])
def model(request: pytest.FixtureRequest, attentive: DiffusionModel) -> DiffusionModel:
    """Both kinds of model, each with the schedule it usually comes with."""
    return with_scheduler(attentive, request.param)


@pytest.fixture(scope="session")
def latents() -> Tensor:
    """Two photographs' latents, (2, 8, 8, 8)."""
    return torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="session")
def context(attentive: DiffusionModel) -> PromptEmbeddings:
    """Embeddings of two prompts, (2, 24, 32)."""
    with torch.no_grad():
        return encode_prompts(attentive, ["a photo of a man", "a newborn baby in snow"])


@pytest.fixture(scope="session")
def nothing(attentive: DiffusionModel) -> PromptEmbeddings:
    """Embeddings of the empty prompt, (2, 24, 32)."""
    with torch.no_grad():
        return encode_prompts(attentive, [""]).expand(2)


@pytest.fixture(scope="session")
def photographs() -> list[Image.Image]:
    """Two photographs of 64 pixels."""
    return [Image.fromarray(picture).resize((64, 64)) for picture in (data.astronaut(), data.coffee())]
