import pytest
import torch

from likeness.diffusion import placement
from likeness.diffusion.placement import choose_device, choose_dtype, computes_bfloat16, process_count


def test_auto_takes_cuda_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")


def test_a_named_device_is_taken_as_it_is():
    assert choose_device("meta") == torch.device("meta")


def test_an_unknown_device_is_named():
    with pytest.raises(ValueError, match=r"Parameter device.*'abacus'"):
        choose_device("abacus")


@pytest.mark.parametrize(("supported", "expected"), [(True, torch.bfloat16), (False, torch.float16)])
def test_auto_dtype_on_cuda_is_half_as_wide(monkeypatch, supported, expected):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: supported)
    assert choose_dtype("auto", torch.device("cuda")) == expected


def test_auto_dtype_on_a_cpu_is_float32():
    assert choose_dtype("auto", torch.device("cpu")) == torch.float32


def test_a_named_dtype_is_taken_and_an_unknown_one_named():
    assert choose_dtype("bfloat16", torch.device("cpu")) == torch.bfloat16
    with pytest.raises(ValueError, match="Parameter dtype: 'int8' is none of auto, float32"):
        choose_dtype("int8", torch.device("cpu"))


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx2": True, "avx512_bf16": False}, False)],
)
def test_a_cpu_computes_bfloat16_if_it_has_the_instructions(monkeypatch, capabilities, expected):
    monkeypatch.setattr(placement.torch.cpu, "get_capabilities", lambda: capabilities)
    assert computes_bfloat16(torch.device("cpu")) is expected


def test_other_devices_are_not_asked():
    assert computes_bfloat16(torch.device("meta")) is False


@pytest.mark.parametrize(
    ("gpus", "processes", "device", "expected"),
    [(4, "auto", "auto", 4), (4, 2, "cuda", 2), (0, "auto", "auto", 1), (0, 3, "cpu", 3), (2, "auto", "cuda:1", 1)],
)
def test_every_process_has_a_gpu_or_all_share_the_cpu(monkeypatch, gpus, processes, device, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    assert process_count(processes, device) == expected


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ValueError, match=r"Parameter processes: 3 asked for, but torch finds 2 GPUs.*at most 2"):
        process_count(3)
    with pytest.raises(ValueError, match="Parameter processes: 2 do not fit on cuda:1 alone"):
        process_count(2, "cuda:1")
