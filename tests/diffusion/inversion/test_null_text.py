from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from likeness.diffusion.embeddings import combined, joined
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.inversion.ddim import ddim_scheduler, invert_latents, sample
from likeness.diffusion.inversion.null_text import optimise_unconditional
from likeness.diffusion.sampling import guided_prediction

STEPS, WEIGHT = 4, 7.5


@pytest.fixture(scope="module")
def scheduler(model):
    return ddim_scheduler(model, STEPS)


@pytest.fixture(scope="module")
def trajectory(model, latents, context, scheduler):
    return invert_latents(model, latents, context, scheduler)


def test_guided_sampling_follows_the_trajectory_more_closely(model, trajectory, context, nothing, scheduler):
    """Also than with half the optimiser's steps: the loss falls."""
    errors = []
    for updates in (0, 5, 10):
        embeddings = optimise_unconditional(model, trajectory, context, scheduler, nothing, WEIGHT, inner_steps=updates)
        assert [each.hidden_states.shape for each in embeddings] == [nothing.hidden_states.shape] * STEPS
        reached = sample(model, trajectory[0], context, scheduler, embeddings, WEIGHT)
        errors.append((reached - trajectory[-1]).square().mean())
    plain = sample(model, trajectory[0], context, scheduler, [nothing] * STEPS, WEIGHT)
    assert torch.allclose(errors[0], (plain - trajectory[-1]).square().mean())
    assert errors[0] > 1.1 * errors[1] > 1.2 * errors[2]


def test_embeddings_that_are_right_already_stay(model, latents, context, nothing, scheduler):
    path = [latents]
    with torch.no_grad():
        for timestep in scheduler.timesteps:
            prediction = guided_prediction(model, path[-1], timestep, joined([nothing, context]), WEIGHT)
            path.append(scheduler.step(prediction, timestep, path[-1]).prev_sample)
    found = optimise_unconditional(model, torch.stack(path), context, scheduler, nothing, WEIGHT)
    assert all(torch.equal(each.hidden_states, nothing.hidden_states) for each in found)


def test_the_first_step_is_adams_with_the_published_rates(model, trajectory, context, nothing, scheduler):
    """Adam's first update is its learning rate in each entry: .01 falling to .005 over all steps."""
    found = optimise_unconditional(model, trajectory, context, scheduler, nothing, WEIGHT, inner_steps=1)
    values = torch.stack([nothing.hidden_states, *(each.hidden_states for each in found)])
    changed = values.diff(dim=0).abs().amax(dim=(1, 2, 3))
    expected = torch.tensor([0.01 * (1 - step / (2 * STEPS)) for step in range(STEPS)])
    moved = changed > 0
    assert moved[0]
    assert torch.allclose(changed[moved], expected[moved], rtol=1e-2)


def test_rows_do_not_know_of_each_other(model, trajectory, context, nothing, scheduler):
    together = optimise_unconditional(model, trajectory, context, scheduler, nothing, WEIGHT, inner_steps=3)
    alone = optimise_unconditional(model, trajectory[:, 1:], context[1:], scheduler, nothing[1:], WEIGHT, inner_steps=3)
    reached = [
        sample(model, trajectory[0, 1:], context[1:], scheduler, embeddings, WEIGHT)
        for embeddings in ([each[1:] for each in together], alone)
    ]
    assert torch.allclose(*reached, atol=0.02)


def test_coarse_weights_are_optimised_in_single_precision(model, trajectory, context, nothing, scheduler):
    coarse = replace(model, unet=deepcopy(model.unet).to(torch.bfloat16), dtype=torch.bfloat16)
    with torch.no_grad():
        found = optimise_unconditional(
            coarse,
            trajectory,
            combined(Tensor.bfloat16, context),
            scheduler,
            combined(Tensor.bfloat16, nothing),
            WEIGHT,
            inner_steps=1,
        )
    assert {each.hidden_states.dtype for each in found} == {torch.float32}
    assert coarse.unet.dtype == torch.bfloat16
    assert not any(each.hidden_states.requires_grad for each in found)
    assert all(weights.grad is None for weights in model.unet.parameters())


def test_of_two_text_encoders_only_the_hidden_states_are_optimised(attentive_xl, latents, scheduler):
    with torch.no_grad():
        context, initial = (encode_prompts(attentive_xl, prompts) for prompts in (["a man", "a baby"], ["a tree"] * 2))
    trajectory = invert_latents(attentive_xl, latents, context, scheduler)
    errors = []
    for updates in (0, 10):
        embeddings = optimise_unconditional(
            attentive_xl, trajectory, context, scheduler, initial, WEIGHT, inner_steps=updates
        )
        assert all(torch.equal(each.pooled, initial.pooled) for each in embeddings)
        reached = sample(attentive_xl, trajectory[0], context, scheduler, embeddings, WEIGHT)
        errors.append((reached - trajectory[-1]).square().mean())
    assert errors[0] > 1.2 * errors[1]
