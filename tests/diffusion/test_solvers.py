import diffusers
import pytest
import torch

from likeness.diffusion.solvers import default_solver, prepared_solver

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("DDIMScheduler", {}),
        ("PNDMScheduler", {}),
        ("EulerDiscreteScheduler", {}),
        ("HeunDiscreteScheduler", {}),
        ("LMSDiscreteScheduler", {}),
        ("DPMSolverMultistepScheduler", {}),
        ("DPMSolverSinglestepScheduler", {}),
        ("DEISMultistepScheduler", {}),
        ("UniPCMultistepScheduler", {}),
    ],
)
def test_deterministic_schedulers_are_set_up_as_copies(opened, name, options):
    given = getattr(diffusers, name).from_config(opened.scheduler.config, **options)
    before = given.timesteps.clone() if given.timesteps is not None else None
    solver = prepared_solver(given, 5, CPU)
    assert type(solver) is type(given)
    assert len(solver.timesteps) >= 5
    assert before is None or torch.equal(given.timesteps, before)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("DDPMScheduler", {}),
        ("EulerAncestralDiscreteScheduler", {}),
        ("KDPM2AncestralDiscreteScheduler", {}),
        ("LCMScheduler", {}),
        ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    ],
)
def test_schedulers_with_noise_of_their_own_are_refused(opened, name, options):
    given = getattr(diffusers, name).from_config(opened.scheduler.config, **options)
    with pytest.raises(ValueError, match=rf"scheduler {name} adds noise .* take a deterministic one, such as DDIM"):
        prepared_solver(given, 5, CPU)


def test_latents_are_not_clipped():
    clipping = diffusers.DDIMScheduler(beta_start=0.00085, beta_end=0.012, prediction_type="sample")
    assert clipping.config.clip_sample
    latents = torch.full((1, 4, 2, 2), 3.0)
    solver = prepared_solver(clipping, 1, CPU)
    assert solver.step(latents, solver.timesteps[0], latents).prev_sample.max() > 2
    assert clipping.config.clip_sample


def test_asking_leaves_the_random_state_alone(opened):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    prepared_solver(default_solver(opened), 5, CPU)
    assert torch.equal(torch.rand(1), expected)


def test_the_default_solver_is_on_the_models_schedule(opened):
    solver = default_solver(opened)
    assert isinstance(solver, diffusers.DPMSolverMultistepScheduler)
    assert torch.equal(solver.alphas_cumprod, opened.scheduler.alphas_cumprod)
    assert (solver.config.algorithm_type, solver.config.solver_order) == ("dpmsolver++", 2)
