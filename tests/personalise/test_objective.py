import pytest
import torch
from diffusers import DDPMScheduler
from diffusers.training_utils import compute_snr

from likeness.personalise.objective import NoiseSchedule, denoising_errors, dreambooth_loss, min_snr_weights

KINDS = ["epsilon", "v_prediction", "sample"]


@pytest.fixture
def reference():
    return DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


def test_noise_velocity_and_snr_are_those_of_diffusers(reference):
    schedule = NoiseSchedule(reference.alphas_cumprod, "v_prediction")
    latents, noise = torch.randn(2, 4, 8, 2, 2)
    timesteps = torch.tensor([0, 300, 700, 999])
    assert torch.allclose(schedule.add_noise(latents, noise, timesteps), reference.add_noise(latents, noise, timesteps))
    assert torch.allclose(schedule.target(latents, noise, timesteps), reference.get_velocity(latents, noise, timesteps))
    assert torch.allclose(schedule.signal_to_noise[timesteps], compute_snr(reference, timesteps), rtol=1e-4)


def test_the_target_is_noise_or_latents(reference):
    latents, noise = torch.randn(2, 1, 8, 2, 2)
    timesteps = torch.tensor([500])
    assert NoiseSchedule(reference.alphas_cumprod, "epsilon").target(latents, noise, timesteps) is noise
    assert NoiseSchedule(reference.alphas_cumprod, "sample").target(latents, noise, timesteps) is latents


def test_min_snr_weights_by_hand():
    snr = torch.tensor([20.0, 5.0, 1.0, 0.0])
    assert min_snr_weights(snr, 5.0, "epsilon").tolist() == [0.25, 1.0, 1.0, 1.0]
    assert min_snr_weights(snr, 5.0, "v_prediction").tolist() == pytest.approx([5 / 21, 5 / 6, 1 / 2, 0.0])
    assert min_snr_weights(snr, 5.0, "sample").tolist() == [5.0, 5.0, 1.0, 0.0]


def test_one_error_weighs_the_same_whatever_the_network_predicts(reference):
    """The same wrong guess of the clean latents, said as noise, velocity or latents, has one weighted loss."""
    latents, noise, wrong = torch.randn(3, 4, 8, 2, 2)
    timesteps = torch.tensor([10, 300, 700, 990])
    losses = []
    for kind in KINDS:
        schedule = NoiseSchedule(reference.alphas_cumprod, kind)
        # The noise that, together with the wrong latents, would have made the same noisy latents.
        signal = schedule.alphas_cumprod[timesteps].view(-1, 1, 1, 1).sqrt()
        spread = (1 - signal**2).sqrt()
        consistent = (schedule.add_noise(latents, noise, timesteps) - signal * wrong) / spread
        predicted, target = schedule.target(wrong, consistent, timesteps), schedule.target(latents, noise, timesteps)
        errors = denoising_errors(predicted, target, torch.ones(len(timesteps), 1, 1, 1))
        losses.append(errors * min_snr_weights(schedule.signal_to_noise, 5.0, kind)[timesteps])
    assert torch.allclose(losses[0], losses[2], rtol=1e-2)
    assert torch.allclose(losses[1], losses[2], rtol=1e-2)


def test_errors_are_means_of_each_sample_in_float32():
    prediction = torch.zeros(2, 2, 1, 1, dtype=torch.bfloat16)
    target = torch.tensor([[1.0, 3.0], [2.0, 2.0]]).view(2, 2, 1, 1)
    errors = denoising_errors(prediction, target, torch.ones(2, 1, 1, 1))
    assert errors.tolist() == [5.0, 4.0]
    assert errors.dtype == torch.float32


def test_errors_count_by_the_emphasis_on_their_position():
    target = torch.tensor([1.0, 2.0, 3.0, 4.0]).view(1, 1, 2, 2)
    emphasis = torch.tensor([4.0, 0.0, 0.0, 0.0]).view(1, 1, 2, 2)
    assert denoising_errors(torch.zeros(1, 1, 2, 2), target, emphasis).tolist() == [1.0]


def test_pictures_and_class_pictures_are_weighted_and_averaged_apart():
    errors = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0])
    weights = torch.tensor([1.0, 0.5, 0.25, 0.5, 1.0])
    loss, instance, prior = dreambooth_loss(errors, weights, instances=2, prior_weight=0.5)
    assert instance.item() == 1.0
    assert prior.item() == pytest.approx((1 + 4 + 16) / 3)
    assert loss.item() == pytest.approx(1 + 0.5 * 7)


def test_without_class_pictures_there_is_no_prior_loss():
    loss, instance, prior = dreambooth_loss(torch.tensor([2.0, 4.0]), torch.ones(2), instances=2, prior_weight=1.0)
    assert loss.item() == instance.item() == 3.0
    assert prior.isnan()
