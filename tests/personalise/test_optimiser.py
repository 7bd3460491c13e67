import pytest
import torch
from torch import nn

from likeness.personalise.optimiser import is_trained, learning_rate_factor, make_optimiser, select
from likeness.personalise.options import DreamBoothOptions


@pytest.mark.parametrize(
    ("name", "attention", "cross_attention"),
    [
        ("down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight", True, False),
        ("mid_block.attentions.0.transformer_blocks.0.attn2.to_k", True, True),
        ("conv_in.weight", False, False),
        ("down_blocks.1.attentions.0.proj_in.weight", False, False),
    ],
)
def test_parts_are_told_by_name(name, attention, cross_attention):
    assert is_trained(name, "all")
    assert is_trained(name, "attention") is attention
    assert is_trained(name, "cross_attention") is cross_attention


@pytest.mark.parametrize("part", ["all", "attention", "cross_attention"])
def test_only_the_selected_parameters_learn(model, part):
    selected = select(model.unet, part)
    learning = {name for name, parameter in model.unet.named_parameters() if parameter.requires_grad}
    assert learning == set(selected)
    assert len(learning) > 0
    assert (len(learning) == len(list(model.unet.parameters()))) is (part == "all")


def test_a_network_without_the_part_is_named():
    with pytest.raises(ValueError, match="Parameter train: the UNet has no attention layers"):
        select(nn.Linear(2, 2), "attention")


def test_each_part_has_its_own_learning_rate_and_decay():
    parts = {part: {"w": nn.Parameter(torch.ones(1))} for part in ("unet", "text_encoder", "identifier")}
    options = DreamBoothOptions(
        learning_rate=1e-3, text_encoder_learning_rate=1e-4, identifier_learning_rate=1e-2, weight_decay=0.1
    )
    groups = make_optimiser(parts, options).param_groups
    assert [group["initial_lr"] for group in groups] == [1e-3, 1e-4, 1e-2]
    assert [group["weight_decay"] for group in groups] == [0.1, 0.1, 0.0]
    same = make_optimiser(parts, DreamBoothOptions(learning_rate=1e-3)).param_groups
    assert same[1]["initial_lr"] == 1e-3


def test_eight_bits_without_copies_are_refused():
    parts = {"unet": {"w": nn.Parameter(torch.ones(1))}}
    with pytest.raises(ValueError, match="moments: 8bit works in bfloat16 only"):
        make_optimiser(parts, DreamBoothOptions(moments="8bit"))


def test_the_learning_rate_rises_and_stays():
    options = DreamBoothOptions(steps=10, warmup_steps=3)
    factors = [learning_rate_factor(step, options) for step in range(6)]
    assert factors == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_the_learning_rate_falls_along_a_cosine():
    options = DreamBoothOptions(steps=12, warmup_steps=2, learning_rate_decay="cosine")
    factors = [learning_rate_factor(step, options) for step in range(2, 12)]
    assert factors[0] == 1.0
    assert factors[5] == pytest.approx(0.5)
    assert factors == sorted(factors, reverse=True)
    assert 0 < factors[-1] < 0.05


def test_a_warmup_longer_than_the_training_is_harmless():
    options = DreamBoothOptions(steps=2, warmup_steps=5, learning_rate_decay="cosine")
    assert [learning_rate_factor(step, options) for step in range(2)] == pytest.approx([1 / 6, 2 / 6])
