import torch

from likeness.pocket.export import sampling_scheduler
from likeness.pocket.velocity import noised, snr_weights, velocity


def test_velocity_and_noisy_latents_give_the_latents_back():
    latents, noise = torch.randn(2, 3, 4, 4, 4).unbind()
    signal = torch.tensor([0.0, 0.36, 1.0])
    noisy, target = noised(latents, noise, signal), velocity(latents, noise, signal)
    share = signal[:, None, None, None]
    assert torch.allclose(share.sqrt() * noisy - (1 - share).sqrt() * target, latents, atol=1e-6)
    assert torch.equal(noisy[0], noise[0])
    assert torch.equal(noisy[2], latents[2])


def test_is_what_the_sampler_takes_a_velocity_for():
    sampler = sampling_scheduler()
    sampler.set_timesteps(4)
    sampler._step_index = 1
    latents, noise = torch.randn(2, 1, 2, 4, 4).unbind()
    signal = 1 / (1 + sampler.sigmas[1] ** 2).reshape(1)
    predicted = sampler.convert_model_output(velocity(latents, noise, signal), sample=noised(latents, noise, signal))
    assert torch.allclose(predicted, latents, atol=1e-4)


def test_weights_are_one_up_to_gamma_and_fall_from_there():
    snr = torch.tensor([0.0, 1.0, 5.0, 11.0])
    assert torch.allclose(snr_weights(snr / (1 + snr), 5.0), torch.tensor([1.0, 1.0, 1.0, 0.5]))
    assert torch.equal(snr_weights(snr / (1 + snr), None), torch.ones(4))


def test_the_schedule_ends_in_pure_noise_and_sampling_begins_there():
    sampler = sampling_scheduler()
    sampler.set_timesteps(12)
    assert sampler.timesteps[0] == 999
    assert sampler.sigmas[0] > 1000
    assert sampler.init_noise_sigma == 1
