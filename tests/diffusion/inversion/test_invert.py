from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from likeness.diffusion.autoencoding import decode, encode, scale, to_pictures, to_pixels
from likeness.diffusion.embeddings import joined
from likeness.diffusion.encoding import encode_prompts, negative
from likeness.diffusion.inversion import METHODS, ddim_scheduler, invert, invert_all
from likeness.diffusion.sampling import guided_prediction

from .conftest import with_scheduler

PROMPTS = ["a photo of a man", "a newborn baby in snow"]


@pytest.fixture(scope="module", params=["epsilon", "v_prediction", "two text encoders"])
def model(request, attentive, attentive_xl):
    """Both predictions, and SDXL."""
    return attentive_xl if request.param == "two text encoders" else with_scheduler(attentive, request.param)


def edited(model, inversion, prompts, weight, avoided="a young man", **correction):
    """Latents at the end of sampling for the prompts, of which the first is the photograph's own."""
    scheduler = ddim_scheduler(model, inversion.steps)
    latents = inversion.start.expand(len(prompts), *inversion.start.shape)
    with torch.no_grad():
        context, away_from = encode_prompts(model, prompts), encode_prompts(model, [avoided])
        for step, timestep in enumerate(scheduler.timesteps):
            own = inversion.unconditional
            unconditional = away_from if own is None else own[step : step + 1]
            both = joined([unconditional.expand(len(context)), context])
            prediction = guided_prediction(model, latents, timestep, both, weight)
            latents = scheduler.step(prediction, timestep, latents).prev_sample
            latents = inversion.corrected(step, latents, **correction)
    return latents


def error(inversion, latents):
    return (latents - inversion.trajectory[-1]).square().mean().item()


@pytest.mark.parametrize("weight", [1.0, 4.0, 7.5])
def test_direct_inversion_reproduces_the_round_trip_at_any_guidance(model, photographs, weight):
    inversion = invert(model, photographs[0], PROMPTS[0], steps=4, guidance_scale=2.0, iterations=1)
    source, other = edited(model, inversion, [PROMPTS[0], "an old man"], weight)
    assert torch.equal(source, inversion.trajectory[-1])
    assert not torch.allclose(source, other, atol=0.1)
    with torch.no_grad():
        picture = to_pictures(decode(model.vae, source[None]))[0]
    assert np.array_equal(np.asarray(picture), np.asarray(inversion.round_trip))
    assert np.array_equal(np.asarray(picture), np.asarray(inversion.reconstruction))


def test_under_direct_inversion_an_unchanged_prompt_gives_the_photograph(model, photographs):
    inversion = invert(model, photographs[0], PROMPTS[0], steps=6, guidance_scale=3.0, iterations=1)
    _, unchanged, other = edited(model, inversion, [PROMPTS[0], PROMPTS[0], PROMPTS[1]], 3.0)
    # To rounding, which guidance magnifies from step to step.
    assert torch.allclose(unchanged, inversion.trajectory[-1], atol=1e-3)
    assert (other - unchanged).abs().mean() > 0.03


def test_the_offset_is_guidance_away_from_the_source(model, photographs):
    """At equal latents, the edited branch's prediction is the source's and the weighted change of it by the edit."""
    inversion = invert(model, photographs[0], PROMPTS[0], steps=6, guidance_scale=7.5, iterations=8)
    timestep, start = ddim_scheduler(model, 6).timesteps[0], inversion.start[None]
    with torch.no_grad():
        predictions = [
            guided_prediction(model, start, timestep, encode_prompts(model, [prompt]), 1.0)
            for prompt in ("a woman", *PROMPTS)
        ]
        away_from, own, other = predictions
        scheduler = ddim_scheduler(model, 6)
        guided = [away_from + 7.5 * (each - away_from) for each in (own, other)]
        rows = torch.cat([scheduler.step(each, timestep, start).prev_sample for each in guided])
        expected = scheduler.step(own + 7.5 * (other - own), timestep, start).prev_sample
    assert torch.allclose(inversion.corrected(0, rows)[1:], expected, atol=0.02 * expected.abs().max())


def test_without_a_share_of_the_offset_the_edited_rows_stay_as_they_are(model, photographs):
    options = {"steps": 3, "guidance_scale": 4.0, "iterations": 2}
    direct, ddim = (invert(model, photographs[0], PROMPTS[0], method=name, **options) for name in ("direct", "ddim"))
    assert torch.equal(direct.trajectory, ddim.trajectory)
    prompts = [PROMPTS[0], "an old man"]
    alone, beside = edited(model, direct, prompts, 4.0, share=0.0), edited(model, ddim, prompts, 4.0)
    assert torch.allclose(alone[1], beside[1], atol=1e-4)
    assert not torch.allclose(alone[0], beside[0], atol=1e-2)
    assert not torch.allclose(edited(model, direct, prompts, 4.0)[1], alone[1], atol=1e-2)


def test_each_method_comes_closer_than_ddim_under_guidance(model, photographs):
    options = {"steps": 6, "guidance_scale": 7.5, "iterations": 8}
    found = {name: invert(model, photographs[0], PROMPTS[0], method=name, **options) for name in METHODS}
    errors = {name: error(each, edited(model, each, PROMPTS[:1], 7.5, "")[0]) for name, each in found.items()}
    assert errors["direct"] == 0
    assert errors["ddim"] > 1.5 * errors["null_text"]
    assert errors["ddim"] > 10 * errors["negative_prompt"]


def test_plain_negative_prompt_inversion_errs_as_ddim_does_without_guidance(model, photographs):
    options = {"steps": 10, "iterations": 1}
    own = invert(model, photographs[0], PROMPTS[0], method="negative_prompt", guidance_scale=7.5, **options)
    free = invert(model, photographs[0], PROMPTS[0], method="ddim", guidance_scale=1.0, **options)
    guided = invert(model, photographs[0], PROMPTS[0], method="ddim", guidance_scale=7.5, **options)
    assert np.abs(np.asarray(own.reconstruction, float) - np.asarray(free.reconstruction)).max() <= 1
    assert not np.array_equal(np.asarray(own.reconstruction), np.asarray(guided.reconstruction))


@pytest.mark.parametrize(("method", "iterations"), [("ddim", 1), ("direct", 4), ("negative_prompt", 4)])
def test_ddim_is_plain_unless_told_otherwise(model, photographs, method, iterations):
    options = {"method": method, "steps": 2, "guidance_scale": 1.0}
    found, same, other = (
        invert(model, photographs[0], PROMPTS[0], iterations=count, **options) for count in (None, iterations, 2)
    )
    assert torch.equal(found.trajectory, same.trajectory)
    assert not torch.equal(found.trajectory, other.trajectory)


@pytest.mark.parametrize("method", METHODS)
def test_the_reconstruction_is_what_the_source_branch_makes(model, photographs, method):
    inversion = invert(
        model, photographs[1], PROMPTS[1], method=method, steps=3, guidance_scale=3.0, negative_prompt="a woman"
    )
    with torch.no_grad():
        latents = edited(model, inversion, PROMPTS[1:], 3.0, "a woman")
        picture = np.asarray(to_pictures(decode(model.vae, latents))[0], float)
        mean = scale(model.vae, encode(model.vae, to_pixels(photographs[1:]))[0])
        round_trip = np.asarray(to_pictures(decode(model.vae, mean))[0])
    assert np.abs(picture - np.asarray(inversion.reconstruction)).max() <= 1
    assert np.array_equal(round_trip, np.asarray(inversion.round_trip))
    assert torch.equal(inversion.trajectory[-1], mean[0])
    assert inversion.photograph is photographs[1]
    assert (inversion.method, inversion.prompt, inversion.steps, inversion.guidance_scale) == (method, PROMPTS[1], 3, 3)
    assert (inversion.unconditional is None) == (method in ("direct", "ddim"))


def test_together_as_alone(model, photographs):
    options = {"steps": 3, "guidance_scale": 3.0, "method": "negative_prompt"}
    together = invert_all(model, photographs, PROMPTS, **options)
    for photograph, prompt, one in zip(photographs, PROMPTS, together, strict=True):
        alone = invert(model, photograph, prompt, **options)
        assert torch.allclose(one.trajectory, alone.trajectory, atol=0.02)
        for kind in ("hidden_states", "pooled") if model.second else ("hidden_states",):
            ours, theirs = (getattr(each.unconditional, kind) for each in (one, alone))
            assert torch.allclose(ours, theirs, atol=1e-5)
        assert np.abs(np.asarray(one.reconstruction, float) - np.asarray(alone.reconstruction)).max() <= 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["attentive", "attentive_xl"])
def test_coarse_weights_do_for_every_method(photographs, method, kind, request):
    model = with_scheduler(request.getfixturevalue(kind), "v_prediction")
    parts = {part: deepcopy(getattr(model, part)).bfloat16() for part in ("unet", "vae", "text_encoder")}
    if model.second is not None:
        parts["second"] = replace(model.second, text_encoder=deepcopy(model.second.text_encoder).bfloat16())
    coarse = replace(model, dtype=torch.bfloat16, **parts)
    options = {"method": method, "steps": 4, "guidance_scale": 3.0}
    found, fine = (invert(each, photographs[0], PROMPTS[0], **options) for each in (coarse, model))
    assert found.trajectory.dtype == torch.float32
    assert (found.unconditional is None) or found.unconditional.hidden_states.dtype == torch.float32
    assert torch.allclose(found.trajectory[-1], fine.trajectory[-1], atol=0.1)
    difference = np.abs(np.asarray(found.reconstruction, float) - np.asarray(fine.reconstruction))
    assert difference.mean() < 8


def test_without_guidance_there_is_nothing_to_optimise(model, photographs):
    inversion = invert(model, photographs[0], PROMPTS[0], method="null_text", steps=2, guidance_scale=1.0)
    with torch.no_grad():
        nothing = negative(model, "", encode_prompts(model, [""]))
        assert torch.allclose(inversion.unconditional.hidden_states, nothing.hidden_states.expand(2, -1, -1), atol=1e-5)


def test_photographs_of_other_shapes(model):
    inversion = invert(model, Image.new("RGB", (96, 48), (200, 30, 60)), PROMPTS[0], steps=2, guidance_scale=2.0)
    assert inversion.trajectory.shape == (3, 8, 6, 12)
    assert inversion.reconstruction.size == (96, 48)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "exact"}, "method 'exact' is none of direct, ddim, negative_prompt, null_text"),
        ({"prompts": PROMPTS[:1]}, "2 photographs but 1 prompts"),
        ({"photographs": [], "prompts": []}, "0 photographs"),
        ({"photographs": [Image.new("RGB", (64, 64)), Image.new("RGB", (64, 32))]}, r"\(64, 32\), \(64, 64\)"),
        ({"photographs": [Image.new("RGB", (60, 64))] * 2}, "width 60 and height 64 must be multiples of 8"),
        ({"steps": 0}, r"steps \(0\)"),
    ],
)
def test_arguments_out_of_range(model, photographs, change, message):
    arguments = {"photographs": photographs, "prompts": PROMPTS, "steps": 2, "guidance_scale": 2.0} | change
    with pytest.raises(ValueError, match=message):
        invert_all(model, **arguments)
