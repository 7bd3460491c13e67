import json

import pytest
import torch
from torch import nn

from likeness.diffusion.model import open_model
from likeness.personalise.lora import add_lora, save_lora
from likeness.personalise.options import DreamBoothOptions

OPTIONS = DreamBoothOptions(lora_rank=2)
INPUTS = {"sample": torch.ones(1, 8, 8, 8), "timestep": torch.tensor(5), "encoder_hidden_states": torch.ones(1, 24, 32)}


@pytest.mark.parametrize(("part", "mark"), [("attention", ".attn"), ("cross_attention", ".attn2."), ("all", "")])
def test_additions_are_low_rank_in_the_part_alone_and_at_first_without_effect(model, part, mark):
    with torch.no_grad():
        before = model.unet(**INPUTS).sample
        adapted = add_lora(model.unet, part, OPTIONS)
        assert torch.equal(adapted(**INPUTS).sample, before)
    learning = {name: p for name, p in adapted.named_parameters() if p.requires_grad}
    assert learning
    assert all("lora_" in name and mark in name for name in learning)
    assert all(min(p.shape[0], p.shape[1]) <= 2 for p in learning.values())


def test_the_start_depends_on_the_seed_alone(model, base):
    torch.manual_seed(3)
    state = torch.get_rng_state()
    first = add_lora(model.unet, "attention", OPTIONS).state_dict()
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(4)
    second = add_lora(open_model(base).unet, "attention", OPTIONS).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_saved_folder_holds_the_additions_and_no_path(model, tmp_path):
    save_lora(add_lora(model.unet, "cross_attention", OPTIONS), tmp_path / "unet")
    assert sorted(path.name for path in (tmp_path / "unet").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    config = json.loads((tmp_path / "unet" / "adapter_config.json").read_text())
    assert config["r"] == 2
    assert config["lora_alpha"] == 2
    assert config["base_model_name_or_path"] is None


def test_a_network_without_the_part_is_named():
    with pytest.raises(ValueError, match="has no attention layers"):
        add_lora(nn.Linear(2, 2), "attention", OPTIONS)
