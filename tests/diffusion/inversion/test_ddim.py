from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from diffusers import DDIMScheduler

from likeness.diffusion.inversion.ddim import ddim_scheduler, invert_latents, sample, step_factors
from likeness.diffusion.sampling import guided_prediction

from .conftest import with_scheduler


def returned(model, latents, context, steps, iterations):
    """What sampling without guidance makes of the inverted latents."""
    scheduler = ddim_scheduler(model, steps)
    trajectory = invert_latents(model, latents, context, scheduler, iterations=iterations)
    return sample(model, trajectory[0], context, scheduler, [context] * steps, 1.0)


def test_the_scheduler_keeps_the_models_schedule_and_clips_nothing(attentive):
    model = with_scheduler(attentive, "v_prediction", clip_sample=True, thresholding=True)
    scheduler = ddim_scheduler(model, 4)
    assert isinstance(scheduler, DDIMScheduler)
    assert scheduler.timesteps.tolist() == [999, 749, 499, 249]
    assert scheduler.config.prediction_type == "v_prediction"
    assert scheduler.alphas_cumprod[-1] == 0
    assert torch.equal(scheduler.alphas_cumprod, DDIMScheduler.from_config(model.scheduler.config).alphas_cumprod)
    far = torch.full((1, 1, 4, 4), 9.0)
    assert scheduler.step(-far, 249, far).prev_sample.max() > 9


def test_a_step_is_its_two_factors(model, latents):
    scheduler = ddim_scheduler(model, 5)
    prediction = torch.randn(latents.shape, generator=torch.Generator().manual_seed(1))
    for timestep, (carried, added) in zip(scheduler.timesteps, step_factors(scheduler), strict=True):
        theirs = scheduler.step(prediction, timestep, latents).prev_sample
        assert torch.allclose(carried * latents + added * prediction, theirs, rtol=1e-4, atol=1e-5)


def test_velocities_rotate_the_latents_also_from_pure_noise(attentive):
    """Four trailing steps of 1000: the levels are those of timesteps 999 (no signal), 749, 499, 249 and none."""
    scheduler = ddim_scheduler(with_scheduler(attentive, "v_prediction"), 4)
    signal = [*scheduler.alphas_cumprod[[999, 749, 499, 249]].tolist(), 1.0]
    angles = torch.tensor(signal).sqrt().acos()
    turns = angles[:-1] - angles[1:]
    assert angles[0] == torch.pi / 2
    assert turns.sum() == pytest.approx(torch.pi / 2)
    expected = torch.stack([turns.cos(), -turns.sin()], dim=1)
    assert torch.allclose(torch.tensor(step_factors(scheduler)), expected, atol=1e-5)


def test_a_constant_noise_worked_by_hand(attentive, latents, context):
    """Where the UNet always predicts the noise c, every level is √ᾱ picture + √(1-ᾱ) c, however long the step."""
    unet = deepcopy(attentive.unet)
    unet.conv_out.weight.zero_()
    unet.conv_out.bias.fill_(0.3)
    model = with_scheduler(replace(attentive, unet=unet), "epsilon", set_alpha_to_one=True)
    scheduler = ddim_scheduler(model, 4)
    trajectory = invert_latents(model, latents, context, scheduler, iterations=1)
    assert trajectory.shape == (5, *latents.shape)
    assert torch.equal(trajectory[-1], latents)
    for level, timestep in zip(trajectory, [751, 501, 251, 1], strict=False):
        signal = scheduler.alphas_cumprod[timestep]
        assert torch.allclose(level, signal.sqrt() * latents + (1 - signal).sqrt() * 0.3, atol=1e-5)


def test_plain_inversion_is_that_of_null_text_inversions_authors(attentive, latents, context):
    """Mokady et al.: the noise predicted for the cleaner latents at the noisier timestep, between the two levels."""
    model = with_scheduler(attentive, "epsilon")
    scheduler = ddim_scheduler(model, 10)
    levels = scheduler.alphas_cumprod
    expected = latents
    with torch.no_grad():
        for timestep in [1, 101, 201]:
            here, there = levels[max(timestep - 100, 0)], levels[timestep]
            noise = guided_prediction(model, expected, torch.tensor(timestep), context, 1.0)
            clean = (expected - (1 - here).sqrt() * noise) / here.sqrt()
            expected = there.sqrt() * clean + (1 - there).sqrt() * noise
    trajectory = invert_latents(model, latents, context, scheduler, iterations=1)
    assert torch.allclose(trajectory[-4], expected, atol=1e-4)


def test_plain_inversion_converges_to_the_start_with_many_steps(attentive, latents, context):
    model = with_scheduler(attentive, "v_prediction")
    errors = [(returned(model, latents, context, steps, 1) - latents).abs().mean() for steps in (4, 16, 64)]
    # Of first order: four times the steps leave about a quarter of the error.
    assert errors[0] > 3 * errors[1] > 9 * errors[2]
    assert errors[2] < 0.01


@pytest.mark.parametrize("steps", [5, 12])
def test_iterations_undo_the_steps_exactly(attentive, latents, context, steps):
    model = with_scheduler(attentive, "v_prediction")
    errors = [(returned(model, latents, context, steps, k) - latents).abs().max() for k in (1, 2, 4, 8)]
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
    assert errors[3] < 1e-4


def test_iterations_also_undo_predictions_of_noise(attentive, latents, context):
    model = with_scheduler(attentive, "epsilon")
    errors = [(returned(model, latents, context, 12, k) - latents).abs().mean() for k in (1, 4, 10)]
    assert errors[0] > 3 * errors[1] > 30 * errors[2]
    assert errors[2] < 1e-2


def test_the_trajectory_starts_from_noise_that_has_the_steps_to_come_in_it(model, latents, context):
    """Each row of the trajectory is what sampling makes of the row before it."""
    scheduler = ddim_scheduler(model, 8)
    trajectory = invert_latents(model, latents, context, scheduler, iterations=12)
    with torch.no_grad():
        for step, timestep in enumerate(scheduler.timesteps):
            prediction = guided_prediction(model, trajectory[step], timestep, context, 1.0)
            following = scheduler.step(prediction, timestep, trajectory[step]).prev_sample
            assert (following - trajectory[step + 1]).abs().mean() < 1e-3


def test_rows_do_not_know_of_each_other(model, latents, context):
    scheduler = ddim_scheduler(model, 6)
    together = invert_latents(model, latents, context, scheduler, iterations=3)
    alone = invert_latents(model, latents[1:], context[1:], scheduler, iterations=3)
    assert torch.allclose(together[:, 1:], alone, atol=1e-3)


def test_other_sizes_than_the_models_own(model, context):
    latents = torch.randn(1, 8, 4, 12, generator=torch.Generator().manual_seed(2))
    assert invert_latents(model, latents, context[:1], ddim_scheduler(model, 2), iterations=2).shape == (3, 1, 8, 4, 12)


def test_nothing_is_left_in_the_graph(model, latents, context):
    assert not invert_latents(model, latents, context, ddim_scheduler(model, 2)).requires_grad


@pytest.mark.parametrize(
    ("prediction", "options", "steps"),
    [
        # Noise divided by no signal; a picture predicted without its latents; all the way in one turn.
        ("epsilon", {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}, 3),
        ("sample", {"steps_offset": 1, "set_alpha_to_one": True}, 3),
        ("v_prediction", {}, 1),
    ],
)
def test_what_cannot_be_undone_is_refused(attentive, latents, context, prediction, options, steps):
    model = with_scheduler(attentive, prediction, **options)
    with pytest.raises(ValueError, match=rf"The step from timestep \d+ of {steps} cannot be undone"):
        invert_latents(model, latents, context, ddim_scheduler(model, steps))


@pytest.mark.parametrize("steps", [0, 1001])
def test_as_many_steps_as_there_are_timesteps(model, steps):
    with pytest.raises(ValueError, match=rf"steps \({steps}\) must be 1 to 1000, .* tiny_model"):
        ddim_scheduler(model, steps)


def test_at_least_one_iteration(model, latents, context):
    with pytest.raises(ValueError, match=r"iterations \(0\)"):
        invert_latents(model, latents, context, ddim_scheduler(model, 2), iterations=0)
