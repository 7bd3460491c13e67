"""Where a model computes, and in which number format."""

from __future__ import annotations

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(name: str = "auto") -> torch.device:
    """The named device; "auto" is a CUDA device where there is one, else the CPU.

    Raises:
        ValueError: torch knows no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"Parameter device: torch knows no device {name!r}. Use auto, cpu or cuda.") from error


def computes_bfloat16(device: torch.device) -> bool:
    """Whether the device has instructions for bfloat16, and so is quicker in it than in float32.

    On a CPU with AVX-512 BF16, a training step of a 17 M parameter UNet takes 0.66 of its time in float32.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return any(bool(capabilities.get(name)) for name in ("avx512_bf16", "amx_bf16"))


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """The named number format; "auto" is bfloat16 (else float16) on CUDA and float32 on any other device.

    Raises:
        ValueError: the name is neither "auto" nor one of `DTYPES`.
    """
    if name == "auto":
        if device.type != "cuda":
            return torch.float32
        return torch.bfloat16 if computes_bfloat16(device) else torch.float16
    if name not in DTYPES:
        raise ValueError(f"Parameter dtype: {name!r} is none of auto, {', '.join(DTYPES)}.")
    return DTYPES[name]
