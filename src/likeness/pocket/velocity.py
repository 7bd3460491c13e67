"""Velocity prediction, the denoiser's objective (Salimans & Ho 2022, arXiv 2202.00512, appendix D)."""

from __future__ import annotations

from torch import Tensor


def noised(latents: Tensor, noise: Tensor, signal: Tensor) -> Tensor:
    """Mix latents with noise.

    Args:
        latents: (b, c, h, w).
        noise: standard normal, of the same shape.
        signal: the share of the variance that is left of the latents, ᾱ in 0..1, (b,).
    """
    share = signal[:, None, None, None]
    return share.sqrt() * latents + (1 - share).sqrt() * noise


def velocity(latents: Tensor, noise: Tensor, signal: Tensor) -> Tensor:
    """What the denoiser predicts: √ᾱ noise − √(1−ᾱ) latents; arguments as those of `noised`."""
    share = signal[:, None, None, None]
    return share.sqrt() * noise - (1 - share).sqrt() * latents


def snr_weights(signal: Tensor, gamma: float | None) -> Tensor:
    """Weights of the squared error of the velocity: 1 where there is much noise, less where there is little.

    A plain velocity loss weighs the error of the latents by SNR + 1. That is kept up to an SNR of γ and stays constant
    from there (the cap is Hang et al. 2023's, arXiv 2303.09556). Unlike their min(SNR, γ) / (SNR + 1) it does not
    vanish on pure noise, where a schedule with zero terminal SNR has the most to learn.

    Args:
        signal: ᾱ in 0..1, (b,).
        gamma: γ; None for weights of 1.

    Returns:
        (b,).
    """
    if gamma is None:
        return signal.new_ones(signal.shape)
    # (min(SNR, γ) + 1) / (SNR + 1), with SNR + 1 = 1 / (1 − ᾱ).
    return ((gamma + 1) * (1 - signal)).clamp(max=1)
