"""What fine-tuning minimises: the denoising error, weighted by noise level, plus the class pictures' share.

All functions take one noise level per sample and broadcast it over the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

PredictionType = Literal["epsilon", "v_prediction", "sample"]


@dataclass(frozen=True)
class NoiseSchedule:
    """A variance-preserving diffusion process (Ho et al. 2020, arXiv 2006.11239).

    Attributes:
        alphas_cumprod: share of the signal's variance that is left at each timestep, float32 (T,), falling from 1 to 0.
        prediction: what the network predicts: the noise, the velocity or the clean latents.
    """

    alphas_cumprod: Tensor
    prediction: PredictionType

    @property
    def signal_to_noise(self) -> Tensor:
        """Ratio of the variances of signal and noise at each timestep, (T,)."""
        return self.alphas_cumprod / (1 - self.alphas_cumprod)

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Latents (n, c, h, w) as they are at their timesteps (n,)."""
        signal, spread = self._amounts(timesteps)
        return signal * latents + spread * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What the network should predict, (n, c, h, w); velocity after Salimans & Ho 2022, arXiv 2202.00512."""
        if self.prediction == "epsilon":
            return noise
        if self.prediction == "sample":
            return latents
        signal, spread = self._amounts(timesteps)
        return signal * noise - spread * latents

    def _amounts(self, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        left = self.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        return left.sqrt(), (1 - left).sqrt()


def min_snr_weights(signal_to_noise: Tensor, gamma: float, prediction: PredictionType) -> Tensor:
    """Loss weight of each timestep: min(SNR, γ) for clean latents (Hang et al. 2023, arXiv 2303.09556).

    An error of ε in the noise is one of ε / √SNR in the clean latents, and one of v is one of v / √(SNR + 1): hence
    the divisors. Where SNR is 0 (no signal is left) the noise's weight is its limit, 1.
    """
    capped = signal_to_noise.clamp(max=gamma)
    if prediction == "sample":
        return capped
    if prediction == "v_prediction":
        return capped / (signal_to_noise + 1)
    return torch.where(signal_to_noise > 0, capped / signal_to_noise.clamp(min=1e-12), torch.ones_like(capped))


def denoising_errors(prediction: Tensor, target: Tensor, emphasis: Tensor) -> Tensor:
    """Mean squared error of each sample, float32 (n,).

    Args:
        prediction: of the network, (n, c, h, w).
        target: what it should be, of the same shape.
        emphasis: weights of the positions, (n, 1, h, w) with mean 1 (see `region_weights`).
    """
    squared = functional.mse_loss(prediction.float(), target.float(), reduction="none")
    return (squared * emphasis).mean(dim=(1, 2, 3))


def dreambooth_loss(
    errors: Tensor, weights: Tensor, instances: int, prior_weight: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Weighted error of the training pictures plus that of the class pictures (Ruiz et al. 2023, equation 2).

    Class pictures have timesteps of their own, and so weights of their own. Each kind is averaged by itself: the
    prior weight does not depend on how many of each there are.

    Args:
        errors: of the training pictures, then of the class pictures, (n,).
        weights: of their timesteps, (n,).
        instances: how many of the n are training pictures.
        prior_weight: of the class pictures' mean.

    Returns:
        The loss, and the means over training and over class pictures, all scalars; the last is NaN without any.
    """
    weighted = errors * weights
    instance = weighted[:instances].mean()
    if instances == len(errors):
        return instance, instance.detach(), torch.full_like(instance, torch.nan)
    prior = weighted[instances:].mean()
    return instance + prior_weight * prior, instance.detach(), prior.detach()
