"""What may happen to a picture without changing what it shows: the probe is trained on all of it.

It learns from rendered pictures and reads ones that a decoder made, which are softer, blotchier and a little off in
colour and framing. Every amount is drawn for each picture on its own, from one generator.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

SMALLEST_CROP = 0.85
TURN_DEGREES = 4.0
CONTRAST, BRIGHTNESS, CHANNEL_GAIN = 0.15, 0.12, 0.06
SOFTEST, SHARPEST = 1.0, 0.5
GRAIN, BLOTCHES = 0.08, 0.08


def augmented(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Change pictures (n, 3, h, w) in -1..1 as a camera, a codec or a decoder might; the same shape and range."""
    pixels = reframed(pixels, generator)
    pixels = relit(pixels, generator)
    pixels = softened(pixels, generator)
    return noisy(pixels, generator).clamp(-1, 1)


def reframed(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror half of the pictures, turn each a little, and cut a square out of it; borders are mirrored in."""
    count = len(pixels)
    mirror = torch.where(_uniform(count, 0, 1, generator) < 0.5, -1.0, 1.0)
    side = _uniform(count, SMALLEST_CROP, 1, generator)
    angle = _uniform(count, -1, 1, generator) * math.radians(TURN_DEGREES)
    x, y = ((1 - side) * _uniform(count, -1, 1, generator) for _ in "xy")
    across = torch.stack([mirror * side * angle.cos(), -side * angle.sin(), x], dim=1)
    down = torch.stack([mirror * side * angle.sin(), side * angle.cos(), y], dim=1)
    grid = functional.affine_grid(torch.stack([across, down], dim=1), list(pixels.shape), align_corners=False)
    return functional.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)


def relit(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Change contrast, brightness and the balance of the channels: by less than noon differs from dusk."""
    count = len(pixels)
    contrast = 1 + CONTRAST * _spread(count, 1, generator)
    brightness = BRIGHTNESS * _spread(count, 1, generator)
    balance = 1 + CHANNEL_GAIN * _spread(count, 3, generator)
    # The balance is a factor of the light, which is 0 where a pixel is -1.
    return ((contrast * pixels + brightness + 1) * balance - 1).contiguous()


def softened(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Blend each picture with one of a half or a quarter of its resolution, or away from it: softer or sharper."""
    count = len(pixels)
    half, quarter = (_enlarged(functional.avg_pool2d(pixels, factor), pixels.shape[2:]) for factor in (2, 4))
    coarse = torch.where(_uniform(count, 0, 1, generator).view(-1, 1, 1, 1) < 0.75, half, quarter)
    amount = _uniform(count, -SHARPEST, SOFTEST, generator).view(-1, 1, 1, 1)
    return pixels + amount * (coarse - pixels)


def noisy(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Add grain, pixel by pixel, and coloured blotches of four to eight pixels, as block codecs and decoders leave."""
    count, channels, height, width = pixels.shape
    grain = torch.randn(pixels.shape, generator=generator, device=pixels.device)
    coarse = (count, channels, -(-height // 4), -(-width // 4))
    blotches = _enlarged(torch.randn(coarse, generator=generator, device=pixels.device), pixels.shape[2:])
    # Squared, so that most pictures have little of it.
    strengths = _uniform(2 * count, 0, 1, generator).square().view(2, count, 1, 1, 1)
    return pixels + GRAIN * strengths[0] * grain + BLOTCHES * strengths[1] * blotches


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=generator, device=generator.device)


def _spread(count: int, channels: int, generator: torch.Generator) -> Tensor:
    """Uniform in -1..1, (n, channels, 1, 1)."""
    return _uniform(count * channels, -1, 1, generator).view(count, channels, 1, 1)


def _enlarged(pixels: Tensor, size: torch.Size) -> Tensor:
    return functional.interpolate(pixels, size, mode="bilinear", align_corners=False)
