import pytest
import torch
from safetensors.torch import load_file

from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import open_model
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.trainable import make_trainable, save_trained

LORA = {"unet/adapter_config.json", "unet/adapter_model.safetensors", "lora.safetensors"}


def trained(model, folder, **options):
    """A training of one made-up step, saved."""
    parts = make_trainable(model, DreamBoothOptions(**options), "sks")
    with torch.no_grad():
        for named in parts.values():
            for parameter in named.values():
                parameter += 0.01
    save_trained(model, parts, folder)
    return parts


def predictions(model):
    with torch.no_grad():
        context = encode_prompts(model, ["a photo of sks man"]).hidden_states
        return model.unet(torch.ones(1, 8, 8, 8), torch.tensor(5), encoder_hidden_states=context).sample


@pytest.mark.parametrize(
    ("options", "parts", "files"),
    [
        ({}, ["unet"], {"unet/config.json", "unet/diffusion_pytorch_model.safetensors"}),
        ({"method": "lora"}, ["unet"], LORA),
        (
            {"train_text_encoder": True, "train": "cross_attention"},
            ["unet", "text_encoder"],
            {
                "unet/config.json",
                "unet/diffusion_pytorch_model.safetensors",
                "text_encoder/config.json",
                "text_encoder/model.safetensors",
            },
        ),
        (
            {"train_text_encoder": True, "method": "lora"},
            ["unet", "text_encoder"],
            LORA
            | {
                "text_encoder/adapter_config.json",
                "text_encoder/adapter_model.safetensors",
            },
        ),
        (
            {"train_identifier": True, "method": "lora"},
            ["unet", "identifier"],
            LORA
            | {
                "text_encoder/config.json",
                "text_encoder/model.safetensors",
                "tokenizer/tokenizer.json",
                "tokenizer/tokenizer_config.json",
                "sks.safetensors",
            },
        ),
    ],
)
def test_what_learned_is_stored_and_opens_as_it_was_trained(model, base, tmp_path, options, parts, files):
    untrained = predictions(model)
    folder = tmp_path / "checkpoint"
    assert list(trained(model, folder, **options)) == parts
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == files
    model.unet.eval(), model.text_encoder.eval()
    expected = predictions(model)
    assert not torch.allclose(expected, untrained, atol=1e-3)
    opened = open_model(Checkpoint(folder, {"base_model": {"source": base.source}}), device="cpu")
    assert torch.allclose(predictions(opened), expected, atol=1e-5)


def test_what_did_not_learn_is_stored_as_it_was(model, tiny_model, tmp_path):
    trained(model, tmp_path, train="cross_attention")
    before = load_file(tiny_model / "unet" / "diffusion_pytorch_model.safetensors")
    after = load_file(tmp_path / "unet" / "diffusion_pytorch_model.safetensors")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if ".attn2." in name}


def test_checkpointed_gradients_are_the_same(model, base):
    def gradients(opened, **options):
        parts = make_trainable(opened, DreamBoothOptions(train_text_encoder=True, **options))
        context = encode_prompts(opened, ["a photo of a man"]).hidden_states
        opened.unet(torch.ones(1, 8, 8, 8), torch.tensor(5), encoder_hidden_states=context).sample.sum().backward()
        return [parameter.grad for named in parts.values() for parameter in named.values()]

    other = open_model(base, device="cpu")
    for plain, saved in zip(gradients(model), gradients(other, gradient_checkpointing=True), strict=True):
        assert (plain is None and saved is None) or torch.allclose(plain, saved, atol=1e-5)
    assert any(getattr(module, "gradient_checkpointing", False) for module in other.unet.modules())
    assert any(getattr(module, "gradient_checkpointing", False) for module in other.text_encoder.modules())
