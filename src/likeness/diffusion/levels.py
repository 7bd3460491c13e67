"""At which resolution each attention layer of a UNet works."""

from __future__ import annotations

import re

from diffusers import UNet2DConditionModel

_LAYER = re.compile(r"(?:(down|up)_blocks\.(\d+)|mid_block)\..*\btransformer_blocks\.\d+\.attn[12]\.processor")
_FINEST_NEEDED = 16  # positions a side, at the size a UNet was trained at: what the paper blends by


def layer_level(unet: UNet2DConditionModel, name: str) -> int | None:
    """How often the latents are halved before an attention layer; None for a layer outside the transformers.

    Args:
        unet: that has the layer.
        name: of its processor in `unet.attn_processors`.
    """
    found = _LAYER.fullmatch(name)
    if not found:
        return None
    deepest = len(unet.config.block_out_channels) - 1
    number = int(found[2] or 0)
    return {"down": number, None: deepest, "up": deepest - number}[found[1]]


def map_level(unet: UNet2DConditionModel) -> int:
    """The level whose cross-attention shows best where words are: the coarsest of at least 16 positions a side.

    Counted at the size that the UNet was trained at: for SD 1 and 2 at 512 pixels the 16 x 16 level of the paper, for
    SD 2 at 768 pixels 24 x 24, for SDXL 32 x 32; the finest level there is where all are smaller.

    Raises:
        ValueError: the UNet has no cross-attention.
    """
    levels = {layer_level(unet, name) for name in unet.attn_processors if ".attn2." in name}
    present = sorted(level for level in levels if level is not None)
    if not present:
        raise ValueError("the UNet has no transformer layers with cross-attention: there is nothing to control")
    native = unet.config.sample_size
    side = native if isinstance(native, int) else min(native)
    return max((level for level in present if side / 2**level >= _FINEST_NEEDED), default=present[0])


def level_size(height: int, width: int, level: int) -> tuple[int, int]:
    """Positions of a level, for latents of a size: the UNet halves with padding, so that odd sides are rounded up."""
    return -(-height // 2**level), -(-width // 2**level)
