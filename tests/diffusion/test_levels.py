import pytest
import torch
from diffusers import UNet2DConditionModel

from likeness.diffusion.levels import layer_level, level_size, map_level

DOWN, CROSS_DOWN, UP, CROSS_UP = "DownBlock2D", "CrossAttnDownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"
# As SD 1 and 2 are built, and as SDXL and the pocket model are, with a few channels.
SD = {"down_block_types": (CROSS_DOWN,) * 3 + (DOWN,), "up_block_types": (UP,) + (CROSS_UP,) * 3}
SDXL = {"down_block_types": (DOWN, CROSS_DOWN, CROSS_DOWN), "up_block_types": (CROSS_UP, CROSS_UP, UP)}


def build(blocks, sample_size, **options):
    channels = (4,) * len(blocks["down_block_types"])
    sizes = {"block_out_channels": channels, "layers_per_block": 1, "attention_head_dim": 4}
    settings = {"sample_size": sample_size, "cross_attention_dim": 8, "norm_num_groups": 2}
    return UNet2DConditionModel(**blocks, **sizes, **settings, **options)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("down_blocks.1.attentions.0.transformer_blocks.0.attn1.processor", 1),
        ("up_blocks.0.attentions.2.transformer_blocks.9.attn2.processor", 2),
        ("up_blocks.2.attentions.0.transformer_blocks.0.attn1.processor", 0),
        ("mid_block.attentions.0.transformer_blocks.0.attn2.processor", 2),
        ("mid_block.attentions.0.processor", None),
        ("down_blocks.0.attentions.0.processor", None),
    ],
)
def test_levels_are_told_from_names(name, level):
    assert layer_level(build(SDXL, 8), name) == level


@pytest.mark.parametrize("blocks", [SD, SDXL])
@torch.no_grad()
def test_levels_have_the_sizes_that_the_unet_gives_them(blocks):
    unet = build(blocks, 8)
    positions = {}

    def note(name):
        return lambda _, args: positions.__setitem__(name, args[0].shape[1])

    for name, module in unet.named_modules():
        if name.endswith(".attn1"):
            module.register_forward_pre_hook(note(name))
    unet(torch.randn(1, 4, 18, 7), 500, encoder_hidden_states=torch.randn(1, 3, 8))
    for name, number in positions.items():
        height, width = level_size(18, 7, layer_level(unet, name + ".processor"))
        assert number == height * width
    assert len(set(positions.values())) == len(blocks["down_block_types"]) - (blocks is SDXL)


@pytest.mark.parametrize(
    ("blocks", "sample_size", "level"),
    [
        (SD, 64, 2),  # 64, 32, 16, 8: as published
        (SD, 96, 2),  # 96, 48, 24, 12
        (SD, 32, 1),  # 32, 16, 8, 4
        (SDXL, 128, 2),  # none, 64, 32
        (SDXL, 32, 1),  # none, 16, 8
        (SDXL, 8, 1),  # none, 4, 2: the finest
        (SD, (16, 40), 0),  # 16, 8, 4, 2 along the shorter side
    ],
)
def test_maps_are_taken_from_the_coarsest_level_of_sixteen(blocks, sample_size, level):
    assert map_level(build(blocks, sample_size)) == level


def test_a_unet_without_text_is_refused():
    blocks = {"down_block_types": (DOWN,), "up_block_types": (UP,)}
    with pytest.raises(ValueError, match="no transformer layers with cross-attention"):
        map_level(build(blocks, 8, mid_block_type=None))
