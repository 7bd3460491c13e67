import pytest
import torch
from diffusers.training_utils import compute_snr

from likeness.diffusion.model import open_model
from likeness.personalise import training as training_module
from likeness.personalise.conditioning import FrozenConditioning
from likeness.personalise.draws import draw
from likeness.personalise.ema import MovingAverage
from likeness.personalise.latents import Moments
from likeness.personalise.objective import NoiseSchedule
from likeness.personalise.optimiser import make_optimiser
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.records import new_records
from likeness.personalise.trainable import make_trainable
from likeness.personalise.training import DenoisingTraining, TrainingSet, mixed_precision
from likeness.personalise.training_state import TrainingState

CPU = torch.device("cpu")
PROMPTS = ["a photo of sks man", "a photo of a man"]


def training_set(pictures, prompt, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    mean = torch.randn(pictures, 1, 8, 8, 8, generator=generator)
    everywhere = torch.ones(pictures, 1, 1, 8, 8)
    return TrainingSet(Moments(mean, mean.abs() * 0.1), torch.full((pictures, 1), prompt), everywhere, batch_size)


def start(model, *, prior=True, average=False, **options):
    settings = DreamBoothOptions(**({"steps": 5, "learning_rate": 1e-3, "mixed_precision": "no"} | options))
    parts = make_trainable(model, settings)
    parameters = {f"unet/{name}": parameter for name, parameter in parts["unet"].items()}
    state = TrainingState(
        parameters=parameters,
        optimiser=make_optimiser(parts, settings),
        average=MovingAverage(parameters, 0.9) if average else None,
        scaler=torch.amp.GradScaler("cpu", enabled=False),
        records=new_records(settings.steps, CPU),
    )
    sets = [training_set(3, 0, settings.batch_size, 0)]
    if prior:
        sets.append(training_set(5, 1, settings.prior_batch_size or settings.batch_size, 1))
    schedule = NoiseSchedule(model.scheduler.alphas_cumprod, model.scheduler.config.prediction_type)
    conditioning = FrozenConditioning(model, PROMPTS)
    return DenoisingTraining(model.unet, conditioning, schedule, sets, state, settings, CPU, settings.prior_weight)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("snr_gamma", [None, 5.0])
def test_the_losses_are_those_computed_step_by_step_with_diffusers(model, prediction, snr_gamma):
    """Each kind of picture is noised, predicted and weighted by itself, at its own timesteps."""
    model.scheduler.register_to_config(prediction_type=prediction)
    training = start(model, snr_gamma=snr_gamma, batch_size=2, prior_batch_size=3, prior_weight=0.7)
    expected = []
    for stream, (count, size) in enumerate(((3, 2), (5, 3))):
        kind = training_set(count, stream, size, stream)
        drawn = draw(size, pictures=count, variants=1, timesteps=1000, shape=(8, 8, 8), seed=0, step=0, stream=stream)
        latents = kind.moments.mean[drawn.pictures, 0] + kind.moments.std[drawn.pictures, 0] * drawn.posterior_noise
        noisy = model.scheduler.add_noise(latents, drawn.noise, drawn.timesteps)
        target = drawn.noise
        if prediction == "v_prediction":
            target = model.scheduler.get_velocity(latents, drawn.noise, drawn.timesteps)
        context = FrozenConditioning(model, PROMPTS)(torch.full((size,), stream)).hidden_states
        with torch.no_grad():
            output = model.unet(noisy, drawn.timesteps, encoder_hidden_states=context).sample
        errors = (output - target).pow(2).mean(dim=(1, 2, 3))
        snr = compute_snr(model.scheduler, drawn.timesteps)
        if snr_gamma:
            errors = errors * snr.clamp(max=snr_gamma) / (snr + (prediction == "v_prediction"))
        expected.append(errors.mean().item())
    training.step()
    assert training.state.records["losses"][0].tolist() == pytest.approx(expected, rel=1e-4)


def test_training_lowers_the_loss(model):
    training = start(model, steps=60, batch_size=4, prior=False)
    for _ in range(60):
        training.step()
    losses = training.state.records["losses"][:, 0]
    assert losses[-15:].mean() < 0.8 * losses[:5].mean()
    assert training.state.records["losses"][:, 1].isnan().all()
    assert training.state.records["timestep_counts"].sum() == 240
    assert (training.state.records["seconds"] > 0).all()


def gradient(training):
    """What the next step hands to the optimiser, for one of the weights."""
    training.state.optimiser.step = lambda: None
    training.state.optimiser.zero_grad = lambda set_to_none: None
    training.step()
    return training.state.parameters["unet/conv_in.weight"].grad


def test_accumulated_batches_are_one_large_batch(model, base):
    large = start(model, batch_size=4, gradient_accumulation=1, max_gradient_norm=1e9)
    small = start(open_model(base, device="cpu"), batch_size=2, gradient_accumulation=2, max_gradient_norm=1e9)
    assert torch.allclose(gradient(large), gradient(small), atol=1e-5)
    assert torch.allclose(large.state.records["losses"][0], small.state.records["losses"][0], rtol=1e-4)


def test_class_pictures_weigh_as_much_as_asked_for(base):
    none, one, two = (
        gradient(start(open_model(base, device="cpu"), prior_weight=weight, max_gradient_norm=1e9))
        for weight in (0.0, 1.0, 2.0)
    )
    assert torch.allclose(two - none, 2 * (one - none), atol=1e-5)
    assert not torch.allclose(one, none, atol=1e-4)


def test_long_gradients_are_cut(model, monkeypatch):
    training = start(model, max_gradient_norm=1e-3)
    norms = []
    original = training.state.optimiser.step

    def measured():
        gradients = [p.grad for p in training.state.parameters.values() if p.grad is not None]
        norms.append(torch.stack([g.norm() for g in gradients]).norm().item())
        original()

    monkeypatch.setattr(training.state.optimiser, "step", measured)
    training.step()
    assert norms == [pytest.approx(1e-3, rel=1e-3)]


def test_the_learning_rate_follows_its_schedule(model):
    training = start(model, warmup_steps=4, learning_rate=1e-3)
    rates = []
    for _ in range(5):
        training.step()
        rates.append(training.state.optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([2e-4, 4e-4, 6e-4, 8e-4, 1e-3])


def test_the_average_follows_the_weights(model):
    training = start(model, average=True)
    name = "unet/conv_in.weight"
    before = training.state.parameters[name].detach().clone()
    training.step()
    after = training.state.parameters[name].detach()
    assert torch.allclose(training.state.average.values[name], 0.1 * before + 0.9 * after, atol=1e-7)


def test_mixed_precision_computes_in_bfloat16_and_keeps_the_weights(model):
    training = start(model, mixed_precision="bf16", prior=False)
    seen = []
    model.unet.conv_in.register_forward_hook(lambda _, inputs, output: seen.append(output.dtype))
    training.step()
    assert seen == [torch.bfloat16]
    assert {parameter.dtype for parameter in training.state.parameters.values()} == {torch.float32}
    assert training.state.records["losses"][0, 0].isfinite()


@pytest.mark.parametrize(
    ("name", "device", "native", "expected"),
    [
        ("no", "cuda", True, torch.float32),
        ("bf16", "cpu", False, torch.bfloat16),
        ("fp16", "cuda", True, torch.float16),
        ("auto", "cpu", True, torch.bfloat16),
        ("auto", "cpu", False, torch.float32),
        ("auto", "cuda", True, torch.bfloat16),
        ("auto", "cuda", False, torch.float16),
    ],
)
def test_auto_precision_is_what_the_machine_is_quick_in(monkeypatch, name, device, native, expected):
    monkeypatch.setattr(training_module, "computes_bfloat16", lambda _: native)
    monkeypatch.setattr("likeness.diffusion.placement.computes_bfloat16", lambda _: native)
    assert mixed_precision(name, torch.device(device)) == expected


def test_dropout_too_is_a_function_of_the_step(model):
    training = start(model)
    drawn = []
    model.unet.register_forward_hook(lambda *_: drawn.append(torch.rand(1).item()))
    with torch.random.fork_rng():
        for step in (3, 4, 3):
            training.state.step = step
            training.step()
    assert drawn[0] == drawn[2]
    assert drawn[0] != drawn[1]
