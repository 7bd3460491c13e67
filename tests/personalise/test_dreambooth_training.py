import pytest
import torch
from torch import nn

from likeness.diffusion.model import open_model
from likeness.personalise.dreambooth_training import make_lesson, prepare_training
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.trainable import make_trainable

PROMPT, PRIOR = "a photo of sks man", "a photo of a man"


@pytest.fixture
def prepare(base, work, make_pictures):
    """A training of a tiny model of its own, prepared, and that model."""

    def prepared(**options):
        model = open_model(base, device="cpu", dtype="float32")
        settings = DreamBoothOptions(**({"steps": 4, "batch_size": 2, "learning_rate": 1e-3} | options))
        parts = make_trainable(model, settings, "sks")
        lessons = [
            make_lesson("pictures", make_pictures(2), PROMPT, (), settings.batch_size),
            make_lesson("prior_pictures", make_pictures(3, seed=1), PRIOR, (), settings.batch_size),
        ]
        return model, prepare_training(model, parts, lessons, base, settings, work)

    return prepared


def formats(call):
    """Of the weights and results of convolutions and group norms, while something was called."""
    seen = set()

    def look(layer, _, output):
        if isinstance(layer, nn.Conv2d | nn.GroupNorm):
            seen.add((layer.weight.dtype, output.dtype))

    hook = nn.modules.module.register_module_forward_hook(look)
    try:
        call()
    finally:
        hook.remove()
    return seen


@pytest.mark.parametrize("learns", [{}, {"train_identifier": True}, {"train_text_encoder": True}, {"method": "lora"}])
def test_in_bfloat16_copies_compute_and_float32_learns(prepare, learns):
    model, training = prepare(mixed_precision="bf16", **learns)
    before = {name: parameter.detach().clone() for name, parameter in training.state.parameters.items()}
    assert formats(training.step) == {(torch.bfloat16, torch.bfloat16)}
    training.step()
    after = training.state.parameters
    assert {parameter.dtype for parameter in after.values()} == {torch.float32}
    assert {id(parameter) for parameter in after.values()} <= {
        id(parameter) for network in (model.unet, model.text_encoder) for parameter in network.parameters()
    }
    # Of LoRA's two factors, one starts at zero, and the other has no gradient until it has moved.
    moved = [not torch.equal(before[name], after[name]) for name in before]
    assert sum(moved) > 0.9 * len(moved)


@pytest.mark.parametrize("learns", [{}, {"train_identifier": True}, {"train_text_encoder": True, "snr_gamma": 5.0}])
def test_bfloat16_loses_little(prepare, learns):
    losses = []
    for precision in ("no", "bf16"):
        _, training = prepare(mixed_precision=precision, **learns)
        for _ in range(3):
            training.step()
        losses.append(training.state.records["losses"][:3])
    assert torch.allclose(*losses, rtol=0.02)
    assert not torch.equal(*losses)


def test_moments_in_eight_bits_lose_little_and_are_resumed(prepare, work):
    def learn(training, until):
        while training.state.step < until:
            training.step()
        return training.state.records["losses"][:until]

    settings = {"mixed_precision": "bf16", "steps": 12}
    exact = learn(prepare(**settings)[1], 12)
    whole, first, second = (prepare(**settings, moments="8bit")[1] for _ in range(3))
    losses = learn(whole, 12)
    assert torch.allclose(losses, exact, rtol=5e-3)
    assert not torch.equal(losses, exact)
    learn(first, 5)
    first.state.save(work, "state.safetensors")
    second.state.resume(work, "state.safetensors")
    assert torch.equal(learn(second, 12), losses)
    assert all(torch.equal(value, second.state.parameters[name]) for name, value in whole.state.parameters.items())


def test_without_mixed_precision_the_network_itself_computes(prepare):
    _, training = prepare(mixed_precision="no")
    assert type(training.state.optimiser) is torch.optim.AdamW
    assert formats(training.step) == {(torch.float32, torch.float32)}
