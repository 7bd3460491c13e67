import torch

from likeness.diffusion.encoding import encode_prompts
from likeness.personalise.conditioning import FrozenConditioning, TrainedConditioning

PROMPTS = ["a photo of a man", "an old man", "a newborn baby"]


def test_both_give_the_text_encoders_embeddings(model):
    numbers = torch.tensor([2, 0, 2, 2])
    with torch.no_grad():
        expected = encode_prompts(model, [PROMPTS[number] for number in numbers]).hidden_states
    ways = (FrozenConditioning(model, PROMPTS), *(TrainedConditioning(model, PROMPTS, once=o) for o in (True, False)))
    for conditioning in ways:
        assert torch.allclose(conditioning(numbers).hidden_states, expected, atol=1e-6)


def test_frozen_embeddings_are_computed_once(model, monkeypatch):
    conditioning = FrozenConditioning(model, PROMPTS)
    monkeypatch.setattr(model, "text_encoder", None)
    assert conditioning(torch.tensor([1])).hidden_states.shape == (1, 24, 32)


def test_the_trained_text_encoder_sees_each_prompt_once_and_gets_gradients(model):
    model.text_encoder.requires_grad_(True)
    seen = []
    model.text_encoder.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    TrainedConditioning(model, PROMPTS)(torch.tensor([2, 0, 2, 2])).hidden_states.sum().backward()
    TrainedConditioning(model, PROMPTS, once=False)(torch.tensor([2, 0, 2, 2]))
    assert seen == [2, 4]
    assert model.text_encoder.final_layer_norm.bias.grad.abs().sum() > 0
