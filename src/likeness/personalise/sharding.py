"""Weights shared out over processes, for a training that does not fit one GPU.

Every process keeps its part of each weight, gradient and moment, in float32. The whole of a layer's weights, in the
format of the forward pass, is there only while the layer computes (Rajbhandari et al. 2020, arXiv 1910.02054, stage 3;
Zhao et al. 2023, arXiv 2304.11277).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn import Parameter

_LAYERS = (BasicTransformerBlock, ResnetBlock2D)
"""Whose weights are put together, and their gradients shared out, at once; what lies between them is one more."""


def share_out(unet: UNet2DConditionModel, precision: torch.dtype) -> dict[str, Parameter]:
    """Leave to this process its part of a UNet; the whole is freed when nobody holds the old weights.

    Gradients are averaged in float32 over all processes of torch.distributed's default group, in each of which this
    must be called.

    Args:
        unet: in float32; is changed.
        precision: format in which it computes; what it is given must have it.

    Returns:
        The new weights that learn, by name.

    Raises:
        ValueError: the precision is float16, whose gradients would need a common scale.
    """
    if precision == torch.float16:
        raise ValueError("mixed_precision: with sharding: full networks compute in bf16 or, set to no, in float32.")
    mesh = init_device_mesh(unet.device.type, (distributed.get_world_size(),))
    policy = MixedPrecisionPolicy(precision, torch.float32, cast_forward_inputs=False)
    unet.to(memory_format=torch.contiguous_format)
    for layer in [*(one for one in unet.modules() if isinstance(one, _LAYERS)), unet]:
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    return {name: parameter for name, parameter in unet.named_parameters() if parameter.requires_grad}


def gathered(values: Mapping[str, Tensor], *, keep: bool) -> dict[str, Tensor]:
    """Whole tensors of such as are shared out, on the CPU, and the others as they are.

    All processes must call this with the same names in the same order.

    Args:
        values: by name.
        keep: whether this process wants them; else it gets none.
    """
    kept = {}
    for name, value in values.items():
        whole = value.full_tensor().detach().cpu() if isinstance(value, DTensor) else value
        if keep:
            kept[name] = whole
    return kept


def part_of(whole: Tensor, like: Tensor) -> Tensor:
    """This process's part of a tensor that all have, where the other one is shared out; else the whole."""
    if not isinstance(like, DTensor) or whole.shape != like.shape:
        return whole
    return distribute_tensor(whole.to(like.device), like.device_mesh, like.placements, src_data_rank=None)
