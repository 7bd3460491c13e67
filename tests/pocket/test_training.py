import pandas as pd
import pytest
import torch
from diffusers.training_utils import EMAModel
from torch import nn

from likeness.datasets import WorkFolder
from likeness.diffusion.replay import changeable
from likeness.pocket.autoencoder import build_autoencoder
from likeness.pocket.batches import step_generator
from likeness.pocket.denoiser import build_text_encoder, build_unet
from likeness.pocket.muon import Muon
from likeness.pocket.options import (
    AutoencoderOptions,
    DenoiserOptions,
    TextEncoderOptions,
    TokenizerOptions,
    TrainingOptions,
)
from likeness.pocket.tokenizer import train_tokenizer
from likeness.pocket.training import (
    TrainingDivergedError,
    hidden_weights,
    make_adamw,
    make_optimisers,
    mixed_precision,
    quickened,
    replayed,
    set_rate,
    train,
    update,
)
from likeness.pocket.training_state import STATE, Trained

CPU = torch.device("cpu")


class Killed(Exception):
    pass


class Small(nn.Module):
    """One of every kind of layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_in, self.conv, self.conv_out = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 3, 3)
        self.norm, self.words, self.linear = nn.GroupNorm(2, 8), nn.Embedding(5, 8), nn.Linear(8, 8)


def options(**changed):
    settings = {"steps": 10, "batch_size": 4, "learning_rate": 0.05, "warmup_steps": 2, "log_every": 3}
    return TrainingOptions.model_validate({**settings, "checkpoint_every": 4, "ema_decay": 0.5, **changed})


def run(folder, chosen, kill_at=None):
    """Fit a line; returns the averaged weights, the losses, and how many steps were done this time."""
    torch.manual_seed(0)
    network = nn.Linear(3, 1)
    optimiser = make_adamw(network.parameters(), chosen, CPU)
    average = EMAModel(network.parameters(), decay=chosen.ema_decay, foreach=True)
    done = 0

    def one_step(step, share):
        nonlocal done
        if step == kill_at:
            raise Killed
        done += 1
        inputs = torch.randn(chosen.batch_size, 3, generator=step_generator(CPU, 0, step))
        loss = (network(inputs) - inputs.sum(1, keepdim=True)).square().mean()
        loss.backward()
        update(network.parameters(), [optimiser], chosen)
        return {"loss": loss.detach(), "share": torch.tensor(share)}

    trained = Trained({"line": network}, {"line": optimiser}, {"line": average})
    losses = train("line", trained, one_step, chosen, WorkFolder(folder, "line", "key"))
    return average.shadow_params, losses, done


def test_losses_are_averaged_over_the_steps_of_a_row(tmp_path):
    _, losses, done = run(tmp_path, options())
    assert done == 10
    assert losses["step"].tolist() == [3, 6, 9, 10]
    assert losses["share"].tolist() == pytest.approx([0.1, 0.4, 0.7, 0.9])
    assert losses["seconds"].is_monotonic_increasing


def test_it_learns(tmp_path):
    weights, losses, _ = run(tmp_path, options(steps=300, decay_from=0.5))
    assert losses["loss"].iloc[-1] < 1e-3
    assert torch.allclose(weights[0], torch.ones(1, 3), atol=0.02)


def test_a_killed_training_ends_as_an_undisturbed_one(tmp_path):
    undisturbed, losses, _ = run(tmp_path / "undisturbed", options())
    with pytest.raises(Killed):
        run(tmp_path / "killed", options(), kill_at=7)
    resumed, resumed_losses, done = run(tmp_path / "killed", options())
    assert done == 6  # from the state at step 4
    assert all(torch.equal(one, other) for one, other in zip(undisturbed, resumed, strict=True))
    # Rows after the kill start anew at the state, so they cover other steps; the earlier ones are kept.
    assert resumed_losses["step"].tolist() == losses["step"].tolist()
    assert resumed_losses["loss"].iloc[0] == losses["loss"].iloc[0]
    assert resumed_losses["loss"].iloc[2:].tolist() == losses["loss"].iloc[2:].tolist()


def test_a_finished_training_does_nothing_more(tmp_path):
    weights, losses, _ = run(tmp_path, options())
    again, same, done = run(tmp_path, options())
    assert done == 0
    assert all(torch.equal(one, other) for one, other in zip(weights, again, strict=True))
    pd.testing.assert_frame_equal(losses, same)


def test_minutes_end_it_too(tmp_path):
    _, losses, done = run(tmp_path, options(steps=10_000_000, minutes=0.005))
    assert 0 < done < 10_000
    assert losses["seconds"].iloc[-1] >= 0.3
    assert losses["learning_rate"].iloc[-1] < 0.01


def test_a_loss_that_is_no_number_is_an_error(tmp_path):
    trained = Trained({}, {}, {})
    with pytest.raises(TrainingDivergedError, match="line diverged before step 3"):
        train("line", trained, lambda *_: {"loss": torch.tensor(torch.nan)}, options(), WorkFolder(tmp_path, "a", "b"))
    assert not (tmp_path / "a" / "b" / STATE).exists()


def test_gpu_settings_change_nothing_on_a_cpu():
    network = nn.Linear(1, 1)
    assert quickened(network, options(), CPU) is network
    assert changeable(0.1, CPU) == 0.1
    taken: list[object] = []

    def learn(batch):
        taken.append(batch)
        return {"number": torch.tensor(len(taken))}

    step, batches = replayed(learn, options(), CPU), [{"inputs": torch.ones(1)} for _ in range(6)]
    assert [int(step(batch)["number"]) for batch in batches] == [1, 2, 3, 4, 5, 6]
    assert all(one is other for one, other in zip(taken, batches, strict=True))
    with mixed_precision(options(), CPU):
        assert network(torch.ones(1, 1)).dtype == torch.float32


def names_of(network, optimiser):
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return sorted(names[id(parameter)] for group in optimiser.param_groups for parameter in group["params"])


def test_hidden_weights_have_muon_and_all_others_adamw():
    network = Small()
    optimisers = make_optimisers("small", network, options(learning_rate=0.3, weight_decay=0.2), CPU)
    assert isinstance(optimisers["small-hidden"], Muon)
    assert isinstance(optimisers["small-others"], torch.optim.AdamW)
    assert names_of(network, optimisers["small-hidden"]) == ["conv.weight", "linear.weight"]
    assert names_of(network, optimisers["small-others"]) == [
        *("conv.bias", "conv_in.bias", "conv_in.weight", "conv_out.bias", "conv_out.weight"),
        *("linear.bias", "norm.bias", "norm.weight", "words.weight"),
    ]
    for optimiser in optimisers.values():
        (group,) = optimiser.param_groups
        assert (group["lr"], group["weight_decay"]) == (0.3, 0.2)


def test_the_model_s_own_networks_are_split_whole():
    tokenizer = train_tokenizer(["a picture"], TokenizerOptions(vocabulary=520, length=8))
    sizes = {"steps": 1, "batch_size": 1, "learning_rate": 0.1}
    vae = build_autoencoder(AutoencoderOptions.model_validate({**sizes, "channels": (8, 16)}), 32)
    settings = DenoiserOptions.model_validate(
        {**sizes, "channels": (16, 32), "layers": (1, 1), "head_width": 8, "norm_groups": 8}
    )
    unet = build_unet(settings, latent_channels=4, latent_size=8, text_width=16)
    both = nn.ModuleList([unet, build_text_encoder(tokenizer, TextEncoderOptions(width=16, layers=1, heads=2))])
    for network, outermost in (
        (vae, ("encoder.conv_in", "encoder.conv_out", "decoder.conv_in", "decoder.conv_out")),
        (both, ("0.conv_in", "0.conv_out")),
    ):
        optimisers = make_optimisers("model", network, options(), CPU)
        hidden, others = (names_of(network, optimisers[f"model-{part}"]) for part in ("hidden", "others"))
        assert sorted(hidden + others) == sorted(name for name, _ in network.named_parameters())
        matrices = {name for name, parameter in network.named_parameters() if parameter.ndim > 1}
        embeddings = {name for name in matrices if "_embedding.weight" in name}
        assert matrices - {*hidden} == {f"{name}.weight" for name in outermost} | embeddings
    assert len(embeddings) == 2  # of tokens and of places


def test_adamw_alone_where_it_is_asked_for_or_nothing_is_hidden():
    network = Small()
    optimisers = make_optimisers("small", network, options(optimiser="adamw"), CPU)
    assert list(optimisers) == ["small-others"]
    assert isinstance(optimisers["small-others"], torch.optim.AdamW)
    assert names_of(network, optimisers["small-others"]) == sorted(name for name, _ in network.named_parameters())
    assert list(make_optimisers("norm", nn.GroupNorm(2, 8), options(), CPU)) == ["norm-others"]
    assert hidden_weights(nn.Embedding(5, 8)) == []


def test_a_learning_rate_is_replaced_or_filled_anew():
    weights = [nn.Parameter(torch.zeros(2)) for _ in range(2)]
    plain = torch.optim.SGD([{"params": [weight]} for weight in weights], lr=0.1)
    rate = torch.tensor(0.1)
    filled = torch.optim.SGD(weights, lr=rate)
    for optimiser in (plain, filled):
        set_rate(optimiser, 0.5)
    assert [group["lr"] for group in plain.param_groups] == [0.5, 0.5]
    assert filled.param_groups[0]["lr"] is rate
    assert rate == 0.5


def test_an_update_shortens_all_gradients_together_and_clears_them():
    parameters = [nn.Parameter(torch.zeros(1)) for _ in range(2)]
    optimisers = [torch.optim.SGD([parameter], lr=1.0) for parameter in parameters]
    for parameter, slope in zip(parameters, (3.0, 4.0), strict=True):
        parameter.grad = torch.tensor([slope])
    update(parameters, optimisers, options(max_gradient_norm=2.5))
    assert [parameter.item() for parameter in parameters] == pytest.approx([-1.5, -2.0])
    assert all(parameter.grad is None for parameter in parameters)


def test_both_optimisers_follow_the_schedule(tmp_path):
    chosen = options(learning_rate=0.3, warmup_steps=4, log_every=1)
    network = Small()
    optimisers = make_optimisers("small", network, chosen, CPU)
    seen = []

    def one_step(step, share):
        seen.append([optimiser.param_groups[0]["lr"] for optimiser in optimisers.values()])
        return {"loss": torch.zeros(())}

    losses = train("small", Trained({}, optimisers, {}), one_step, chosen, WorkFolder(tmp_path, "small", "key"))
    assert seen == [[rate, rate] for rate in losses["learning_rate"]]
    assert len(set(losses["learning_rate"])) > 4
