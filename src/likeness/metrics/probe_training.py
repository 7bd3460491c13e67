"""What a probe is trained by: its loss over the attributes that a picture has, and the calibration afterwards.

The loop around it (budget, learning rate, averaged weights, states to go on from) is the pocket model's own; libraries
do not import each other, so `likeness.pipelines.pocket.probe` joins the two.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from likeness.metrics.attributes import Attribute, widths
from likeness.metrics.probe import Probe, normalised

# Of the temperatures tried: from logits four times too timid to four times too bold.
TEMPERATURES = torch.logspace(-2, 2, 65, base=2.0)


def attribute_losses(logits: Tensor, targets: Tensor, attributes: Sequence[Attribute]) -> Tensor:
    """Mean cross-entropy of each attribute over the pictures that have it.

    Args:
        logits: (n, sum of widths).
        targets: of `likeness.metrics.attributes.encode`, of the same shape; all 0 where a cell is missing.
        attributes: which the columns belong to.

    Returns:
        (attributes,) in nats; 0 for one that no picture has.
    """
    sizes = widths(attributes)
    losses = []
    for block, target in zip(torch.split(logits, sizes, dim=1), torch.split(targets, sizes, dim=1), strict=True):
        crossed = -(target * block.log_softmax(dim=1)).sum()
        losses.append(crossed / target.sum().clamp_min(1))
    return torch.stack(losses)


@torch.no_grad()
def calibrate(probe: Probe, pictures: Tensor, targets: Tensor, *, batch_size: int = 64) -> list[float]:
    """Make the probabilities honest: divide each attribute's logits by a temperature.

    That of least cross-entropy (Guo et al. 2017, arXiv 1706.04599). It goes into the head's weights, so that a reader
    need not know of it. What is most likely stays so.

    Args:
        probe: changed in place.
        pictures: uint8 (n, size, size, 3) that it was not trained on, at the probe's size, on its device.
        targets: their attributes as of `encode`.
        batch_size: pictures read at once.

    Returns:
        The temperature of each attribute; 1 for one that no picture has.
    """
    attributes = probe.design.attributes
    logits = torch.cat([probe(normalised(batch)).float() for batch in torch.split(pictures, batch_size)])
    trials = torch.stack([attribute_losses(logits / t, targets, attributes) for t in TEMPERATURES.tolist()])
    known = torch.stack([block.sum() > 0 for block in torch.split(targets, widths(attributes), dim=1)])
    best = TEMPERATURES.to(trials.device)[trials.argmin(dim=0)].where(known, 1.0)
    divisor = torch.repeat_interleave(best, torch.tensor(widths(attributes), device=best.device))
    probe.head.weight.div_(divisor[:, None])
    probe.head.bias.div_(divisor)
    temperatures: list[float] = best.tolist()
    return temperatures
