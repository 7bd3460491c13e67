import pytest
import torch

from likeness.diffusion.encoding import encode_prompts
from likeness.pipelines.benchmark import shapes
from likeness.pipelines.benchmark.shapes import parts, random_model

CPU = torch.device("cpu")
# Numbers of weights of the published files: text encoder, UNet, VAE.
PUBLISHED = {
    "sd15": (123_060_480, 859_520_964, 83_653_863),
    "sd2": (340_387_840, 865_910_724, 83_653_863),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_shapes_are_the_published_ones(name):
    with torch.device("meta"):
        made = parts(name)
    assert tuple(sum(weight.numel() for weight in part.parameters()) for part in made) == PUBLISHED[name]


def test_the_seed_alone_decides_the_weights(tiny, pocket):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    same, other = (random_model("tiny", pocket, device=CPU, dtype=torch.float32, seed=seed) for seed in (0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    for part in ("text_encoder", "unet", "vae"):
        weights = [list(getattr(model, part).parameters()) for model in (tiny, same, other)]
        assert all(torch.equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
        assert not all(torch.equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))


def test_prompts_fill_the_text_encoder(tiny):
    assert (tiny.prompt_length, tiny.vae_scale_factor) == (77, 8)
    embeddings = encode_prompts(tiny, ["a photo of a man with a smile", "a painting by Cézanne"]).hidden_states
    assert embeddings.shape == (2, 77, 32)
    assert embeddings.isfinite().all()


def test_a_tokenizer_that_is_too_large_is_refused(pocket, monkeypatch):
    small = shapes.SHAPES["tiny"]
    monkeypatch.setitem(small.text_encoder, "vocab_size", 100)
    with pytest.raises(ValueError, match="more than the text encoder of tiny embeds"):
        random_model("tiny", pocket, device=CPU, dtype=torch.float32, seed=0)
