import unicodedata
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import open_model
from likeness.diffusion.prompts import tokenise
from likeness.diffusion.sampling import generate, initial_latents
from likeness.diffusion.solvers import default_solver
from likeness.diffusion.words import split_prompt, token_indices
from likeness.personalise.embedding_files import Embedding, EmbeddingError, save_embedding
from likeness.personalise.embedding_insertion import insert_embedding, open_with_embedding

POCKET_MODEL = Path(__file__).parents[2] / "data" / "01_raw" / "pocket_model"
PROMPT = "a photo of a man by {}, smiling"


@pytest.fixture(params=["tiny", "pocket"])
def folder_of_model(request, tiny_model):
    return tiny_model if request.param == "tiny" else POCKET_MODEL


@pytest.fixture
def style(tmp_path):
    """Two loud vectors for the tiny model."""
    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(0))
    save_embedding(Embedding("<Cézanne>", vectors), tmp_path / "style")
    return tmp_path / "style"


@pytest.mark.parametrize("name", ["learned_embeds.safetensors", "cezanne.safetensors"])
def test_stock_diffusers_draws_the_same_pictures_from_both_files(folder_of_model, tmp_path, name):
    reference = BaseModel(str(folder_of_model))
    table = open_model(reference, device="cpu").text_encoder.get_input_embeddings().weight
    vectors = table.std() * 3 * torch.randn(2, table.shape[1], generator=torch.Generator().manual_seed(0))
    save_embedding(Embedding("<Cézanne>", vectors), tmp_path)
    model = open_with_embedding(reference, tmp_path / name, device="cpu")
    pipeline = StableDiffusionPipeline.from_pretrained(folder_of_model, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = default_solver(model)
    pipeline.load_textual_inversion(tmp_path, weight_name=name, token="<cezanne>")

    def theirs(prompt):
        latents = initial_latents(model, [3], 64, 64)
        settings = {"num_inference_steps": 2, "guidance_scale": 5.0, "height": 64, "width": 64}
        return pipeline(prompt, latents=latents, output_type="np", **settings).images[0] * 255

    ours = [
        np.asarray(next(generate(model, [prompt], [3], steps=2, guidance_scale=5.0, height=64, width=64)), float)
        for prompt in (PROMPT.format("<Cézanne>"), PROMPT.format("<cezanne>"), PROMPT.format("cezanne"))
    ]
    assert np.abs(ours[0] - theirs(PROMPT.format("<cezanne>"))).max() < 1
    assert np.array_equal(ours[0], ours[1])
    assert np.abs(ours[0] - ours[2]).max() > 1
    assert np.abs(ours[2] - theirs(PROMPT.format("cezanne"))).max() < 1
    # That the second vector counts, too, is what a trigger with capitals would spoil.
    pipeline.text_encoder.get_input_embeddings().weight.data[-1] = 0
    assert np.abs(ours[0] - theirs(PROMPT.format("<cezanne>"))).max() > 1


def test_every_spelling_is_all_vectors(base, style):
    model = open_with_embedding(base, style, device="cpu")
    spellings = ["<Cézanne>", unicodedata.normalize("NFD", "<Cézanne>"), "<CÉZANNE>", "<cezanne>", "<Cezanne>"]
    with torch.no_grad():
        first, *others = encode_prompts(model, [PROMPT.format(spelling) for spelling in spellings]).hidden_states
        inserted = model.text_encoder.get_input_embeddings()(tokenise(model.tokenizer, ["<Cézanne>"], 24))[0, 1:3]
    assert all(torch.equal(first, other) for other in others)
    generator = torch.Generator().manual_seed(0)
    assert torch.equal(inserted, torch.randn(2, 32, generator=generator))


def test_words_of_a_prompt_with_the_placeholder_are_found(base, style):
    tokenizer = open_with_embedding(base, style, device="cpu").tokenizer
    prompt = split_prompt(tokenizer, PROMPT.format("<Cézanne>"))
    assert token_indices(tokenizer, prompt, "<Cézanne>") == (8, 9)
    assert token_indices(tokenizer, prompt, "smiling")[0] == 11


def test_everything_else_stays_as_it_was(base, style):
    before, after = open_model(base, device="cpu"), open_with_embedding(base, style, device="cpu")
    old, new = (model.text_encoder.get_input_embeddings().weight for model in (before, after))
    assert torch.equal(new[: len(old)], old)
    assert not new.requires_grad
    prompts = ["", "a photo of a man", "Cézanne, <cezanne", "a portrait of a man " * 3]
    with torch.no_grad():
        assert torch.equal(encode_prompts(before, prompts).hidden_states, encode_prompts(after, prompts).hidden_states)
    for name, parameter in before.text_encoder.named_parameters():
        if "token_embedding" not in name:
            assert torch.equal(parameter, after.text_encoder.get_parameter(name))


def test_a_checkpoint_may_be_either(base, style, tmp_path):
    tuned = open_model(base, device="cpu")
    tuned.unet.conv_in.weight.zero_()
    tuned.unet.save_pretrained(tmp_path / "tuned" / "unet")
    reference = Checkpoint(tmp_path / "tuned", {"base_model": base.source})
    model = open_with_embedding(reference, Checkpoint(style, {}), placeholder="<paul>", device="cpu")
    assert not model.unet.conv_in.weight.any()
    assert len(tokenise(model.tokenizer, ["<paul>"], 24)[0].unique()) == 4  # start, two vectors, end


def test_two_embeddings_live_in_one_model(base, style):
    model = open_with_embedding(base, style, device="cpu")
    insert_embedding(model, Embedding("<monet>", torch.ones(1, 32)))
    with torch.no_grad():
        ids = tokenise(model.tokenizer, ["<Cézanne> <monet>"], 24)
        rows = model.text_encoder.get_input_embeddings()(ids)[0, 1:4]
    assert rows[2].tolist() == [1.0] * 32
    assert torch.equal(rows[:2], torch.randn(2, 32, generator=torch.Generator().manual_seed(0)))


def test_spare_rows_of_the_table_are_used(model):
    table = model.text_encoder.get_input_embeddings()
    spare = torch.nn.Embedding(len(model.tokenizer) + 64, 32).requires_grad_(False)
    spare.weight[: len(table.weight)] = table.weight
    model.text_encoder.set_input_embeddings(spare)
    insert_embedding(model, Embedding("<monet>", torch.ones(2, 32)))
    weight = model.text_encoder.get_input_embeddings().weight
    first = len(model.tokenizer) - 2
    assert weight.shape == spare.weight.shape
    assert weight[first : first + 2].tolist() == [[1.0] * 32] * 2
    assert torch.equal(weight[first + 2 :], spare.weight[first + 2 :])


def test_another_models_width_is_named(base, tmp_path):
    save_embedding(Embedding("<big>", torch.zeros(1, 768)), tmp_path / "big")
    with pytest.raises(EmbeddingError, match=r"big has vectors of width 768, but .*tiny_model takes 32.*another model"):
        open_with_embedding(base, tmp_path / "big", device="cpu")


def test_a_placeholder_that_already_is_a_token_is_named(base, style):
    with pytest.raises(ValueError, match="placeholder: 'man' already is a token"):
        open_with_embedding(base, style, placeholder="man", device="cpu")
