"""What the autoencoder is trained by: pixel differences, and a discriminator's verdict on what they blur."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

PYRAMID_LEVELS = 3


def reconstruction_loss(pictures: Tensor, target: Tensor, *, edge_weight: float, pyramid_weight: float) -> Tensor:
    """Mean absolute difference of pixels, of their gradients, and of both pictures made smaller three times.

    Args:
        pictures: (b, c, h, w), height and width divisible by 8.
        target: of the same shape.
        edge_weight: of the gradients' difference, which keeps edges.
        pyramid_weight: of the smaller pictures' difference, which keeps colours and shading.

    Returns:
        A scalar.
    """
    difference = pictures - target
    down, across = difference.diff(dim=2), difference.diff(dim=3)
    loss = difference.abs().mean() + edge_weight * (down.abs().mean() + across.abs().mean())
    for _ in range(PYRAMID_LEVELS):
        difference = functional.avg_pool2d(difference, 2)
        loss = loss + pyramid_weight * difference.abs().mean()
    return loss


class PatchDiscriminator(nn.Sequential):
    """Tells real pictures from reconstructed ones, patch by patch (Isola et al. 2017).

    It takes (b, 3, h, w) and gives (b, 1, h / 8, w / 8), higher where a patch looks real.

    Args:
        width: channels of the first layer; later ones have 2 and 4 times as many.
    """

    def __init__(self, width: int) -> None:
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for factor in (1, 2):
            inner = width * factor
            layers += [nn.Conv2d(inner, 2 * inner, 4, 2, 1), nn.GroupNorm(8, 2 * inner), nn.LeakyReLU(0.2)]
        super().__init__(*layers, nn.Conv2d(4 * width, 1, 3, 1, 1))


def discriminator_loss(real: Tensor, made: Tensor) -> Tensor:
    """Hinge loss of a discriminator's verdicts on real pictures and on made ones (Lim & Ye 2017)."""
    return (functional.relu(1 - real).mean() + functional.relu(1 + made).mean()) / 2


def balanced(main: Tensor, other: Tensor, weight: float) -> Tensor:
    """Add to one gradient `weight` times another that is first brought to the same length.

    The weight then says the same at any scale of either loss (Défossez et al. 2022, "loss balancer").
    """
    direction = other / other.norm().clamp_min(1e-20)
    balance: Tensor = main + weight * main.norm() * direction
    return balance
