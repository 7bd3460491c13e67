import numpy as np
import pytest
import torch

from likeness.diffusion.acceleration import accelerated
from likeness.diffusion.sampling import generate

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.mark.parametrize("how", ["none", "kernels", "compile"])
def test_on_a_cpu_nothing_changes(opened, how):
    plain, quick = (
        [np.asarray(picture) for picture in generate(opened, ["a man"], [1], steps=2, guidance_scale=2.0, **options)]
        for options in ({}, {"acceleration": how})
    )
    assert np.array_equal(plain, quick)
    assert opened.unet._compiled_call_impl is None
    assert torch.backends.cudnn.benchmark is False


def test_another_way_is_refused_before_anything_is_drawn(opened):
    with pytest.raises(ValueError, match="acceleration: 'fast' is none of none, kernels, compile"):
        generate(opened, ["a man"], [1], steps=2, guidance_scale=2.0, acceleration="fast")
    with pytest.raises(ValueError, match="'fast'"), accelerated(opened, "fast"):
        pass


@pytest.fixture
def on_a_gpu(opened, monkeypatch):
    """The tiny model, taken to be on a GPU; nothing is compiled, but it is counted."""
    compiled = []
    monkeypatch.setattr(opened, "device", torch.device("cuda"))
    monkeypatch.setattr(opened.unet, "_compiled_call_impl", None, raising=False)

    def compile_once(**_):
        compiled.append(True)
        opened.unet._compiled_call_impl = opened.unet._call_impl

    monkeypatch.setattr(opened.unet, "compile", compile_once, raising=False)
    return compiled


def test_settings_hold_within_and_no_longer(opened, on_a_gpu):
    before = torch.backends.cuda.cudnn_sdp_enabled(), torch.backends.cudnn.benchmark
    with accelerated(opened, "kernels"):
        assert torch.backends.cudnn.benchmark
        assert torch.backends.cuda.cudnn_sdp_enabled()
    assert (torch.backends.cuda.cudnn_sdp_enabled(), torch.backends.cudnn.benchmark) == before
    with pytest.raises(RuntimeError), accelerated(opened, "kernels"):
        raise RuntimeError
    assert torch.backends.cudnn.benchmark is before[1]
    assert on_a_gpu == []


def test_a_unet_is_compiled_once(opened, on_a_gpu):
    for _ in range(2):
        with accelerated(opened, "compile"):
            pass
    assert on_a_gpu == [True]


@needs_gpu
@pytest.mark.parametrize("how", ["kernels", "compile"])
def test_pictures_differ_by_rounding_alone(tiny_model, how):
    from likeness.datasets.base_model import BaseModel
    from likeness.diffusion.model import open_model

    model = open_model(BaseModel(str(tiny_model)), dtype="float32")
    common = {"steps": 3, "guidance_scale": 5.0, "batch_size": 2}
    plain, quick, again = (
        np.stack([np.asarray(one).astype(int) for one in generate(model, ["a man"] * 2, [1, 2], **common, **options)])
        for options in ({}, {"acceleration": how}, {})
    )
    assert np.abs(plain - quick).max() <= 2
    assert np.array_equal(plain, again)
