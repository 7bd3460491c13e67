import pytest
import torch

from likeness.diffusion.encoding import encode_prompts
from likeness.personalise.draws import draw
from likeness.personalise.embedding_training import prepare_training
from likeness.personalise.latents import cached_moments
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.templates import prompts_for


@pytest.fixture
def training(model, base, make_pictures, work):
    options = TextualInversionOptions(learn="object", steps=4, batch_size=2, validation_samples=5, mixed_precision="no")
    held_out = make_pictures(3, seed=1)
    return prepare_training(model, make_pictures(2), held_out, "<new>", base, options, work)


def test_the_loss_is_the_one_computed_sample_by_sample(training, model, make_pictures, work, base):
    drawn = draw(6, pictures=3, variants=1, timesteps=1000, shape=(8, 8, 8), seed=0, step=0, stream=2, prompts=27)
    assert len(drawn.prompts.unique()) > 3
    held_out = make_pictures(3, seed=1)
    moments = cached_moments(model, held_out, model_digest=base.digest, resolution=64, mirrored=False, cache=work)
    prompts = prompts_for("<new>", TextualInversionOptions(learn="object"))
    errors = []
    with torch.no_grad():
        for i in range(6):
            one = drawn.pictures[i : i + 1]
            latents = moments.mean[one, 0] + moments.std[one, 0] * drawn.posterior_noise[i : i + 1]
            noise, timestep = drawn.noise[i : i + 1], drawn.timesteps[i : i + 1]
            noisy = model.scheduler.add_noise(latents, noise, timestep)
            context = encode_prompts(model, [prompts[drawn.prompts[i]]]).hidden_states
            predicted = model.unet(noisy, timestep, encoder_hidden_states=context).sample
            errors.append((predicted - noise).pow(2).mean())
    expected = torch.stack(errors).mean()
    assert training.held_out.loss(training.steps).item() == pytest.approx(expected.item(), rel=1e-5)


def test_it_is_the_same_whenever_it_is_measured_and_leaves_no_trace(training):
    before = training.held_out.loss(training.steps)
    assert not before.requires_grad
    assert torch.equal(training.held_out.loss(training.steps), before)
    assert training.state.records["losses"].eq(0).all()
    training.steps.step()
    assert not torch.equal(training.held_out.loss(training.steps), before)
