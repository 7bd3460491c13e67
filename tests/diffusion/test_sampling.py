from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.embeddings import PromptEmbeddings, joined
from likeness.diffusion.model import open_model
from likeness.diffusion.sampling import generate, guided_prediction, initial_latents

PROMPTS = ["a photo of a man", "an old man", "a newborn baby in a forest"]
SEEDS = [7, 8, 9]


def arrays(model, prompts, seeds, **options):
    settings = {"steps": 3, "guidance_scale": 5.0} | options
    return [np.asarray(picture) for picture in generate(model, prompts, seeds, **settings)]


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
def test_pictures_are_those_of_the_diffusers_pipeline(tiny_model, prediction):
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_model)
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config, prediction_type=prediction)
    pipeline.set_progress_bar_config(disable=True)
    model = open_model(BaseModel(str(tiny_model)))
    model.scheduler.register_to_config(prediction_type=prediction)
    latents = initial_latents(model, SEEDS, 64, 64)
    theirs = pipeline(PROMPTS, num_inference_steps=4, guidance_scale=5.0, latents=latents, output_type="np").images
    ours = np.stack(arrays(model, PROMPTS, SEEDS, steps=4, batch_size=3))
    assert np.abs(ours / 255 - theirs).max() < 1 / 255
    assert ours.std() > 10


@pytest.mark.parametrize(("negative", "zeros"), [("", True), ("", False), ("an old man", True)])
@pytest.mark.parametrize("size", [(64, 64), (32, 96)])
def test_pictures_of_two_text_encoders_are_those_of_the_diffusers_pipeline(tiny_xl_model, size, negative, zeros):
    pipeline = StableDiffusionXLPipeline.from_pretrained(tiny_xl_model)
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
    pipeline.register_to_config(force_zeros_for_empty_prompt=zeros)
    pipeline.set_progress_bar_config(disable=True)
    model = open_model(BaseModel(str(tiny_xl_model)))
    model.second = replace(model.second, zeros_for_empty_prompt=zeros)
    height, width = size
    theirs = pipeline(
        PROMPTS,
        negative_prompt=[negative] * 3 if negative else None,
        num_inference_steps=4,
        guidance_scale=5.0,
        latents=initial_latents(model, SEEDS, height, width),
        output_type="np",
        height=height,
        width=width,
    ).images
    settings = {"steps": 4, "batch_size": 3, "height": height, "width": width, "negative_prompt": negative}
    ours = np.stack(arrays(model, PROMPTS, SEEDS, **settings))
    assert np.abs(ours / 255 - theirs).max() < 1 / 255
    assert ours.std() > 10
    other = replace(model, second=replace(model.second, zeros_for_empty_prompt=not zeros))
    same = np.array_equal(np.stack(arrays(other, PROMPTS, SEEDS, **settings)), ours)
    assert same == bool(negative)


def test_a_picture_does_not_depend_on_its_batch(opened):
    together = arrays(opened, PROMPTS, SEEDS, batch_size=2)
    alone = arrays(opened, PROMPTS[1:2], SEEDS[1:2], batch_size=2)
    backwards = arrays(opened, PROMPTS[::-1], SEEDS[::-1], batch_size=2)
    assert np.array_equal(together[1], alone[0])
    assert all(np.array_equal(a, b) for a, b in zip(together, backwards[::-1], strict=True))


def test_prompt_and_seed_and_guidance_each_make_another_picture(opened):
    base = arrays(opened, ["a man"], [1])[0]
    assert not np.array_equal(base, arrays(opened, ["a baby"], [1])[0])
    assert not np.array_equal(base, arrays(opened, ["a man"], [2])[0])
    assert not np.array_equal(base, arrays(opened, ["a man"], [1], guidance_scale=9.0)[0])
    assert not np.array_equal(base, arrays(opened, ["a man"], [1], negative_prompt="a forest")[0])


def test_pictures_are_computed_as_they_are_asked_for(opened, monkeypatch):
    calls = []
    original = opened.vae.decode
    monkeypatch.setattr(opened.vae, "decode", lambda latents: calls.append(len(latents)) or original(latents))
    pictures = generate(opened, PROMPTS, SEEDS, steps=1, guidance_scale=1.0, batch_size=2)
    assert calls == []
    next(pictures), next(pictures)
    assert calls == [2]
    assert torch.is_inference_mode_enabled() is False
    assert len(list(pictures)) == 1
    # The last batch is filled up.
    assert calls == [2, 2]


def test_without_guidance_the_unet_sees_each_picture_once(opened):
    seen = []
    hook = opened.unet.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    arrays(opened, PROMPTS[:2], SEEDS[:2], batch_size=2, guidance_scale=1.0, steps=1)
    arrays(opened, PROMPTS[:2], SEEDS[:2], batch_size=2, guidance_scale=2.0, steps=1)
    hook.remove()
    assert seen == [2, 4]


@torch.no_grad()
def test_guidance_extrapolates_from_the_unconditional_prediction(opened):
    latents, timestep = torch.randn(1, 8, 8, 8), torch.tensor(500)
    unconditional, conditional = (PromptEmbeddings(torch.randn(1, 24, 32)) for _ in range(2))
    first = guided_prediction(opened, latents, timestep, unconditional, 1.0)
    second = guided_prediction(opened, latents, timestep, conditional, 1.0)
    guided = guided_prediction(opened, latents, timestep, joined([unconditional, conditional]), 3.0)
    assert torch.allclose(guided, 3 * second - 2 * first, atol=1e-4)


def test_noise_is_standard_normal_and_a_function_of_the_seed(opened):
    latents = initial_latents(opened, [3, 4, 3], 256, 512)
    assert latents.shape == (3, 8, 32, 64)
    assert torch.equal(latents[0], latents[2])
    assert latents.mean().abs() < 0.02
    assert (latents.std() - 1).abs() < 0.02


def test_other_sizes_than_the_models_own(opened):
    assert arrays(opened, ["a man"], [1], height=32, width=96, steps=1)[0].shape == (32, 96, 3)


def test_the_models_own_schedule_is_respected(opened, monkeypatch):
    """Whatever scheduler a model comes with, its noise schedule and timestep spacing stay."""
    solvers = []
    original = DPMSolverMultistepScheduler.set_timesteps
    monkeypatch.setattr(
        DPMSolverMultistepScheduler,
        "set_timesteps",
        lambda self, *a, **k: solvers.append(self) or original(self, *a, **k),
    )
    scheduler = DDIMScheduler(beta_end=0.02, beta_schedule="linear", timestep_spacing="trailing")
    monkeypatch.setattr(opened, "scheduler", scheduler)
    arrays(opened, ["a man"], [1], steps=2)
    assert torch.equal(solvers[0].alphas_cumprod, scheduler.alphas_cumprod)
    assert solvers[0].timesteps.tolist() == [999, 499]
    assert solvers[0].config.algorithm_type == "dpmsolver++"
    assert solvers[0].config.solver_order == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seeds": [1]}, "3 prompts but 1 seeds"),
        ({"steps": 0}, r"steps \(0\)"),
        ({"batch_size": 0}, r"batch_size \(0\)"),
        ({"height": 60}, "height 60 and width 64 must be multiples of 8"),
    ],
)
def test_bad_arguments_are_named_at_once(opened, arguments, message):
    good = {"prompts": PROMPTS, "seeds": SEEDS, "steps": 2, "guidance_scale": 2.0}
    with pytest.raises(ValueError, match=message):
        generate(opened, **(good | arguments))
