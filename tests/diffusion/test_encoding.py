import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.encoding import encode_prompts, negative
from likeness.diffusion.model import open_model

PROMPTS = ["a photo of a man", "an old woman in a forest, smiling"]


@torch.no_grad()
def test_one_text_encoders_embeddings_are_those_of_the_diffusers_pipeline(opened, tiny_model):
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_model)
    expected, _ = pipeline.encode_prompt(PROMPTS, "cpu", 1, do_classifier_free_guidance=False)
    found = encode_prompts(opened, PROMPTS)
    assert torch.equal(found.hidden_states, expected)
    assert found.pooled is None


@torch.no_grad()
def test_two_text_encoders_embeddings_are_those_of_the_diffusers_pipeline(opened_xl, tiny_xl_model):
    pipeline = StableDiffusionXLPipeline.from_pretrained(tiny_xl_model)
    hidden_states, _, pooled, _ = pipeline.encode_prompt(PROMPTS, device="cpu", do_classifier_free_guidance=False)
    found = encode_prompts(opened_xl, PROMPTS)
    assert torch.equal(found.hidden_states, hidden_states)
    assert torch.equal(found.pooled, pooled)
    assert found.hidden_states.shape == (2, 24, 48)
    assert found.pooled.shape == (2, 20)


@torch.no_grad()
def test_a_prompts_own_exclamation_mark_is_not_taken_for_padding(opened_xl):
    """Both text encoders see the same tokens of the prompt, so that its words have the same places in both."""
    ids = opened_xl.tokenizer("a man!")["input_ids"]
    padded = torch.tensor([ids + [opened_xl.second.pad_token_id] * (24 - len(ids))])
    expected = opened_xl.second.text_encoder(padded, output_hidden_states=True)
    found = encode_prompts(opened_xl, ["a man!"])
    assert opened_xl.second.pad_token_id not in ids
    assert torch.equal(found.hidden_states[..., 32:], expected.hidden_states[-2])
    assert torch.equal(found.pooled, expected.text_embeds)


@torch.no_grad()
def test_a_prompt_means_the_same_whatever_it_is_encoded_with(either):
    together, alone = encode_prompts(either, PROMPTS), encode_prompts(either, PROMPTS[1:])
    assert torch.allclose(together[1:].hidden_states, alone.hidden_states, atol=1e-5)
    if either.second is not None:
        assert torch.allclose(together[1:].pooled, alone.pooled, atol=1e-5)


@torch.no_grad()
def test_nobody_knows_of_hidden_words_but_they_themselves(either):
    seen = torch.ones(24, dtype=torch.bool)
    seen[5] = False
    first, second = (encode_prompts(either, [f"a photo of a {word}, smiling"], seen=seen) for word in ("man", "woman"))
    assert torch.allclose(first.hidden_states[:, seen], second.hidden_states[:, seen], atol=1e-5)
    assert not torch.allclose(first.hidden_states[:, ~seen], second.hidden_states[:, ~seen], atol=1e-3)
    if either.second is not None:
        assert torch.allclose(first.pooled, second.pooled, atol=1e-5)
        shown = (encode_prompts(either, [f"a photo of a {word}, smiling"]).pooled for word in ("man", "woman"))
        assert not torch.allclose(*shown, atol=1e-3)


@pytest.mark.parametrize("name", ["tiny_model", "tiny_xl_model"])
def test_embeddings_have_the_models_format(name, request):
    model = open_model(BaseModel(str(request.getfixturevalue(name))), device="cpu", dtype="bfloat16")
    with torch.no_grad():
        found = encode_prompts(model, ["a photo"])
    assert found.hidden_states.dtype == torch.bfloat16
    assert found.pooled is None or found.pooled.dtype == torch.bfloat16


def test_a_long_prompt_is_named(either):
    with pytest.warns(UserWarning, match="longer than the 24 tokens"), torch.no_grad():
        found = encode_prompts(either, ["man " * 30])
    assert found.hidden_states.shape[:2] == (1, 24)


@pytest.mark.parametrize("prompt", ["", "  ", "a forest"])
def test_guidance_leads_away_from_zeros_where_the_model_does_without_a_negative_prompt(either, prompt):
    with torch.no_grad():
        embeddings = encode_prompts(either, [prompt])
    found = negative(either, prompt, embeddings)
    if either.second is None or prompt == "a forest":
        assert found is embeddings
    else:
        assert not found.hidden_states.any()
        assert not found.pooled.any()
        assert found.hidden_states.shape == embeddings.hidden_states.shape
