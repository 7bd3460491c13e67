"""A real, tiny probe learns colours and sizes of balls."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from likeness.metrics.attributes import Attribute, attributes_of, encode
from likeness.metrics.probe import Probe, ProbeDesign, distributions, normalised, read
from likeness.metrics.probe_augmentation import augmented
from likeness.metrics.probe_training import attribute_losses, calibrate

COLOURS = {"red": (200, 60, 50), "green": (60, 170, 70), "blue": (60, 80, 200)}
HAIR = Attribute(name="hair", kind="categorical", values=("black", "red"))
GLASSES = Attribute(name="glasses", kind="flag", values=(False, True))


def balls(count, seed):
    """Pictures of balls on dark or bright ground; a colour is known of balls only, dark squares have none."""
    draw = np.random.default_rng(seed)
    down, across = np.mgrid[-1:1:16j, -1:1:16j]
    pictures, rows = [], []
    for _ in range(count):
        colour, bright, radius = str(draw.choice(list(COLOURS))), bool(draw.random() < 0.5), draw.uniform(0.2, 0.9)
        inside = (across**2 + down**2 < radius**2)[..., None]
        pictures.append(np.where(inside, COLOURS[colour], 220 if bright else 30).astype(np.uint8))
        rows.append({"colour": colour, "bright": bright, "radius": radius})
    return np.stack(pictures), pd.DataFrame(rows)


def trained(pictures, table, steps=150):
    torch.manual_seed(0)
    attributes = attributes_of(table)
    probe = Probe(ProbeDesign(size=16, channels=(16, 32), blocks=(1, 1), attributes=attributes))
    targets, stack = torch.from_numpy(encode(table, attributes)), torch.from_numpy(pictures)
    optimiser = torch.optim.AdamW(probe.parameters(), lr=3e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        chosen = torch.randint(len(stack), (32,), generator=generator)
        logits = probe(augmented(normalised(stack[chosen]), generator))
        optimiser.zero_grad()
        attribute_losses(logits, targets[chosen], attributes).mean().backward()
        optimiser.step()
    return probe.eval()


def test_it_learns_what_is_in_the_table():
    probe = trained(*balls(300, seed=1))
    pictures, shown = balls(100, seed=2)
    seen = read(probe, pictures)
    assert (seen["colour"] == shown["colour"]).mean() > 0.95
    assert (seen["bright"] == shown["bright"]).mean() > 0.95
    assert np.corrcoef(seen["radius"], shown["radius"])[0, 1] > 0.9
    assert (seen["radius"] - shown["radius"]).abs().mean() < 0.1


def test_missing_cells_teach_nothing(rng):
    """Six cells in ten are missing; were they taught as red instead, the others would be read as red too."""
    pictures, table = balls(400, seed=1)
    hidden = rng.random(len(table)) < 0.6
    assert trained_accuracy(pictures, table.assign(colour=table["colour"].mask(hidden))) > 0.9
    assert trained_accuracy(pictures, table.assign(colour=table["colour"].mask(hidden, "red"))) < 0.7


def trained_accuracy(pictures, table):
    probe = trained(pictures, table, steps=100)
    others, shown = balls(100, seed=2)
    return float((read(probe, others)["colour"] == shown["colour"]).mean())


def test_losses_by_hand():
    logits = torch.tensor([[0.0, 0.0, 5.0, -5.0], [math.log(3), 0.0, 0.0, 0.0], [9.0, -9.0, 0.0, 0.0]])
    targets = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    losses = attribute_losses(logits, targets, [HAIR, GLASSES])
    # Half the weight on the right value, then a quarter, then hair unknown; nobody's glasses are known.
    assert losses.tolist() == pytest.approx([(math.log(2) + math.log(4)) / 2, 0])


def test_a_missing_cell_has_no_gradient():
    logits = torch.randn(3, 4, requires_grad=True)
    targets = torch.tensor([[1.0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])
    attribute_losses(logits, targets, [HAIR, GLASSES]).sum().backward()
    assert (logits.grad != 0).tolist() == [[True] * 4, [False, False, True, True], [True, True, False, False]]


class Overconfident(Probe):
    """Says the first value with a certainty of 95 %, whatever it sees."""

    def forward(self, pixels: Tensor) -> Tensor:
        return self.head.bias.expand(len(pixels), -1)


def test_calibration_makes_probabilities_honest():
    probe = Overconfident(ProbeDesign(size=8, channels=(8,), blocks=(1,), attributes=(HAIR, GLASSES)))
    with torch.no_grad():
        probe.head.bias.copy_(torch.tensor([math.log(0.95 / 0.05), 0, 1, 0]))
    pictures = torch.zeros(100, 8, 8, 3, dtype=torch.uint8)
    # It is right in 70 of 100 pictures.
    hair = ["black"] * 70 + ["red"] * 30
    targets = torch.from_numpy(encode(pd.DataFrame({"hair": hair}), [HAIR, GLASSES]))
    temperatures = calibrate(probe, pictures, targets)
    assert distributions(probe, pictures.numpy()[:1])[0, :2].tolist() == pytest.approx([0.7, 0.3], abs=0.01)
    assert temperatures[0] == pytest.approx(math.log(19) / math.log(7 / 3), rel=0.05)
    assert temperatures[1] == 1


def test_calibration_never_does_harm():
    probe = trained(*balls(100, seed=1), steps=40)
    pictures, table = balls(100, seed=3)
    attributes = probe.design.attributes
    targets = torch.from_numpy(encode(table, attributes))
    before, seen = loss(probe, pictures, targets), read(probe, pictures)
    calibrate(probe, torch.from_numpy(pictures), targets)
    assert (loss(probe, pictures, targets) <= before + 1e-6).all()
    assert read(probe, pictures)["colour"].equals(seen["colour"])


def loss(probe, pictures, targets):
    with torch.no_grad():
        logits = probe(normalised(torch.from_numpy(pictures)))
    return attribute_losses(logits, targets, probe.design.attributes)
